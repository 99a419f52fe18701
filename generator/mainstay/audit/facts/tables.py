"""The rows of a Markdown table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mainstay.audit.facts.markdown import Document

_RULE = re.compile(r"[\s|:-]+")
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, its header and its rule apart."""

    line: int
    text: str
    cells: tuple[str, ...]


def rows_below(document: Document, title: str) -> Iterator[Row]:
    """Yield the rows of the table in a section, in order; nothing when there is no such section."""
    section = document.titled(title)
    if section is None:
        return
    header_seen = False
    for number, text in enumerate(section.body.split("\n"), section.line + 1):
        if not text.lstrip().startswith("|"):
            header_seen = False
        elif not header_seen:
            header_seen = True
        elif not _RULE.fullmatch(text):
            yield Row(
                number, text.strip(), tuple(cell.strip() for cell in _BAR.split(text.strip().strip("|")))
            )
