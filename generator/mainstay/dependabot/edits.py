"""Insertions into the text of a dependabot.yml, in its own style."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mainstay.dependabot.document import Document, Node
from mainstay.dependabot.style import column_of, dash_of, style_of

HEADER = (
    "# Weekly updates of every dependency. Minor and patch versions come together, each major version alone.",
    "# The cooldown lets others find a broken or hostile release first; it never delays a security update.",
    "# Dependabot ignores labels that do not exist. The workflow sop-update makes them; to have them at once:",
    "# mainstay dependabot apply --create-labels",
    "",
)
_FLOW, _ITEM, _KEY = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to the text.

    Attributes:
        why: What is added and why, in a sentence.
        line: The line of the file as it is, after or in which it is added.
        start: Where, as an offset.
        end: Up to where text is replaced; only an empty list ever is.
        text: What is put there.
        rank: Which of several edits at one place comes first: the one that is indented most.
    """

    why: str
    line: int
    start: int
    end: int
    text: str
    rank: tuple[int, int] = (0, _FLOW)


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with all edits made; they are in the order of the file."""
    pieces, done = [], 0
    for edit in edits:
        pieces += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*pieces, text[done:]])


class Editor:
    """Makes edits to one document; each says what is added and why."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._style = style_of(document)

    def add_key(self, node: Node, pair: Mapping[str, object], why: str) -> Edit:
        """Return the edit that gives a mapping one more key."""
        if node.flow:
            return self._in_brackets(node, [self._style.flow(pair)[1:-1]], why)
        column = column_of(self._text, node.items[0].start)
        return self._below(node.end, column, list(self._style.block(pair, column)), why, _KEY)

    def add_below(self, node: Node, key: str, pair: Mapping[str, object], why: str) -> Edit:
        """Return the edit that gives a mapping one more key, below another one and what stands in it."""
        value = node.at(key)
        if node.flow or value is None:
            return self.add_key(node, pair, why)
        column = column_of(self._text, node.items[0].start)
        return self._below(value.end, column, list(self._style.block(pair, column)), why, _KEY)

    def replace(self, node: Node, value: object, why: str) -> Edit:
        """Return the edit that puts a value, on one line, in the place of another."""
        return Edit(why, self._line(node.start), node.start, node.end, self._style.flow(value))

    def append(self, node: Node, value: object, why: str, reason: str | None = None) -> Edit:
        """Return the edit that puts a value at the end of a list, in block style below a comment with its reason."""
        if node.flow:
            return self._in_brackets(node, [self._style.flow(value)], why)
        column = column_of(self._text, dash_of(self._text, node))
        return self._below(node.end, column, list(self._style.item(value, column, reason)), why, _ITEM)

    def append_entries(
        self, updates: Node, trees: Sequence[Mapping[str, object]], why: Sequence[str]
    ) -> list[Edit]:
        """Return the edits that put entries at the end of `updates`."""
        if updates.flow and not updates.items:
            return [self._in_brackets(updates, [self._style.flow(tree) for tree in trees], "; ".join(why))]
        if updates.flow:
            return [self.append(updates, tree, each) for tree, each in zip(trees, why, strict=True)]
        column = column_of(self._text, dash_of(self._text, updates))
        space = [""] if self._style.spaced else []
        return [
            self._below(updates.end, column, [*space, *self._style.item(tree, column)], each, _ITEM)
            for tree, each in zip(trees, why, strict=True)
        ]

    def first_entries(
        self, root: Node, updates: Node | None, trees: Sequence[Mapping[str, object]], why: str
    ) -> Edit:
        """Return the edit that gives `updates` its first entries, where it is missing, empty or `[]`."""
        if root.flow:
            return self.add_key(root, {"updates": list(trees)}, why)
        column = column_of(self._text, root.items[0].start)
        lines = self._entries(trees, column + self._style.dash)
        if updates is None:
            key = " " * column + self._style.key("updates")
            return self._below(root.end, column, [f"{key}:", *lines], why, _KEY)
        start, end = len(self._text[: updates.start].rstrip()), _line_end(self._text, updates.end)
        comment = self._text[updates.end : end]
        body = self._style.newline.join(["", *lines])
        return Edit(why, self._line(start), start, end, comment.rstrip() + body)

    def whole_file(self, trees: Sequence[Mapping[str, object]], why: str) -> Edit:
        """Return the edit that fills a file which says nothing; comments in it stay at its top."""
        head = [] if self._text.strip() else list(HEADER)
        body = ["updates:", *self._entries(trees, self._style.dash)] if trees else ["updates: []"]
        return self._below(len(self._text), -1, [*head, "version: 2", *body], why, _KEY)

    def first_key(self, root: Node, key: str, value: object, why: str) -> Edit:
        """Return the edit that gives the document one more key, at its top."""
        if root.flow:
            return self.add_key(root, {key: value}, why)
        start = root.items[0].start
        pad = " " * column_of(self._text, start)
        line = f"{self._style.key(key)}: {self._style.flow(value)}{self._style.newline}{pad}"
        return Edit(why, self._line(start), start, start, line)

    def _entries(self, trees: Sequence[Mapping[str, object]], column: int) -> list[str]:
        lines: list[str] = []
        for tree in trees:
            lines += [*([""] if lines and self._style.spaced else []), *self._style.item(tree, column)]
        return lines

    def _in_brackets(self, node: Node, values: Sequence[str], why: str) -> Edit:
        text = ", ".join(values)
        if node.items:
            end = node.items[-1].end
            return Edit(why, self._line(end), end, end, f", {text}")
        start = self._text.find("[" if node.kind == "sequence" else "{", node.start) + 1
        return Edit(why, self._line(start), start, start, text)

    def _below(self, end: int, column: int, lines: Sequence[str], why: str, kind: int) -> Edit:
        """Return the edit that puts lines below the block that ends at `end`, and below the comments inside it."""
        position = place = _next_line(self._text, end)
        while place < len(self._text):
            following = _next_line(self._text, place)
            line = self._text[place:following]
            if line.strip() and not (
                line.lstrip().startswith("#") and len(line) - len(line.lstrip()) > column
            ):
                break
            place = following
            position = place if line.strip() else position
        newline = self._style.newline
        body = newline.join(lines)
        ended = position < len(self._text) or self._text[-1:] in {"", "\n"}
        text = body + newline if ended else newline + body
        return Edit(why, self._line(position - 1), position, position, text, (-column, kind))

    def _line(self, offset: int) -> int:
        return self._text.count("\n", 0, max(offset, 0)) + 1


def is_empty_list(document: Document, node: Node) -> bool:
    """Return whether a node is `[]` with nothing in it that could get lost."""
    return re.fullmatch(r"\[\s*\]", document.text[node.start : node.end]) is not None


def _next_line(text: str, offset: int) -> int:
    found = text.find("\n", offset)
    return found + 1 if found >= 0 else len(text)


def _line_end(text: str, offset: int) -> int:
    """Return where the line ends, before what ends it."""
    return offset + len(re.compile(r"[^\r\n]*").match(text, offset)[0])  # type: ignore[index]
