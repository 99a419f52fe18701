"""Hostile text made harmless: file names, YAML values and messages come from repositories that others wrote."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~!$&]")
_LINK = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_REFERENCE = re.compile(r"(?<=[@#])(?=\w)")
_TICKS = re.compile(r"`+")


def visible(text: str) -> str:
    """Return one line in which every control, format and direction character is written out, as in a repr."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def markdown_text(text: str) -> str:
    """Return Markdown that shows `text` as it is: no markup, link or HTML, nobody notified, safe in a table cell."""
    escaped = _MARKDOWN.sub(lambda match: "\\" + match[0], visible(text))
    return _REFERENCE.sub("&#8203;", _LINK.sub(r"\\", escaped))


def markdown_code(text: str) -> str:
    """Return a code span that shows `text` as it is, also in a table cell."""
    shown = visible(text).replace("|", "\\|") or " "
    fence = "`" * (max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
