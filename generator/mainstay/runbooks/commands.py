"""The commands of a runbook: looking changes nothing, and every change says first what it does and how to undo it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mainstay.runbooks.changes import change_in
from mainstay.runbooks.model import SHELL, Problem, Runbook, RunbookFolder

if TYPE_CHECKING:
    from mainstay.audit.facts.markdown import Document

READ_ONLY = ("Diagnose", "Verify")
_CODE = (*SHELL, "sql", "javascript")
_SHELLS = {"", *SHELL, "zsh"}
_COMMENT = re.compile(r"\s*#")
_CAUTION = re.compile(r">\s*\[!(?:CAUTION|WARNING)\]")
_UNDO = re.compile(r"\bundo:", re.IGNORECASE)
_FORBIDDEN = (
    (
        re.compile(r"\bgit\s+reset\s+--hard\b"),
        "`git reset --hard` rolls nothing back and destroys uncommitted work",
        "use the platform's rollback, then `git revert`",
    ),
    (
        re.compile(r"\bgit\s+push\b.*(?:--force(?!-with-lease)|\s-f\b)"),
        "a forced push rewrites what others build on",
        "use `git revert`, and push the revert",
    ),
    (
        re.compile(r"\bpg_restore\b.*\.sql\b"),
        "`pg_restore` cannot read a plain SQL dump",
        "use `mainstay backup restore`, which knows the format",
    ),
    (
        re.compile(r"\bdb\s+execute\b.*--preview-feature\b"),
        "`--preview-feature` is refused, and the command shows no rows",
        "use `psql -c`",
    ),
)
"""Commands from the SOP that do not do what it says: pattern, what is wrong, what to do instead."""


def forbidden_in(document: Document) -> Iterator[tuple[int, str, str, str]]:
    """Yield line, text, what is wrong and what to do instead for commands that do not do what they say."""
    for fence in (fence for fence in document.fences if fence.language in _SHELLS):
        for number, line in enumerate(fence.code.split("\n"), fence.line):
            if not _COMMENT.match(line):
                yield from (
                    (number, line.strip(), message, fix)
                    for pattern, message, fix in _FORBIDDEN
                    if pattern.search(line)
                )


def forbidden_commands(folder: RunbookFolder) -> Iterator[Problem]:
    """Yield commands that roll nothing back, cannot restore, or lose work."""
    for book in folder.books:
        for line, _, message, fix in forbidden_in(book.document):
            yield _problem(book, "forbidden", line, message, fix)


def reading_changes_nothing(folder: RunbookFolder) -> Iterator[Problem]:
    """Yield commands under Diagnose and Verify that change something: people paste those without a second thought."""
    for book in folder.books:
        for title in READ_ONLY:
            for line, change in _changes(book, title):
                message, fix = (
                    f"{title} changes something: {change}",
                    "move it under Mitigate, with a caution",
                )
                yield _problem(book, "read-only", line, message, fix)


def changes_have_cautions(folder: RunbookFolder) -> Iterator[Problem]:
    """Yield commands under Mitigate that change something before any caution says how to undo it."""
    fix = "put `> [!CAUTION]` before it: what it does, and `Undo:` with the way back"
    for book in folder.books:
        cautioned = _cautions(book)
        for line, change in _changes(book, "Mitigate"):
            step = next((part for part in book.steps("Mitigate").values() if line in part), None)
            first = step.first if step else book.parts["Mitigate"].first
            if not any(first < at < line for at in cautioned):
                message = f"{change} has no caution that says how to undo it"
                yield _problem(book, "caution", line, message, fix)


def _changes(book: Runbook, title: str) -> Iterator[tuple[int, str]]:
    for fence in book.fences(*_CODE, title=title):
        for number, line in enumerate(fence.code.split("\n"), fence.line):
            if change := change_in(line, fence.language):
                yield number, change


def _cautions(book: Runbook) -> list[int]:
    """Return the lines of the cautions that say how to undo something."""
    lines, found = list(book.prose("Mitigate")), []
    for position, (number, text) in enumerate(lines):
        if _CAUTION.match(text.strip()):
            below = [text for _, text in lines[position : position + 8]]
            quote = "".join(text for text in below if text.startswith(">"))
            found += [number] if _UNDO.search(quote) else []
    return found


def _problem(book: Runbook, rule: str, line: int, message: str, fix: str) -> Problem:
    return Problem(rule=rule, path=book.path, line=line, key=message, message=message, fix=fix)
