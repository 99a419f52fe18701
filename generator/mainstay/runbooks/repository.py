"""The runbooks of a repository on this machine, and what each of them says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mainstay.audit.facts.documents import documents
from mainstay.audit.facts.files import Root, repository_files
from mainstay.audit.facts.runbooks import runbook_folder
from mainstay.audit.model import Unavailable
from mainstay.runbooks.model import RunbookFolder


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of `mainstay runbook list`."""

    id: str
    title: str
    owner: str
    severities: tuple[str, ...]
    path: str
    reviewed: date | None
    exercised: date | None


def read_runbooks(root: Path) -> RunbookFolder:
    """Return the runbooks of the repository at `root`.

    What cannot be read is named in the result.
    """
    try:
        return runbook_folder(documents(repository_files(Root(root.resolve()))))
    except Unavailable as error:
        return RunbookFolder((), unread=(str(error),))


def listed(folder: RunbookFolder) -> list[Listed]:
    """Return a row for each runbook, in order of files."""
    return [
        Listed(
            id=book.id,
            title=str(book.head.get("title") or ""),
            owner=str(book.head.get("owner") or ""),
            severities=tuple(book.words("severity_hint")),
            path=book.path,
            reviewed=book.day("last_reviewed"),
            exercised=book.day("last_exercised"),
        )
        for book in folder.books
    ]
