"""How a dependabot.yml is written: its indentation, quotes and line ends, so that what is added looks the same."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from mainstay.dependabot.document import Document, Node
from mainstay.dependabot.wanted import WHY_IGNORED

_Kind = TypeVar("_Kind")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_+./-]*")
_PLAIN_FOLDER = re.compile(r"/[A-Za-z0-9_./-]*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_DASH = re.compile(r"^[ \t]*(-)(?=\s)", re.MULTILINE)
_WIDE = 10
"""Columns after a dash that nobody writes: there, the item begins on another line."""
_BLOCK_LISTS = frozenset({"directories", "ignore"})
_REASONS = {"ignore": WHY_IGNORED}


@dataclass(frozen=True, slots=True)
class Style:
    """The habits of one file.

    Attributes:
        newline: What ends a line.
        dash: Columns between a key and the dashes of its list.
        gap: Columns between a dash and what follows it.
        step: Columns by which a mapping is indented below its key.
        quote: What strings stand in; nothing when only those that need it are quoted.
        quoted_keys: Whether keys are quoted, as in JSON.
        plain_folders: Whether folders are written without quotes.
        spaced: Whether an empty line stands between entries.
    """

    newline: str = "\n"
    dash: int = 2
    gap: int = 2
    step: int = 2
    quote: str = ""
    quoted_keys: bool = False
    plain_folders: bool = False
    spaced: bool = True

    def block(self, tree: Mapping[str, Any], column: int) -> Iterator[str]:
        """Yield the lines of a mapping whose keys stand in `column`."""
        pad = " " * column
        for key, value in tree.items():
            if isinstance(value, dict):
                yield f"{pad}{self.key(key)}:"
                yield from self.block(value, column + self.step)
            elif isinstance(value, list) and key in _BLOCK_LISTS:
                yield f"{pad}{self.key(key)}:"
                for item in value:
                    yield from self.item(item, column + self.dash, _REASONS.get(key))
            else:
                yield f"{pad}{self.key(key)}: {self.flow(value)}"

    def item(self, value: object, column: int, reason: str | None = None) -> Iterator[str]:
        """Yield the lines of an item whose dash stands in `column`, below the reason for it."""
        if reason:
            yield f"{' ' * column}# {reason}"
        dash = f"{' ' * column}-{' ' * (self.gap - 1)}"
        if isinstance(value, dict):
            first, *rest = self.block(value, column + self.gap)
            yield dash + first.lstrip()
            yield from rest
        else:
            yield dash + self.flow(value)

    def flow(self, value: object) -> str:
        """Return a value on one line."""
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.key(key)}: {self.flow(each)}" for key, each in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.flow, value)) + "]"
        if isinstance(value, int):
            return str(value).lower()  # true and false too
        return self._string(str(value))

    def key(self, key: str) -> str:
        """Return a key."""
        return _quoted(key, '"') if self.quoted_keys else key

    def _string(self, text: str) -> str:
        folder = self.plain_folders and _PLAIN_FOLDER.fullmatch(text)
        if not self.quote and text.lower() not in _WORDS and (folder or _PLAIN.fullmatch(text)):
            return text
        return _quoted(text, self.quote or '"')


def style_of(document: Document) -> Style:
    """Return the habits that a file shows, and ours where it shows none."""
    text = document.text
    pieces = list(_walk(document.root)) if document.root else []
    keys = [key for node, _ in pieces for key, _ in node.pairs()]
    lists = [(node, key) for node, key in pieces if _is_block(node, "sequence")]
    maps = [(node, key) for node, key in pieces if _is_block(node, "mapping")]
    folders = [value for node, _ in pieces if (value := node.at("directory")) and value.value[:1] == "/"]
    return Style(
        newline="\r\n" if re.match(r"[^\n]*\r\n", text) else "\n",
        dash=_most(
            (column_of(text, dash_of(text, node)) - _start(text, key) for node, key in lists if key), 2
        ),
        gap=_most(
            (gap for node, _ in lists if (gap := node.items[0].start - dash_of(text, node)) < _WIDE), 2
        ),
        step=_most((_start(text, node.items[0]) - _start(text, key) for node, key in maps if key), 2),
        quote=_most((node.style for node in _values(pieces) if node.style in {"", "'", '"'}), ""),
        quoted_keys=bool(keys) and all(key.style == '"' for key in keys),
        plain_folders=bool(folders) and not any(folder.style for folder in folders),
        spaced=_is_spaced(document),
    )


def dash_of(text: str, node: Node) -> int:
    """Return where the first dash of a block list stands; its node may begin with an anchor."""
    found = _DASH.search(text, node.start, node.items[0].start + 1)
    return node.start if text[node.start] == "-" or not found else found.start(1)


def column_of(text: str, offset: int) -> int:
    """Return the column of an offset, counted from 0."""
    return offset - (text.rfind("\n", 0, offset) + 1)


def _start(text: str, node: Node) -> int:
    return column_of(text, node.start)


def _most(found: Iterable[_Kind], default: _Kind) -> _Kind:
    """Return what is found most often; of several, what comes first."""
    return next((value for value, _ in Counter(found).most_common(1)), default)


def _walk(node: Node, key: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    """Yield each node with the key that it is the value of."""
    yield node, key
    for name, value in node.pairs():
        yield from _walk(value, name)
    for item in node.items if node.kind == "sequence" else ():
        yield from _walk(item)


def _values(pieces: Iterable[tuple[Node, Node | None]]) -> Iterator[Node]:
    """Yield the names of ecosystems and intervals: words that need no quotes, so that quotes are a habit."""
    for node, _ in pieces:
        for name in ("package-ecosystem", "interval"):
            if (value := node.at(name)) and value.kind == "scalar":
                yield value


def _is_block(node: Node, kind: str) -> bool:
    return node.kind == kind and not node.flow and bool(node.items)


def _is_spaced(document: Document) -> bool:
    """Return whether entries are set apart, as most of them are; a single one is."""
    node = document.updates
    if node is None or node.kind != "sequence" or node.flow:
        return True
    between = [
        document.text[one.end : other.start] for one, other in zip(node.items, node.items[1:], strict=False)
    ]
    empty = [re.search(r"\n[ \t]*\r?\n", text) is not None for text in between]
    return not empty or sum(empty) * 2 > len(empty)


def _quoted(text: str, quote: str) -> str:
    if quote == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return "".join(
        char if char.isprintable() else f"\\U{ord(char):08x}" for char in json.dumps(text, ensure_ascii=False)
    )
