"""What nobody filled in: it is found when somebody clicks on it, during an outage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.runbooks.model import Problem, RunbookFolder

PLACEHOLDER = re.compile(
    r"\bOWNER/REPO\b|\byour-org\b|\bmy-app-backups\b|@person\b|<(?:deployment-id|commit-sha|migration-name|package-name)>"
    r"|\[=|=\]|\[%|%\]|\{\{ ?(?:cookiecutter|project)\b"
)
"""Left over in any document of the SOP."""
_UNFINISHED = re.compile(r"\b(?:TODO|FIXME)\b:?")


def placeholders(folder: RunbookFolder) -> Iterator[Problem]:
    """Yield words that stand for something that was never filled in."""
    yield from _matching(folder, PLACEHOLDER, "placeholder", "the placeholder {} is left")


def unfinished(folder: RunbookFolder) -> Iterator[Problem]:
    """Yield what `mainstay runbook new` left for a person to write."""
    yield from _matching(folder, _UNFINISHED, "unfinished", "{} is left to do")


def _matching(folder: RunbookFolder, pattern: re.Pattern[str], rule: str, message: str) -> Iterator[Problem]:
    for book in folder.books:
        for number, line in enumerate(book.document.lines, 1):
            if match := pattern.search(line):
                yield Problem(
                    rule=rule,
                    path=book.path,
                    line=number,
                    key=f"{match[0]} {line.strip()}",
                    message=message.format(match[0].rstrip(":")),
                    fix="write what it stands for",
                )
