"""`--evidence DIR`: write the bundle for an auditor."""

from __future__ import annotations

from pathlib import Path

from mainstay.cli.audit.outputs import Shown
from mainstay.errors import MainstayError, UsageError
from mainstay.platform.git import Repository
from mainstay.report.bundle import Source, bundle


def write_evidence(shown: Shown, root: Path, folder: Path) -> None:
    """Write the bundle into an empty folder.

    Raises:
        UsageError: The folder holds something, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(
                f"{folder} is not empty", hint="what stands in it already would look like evidence"
            )
        for name, text in bundle(shown.report, _source(root), shown.history()).items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror}", hint="name another folder"
        ) from error


def _source(root: Path) -> Source:
    """Return which commit is checked out, and what differs from it."""
    try:
        repository = Repository.containing(root)
        return Source(repository.git("rev-parse", "HEAD"), tuple(sorted(repository.changes())))
    except MainstayError:  # no git, or no commit yet
        return Source()
