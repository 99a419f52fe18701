"""A dependabot.yml as text and as meaning: what it says, and where in the text each piece stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from mainstay.dependabot.entries import DEPENDABOT, UpdateEntry, entry_of, require_few_globs
from mainstay.errors import DependabotError
from mainstay.stack.describe import printable

_MAX_BYTES = 256 << 10
_MAX_NODES = 20_000
_MAX_DEPTH = 40
_MAX_ENTRIES = 500
_BOM = "\ufeff"


@dataclass(slots=True)
class Node:
    """A piece of YAML and where it stands, as offsets into the text.

    Attributes:
        start: Where it begins: its anchor, or its first character.
        end: Where it ends; of a block, where its last piece ends.
        kind: `mapping`, `sequence`, `scalar` or `alias`.
        flow: Whether it is written in brackets.
        style: The quote of a scalar, `|` or `>`; empty when it is plain.
        items: The items of a sequence, or keys and values of a mapping by turns.
        weight: How many nodes it stands for once aliases are followed.
    """

    start: int
    end: int
    kind: str
    flow: bool = False
    style: str = ""
    value: str = ""
    items: list[Node] = field(default_factory=list)
    weight: int = 1

    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """Yield key and value of each pair of a mapping."""
        if self.kind == "mapping":
            yield from zip(self.items[::2], self.items[1::2], strict=True)

    def at(self, key: str) -> Node | None:
        """Return the value of a key that the mapping itself has, not one that an anchor lends it."""
        return next((value for name, value in self.pairs() if name.value == key), None)


@dataclass(frozen=True, slots=True)
class Document:
    """A dependabot.yml that could be read.

    Attributes:
        path: Where it stands in the repository.
        text: All of it, without a byte order mark.
        bom: The byte order mark, or nothing.
        tree: What it says.
        root: Where that stands; nothing when it says nothing.
    """

    path: str
    text: str
    bom: str
    tree: Mapping[str, Any]
    root: Node | None

    @property
    def updates(self) -> Node | None:
        """Where the entries stand."""
        return self.root.at("updates") if self.root else None

    def line_of(self, node: Node | None) -> int | None:
        """Return the line on which a node begins, counted from 1."""
        return self.text.count("\n", 0, node.start) + 1 if node else None

    def entries(self) -> list[tuple[UpdateEntry, Node]]:
        """Return each entry, and where it stands.

        Raises:
            DependabotError: An entry lacks its ecosystem or folder, or `updates` is no list.
        """
        node, values = self.updates, self.tree.get("updates")
        if not values and not isinstance(values, dict):
            return []
        if not isinstance(values, list) or node is None or node.kind != "sequence":
            raise DependabotError(f"{self.path}: updates is not a list{_line(self.line_of(node))}")
        if len(values) > _MAX_ENTRIES:
            raise DependabotError(f"{self.path} has more than {_MAX_ENTRIES} entries")
        found = [self._entry(value, place) for value, place in zip(values, node.items, strict=True)]
        try:
            require_few_globs(entry for entry, _ in found)
        except ValueError as error:
            raise DependabotError(f"{self.path} has {error}") from error
        return found

    def _entry(self, value: object, node: Node) -> tuple[UpdateEntry, Node]:
        line = self.line_of(node)
        try:
            return entry_of(value, self.path, line), node
        except ValueError as error:
            raise DependabotError(f"{self.path}: {error}{_line(line)}") from error


def read_document(content: bytes, path: str = DEPENDABOT) -> Document:
    """Return what the bytes of a dependabot.yml say.

    Raises:
        DependabotError: They are no YAML, no mapping, several documents, or more than anyone writes.
    """
    if len(content) > _MAX_BYTES:
        raise DependabotError(f"{path} is larger than {_MAX_BYTES >> 10} KiB")
    try:
        whole = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content.count(b"\n", 0, error.start)
        raise DependabotError(f"{path} is not UTF-8 text{_line(before + 1)}") from error
    text = whole.removeprefix(_BOM)
    try:
        root = _Reader(text, path).root()
        tree = _yaml().load(text) if root else {}
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problem = (error.problem or "it cannot be read").partition("\n")[0]
        raise DependabotError(f"{path} is not valid YAML: {printable(problem)}{_line(line)}") from error
    except (YAMLError, ValueError, TypeError, AttributeError, RecursionError, LookupError) as error:
        raise DependabotError(
            f"{path} is not valid YAML: {type(error).__name__}{_unprintable(text)}"
        ) from error
    if tree is not None and not isinstance(tree, dict):
        raise DependabotError(f"{path} holds no mapping (line 1)", hint="it begins with `version: 2`")
    return Document(path, text, whole[: len(whole) - len(text)], tree or {}, root if tree else None)


def _yaml() -> YAML:
    return YAML(typ="safe", pure=True)


def _line(line: int | None) -> str:
    return f" (line {line})" if line else ""


def _unprintable(text: str) -> str:
    found = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", text)
    return f", a control character{_line(text.count(chr(10), 0, found.start()) + 1)}" if found else ""


class _Reader:
    """Builds nodes from the events of the parser, which know where they stand; aliases stay leaves."""

    def __init__(self, text: str, path: str) -> None:
        self._text, self._path = text, path
        self._anchored: dict[str, int | None] = {}
        self._nodes = 0

    def root(self) -> Node | None:
        self._refuse_brackets()
        events = iter(_yaml().parse(self._text))
        root, documents = None, 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse("holds several documents, of which GitHub reads one", event.start_mark.index)
            elif isinstance(event, _NODES):
                root = self._node(event, events, 0)
        return root

    def _refuse_brackets(self) -> None:
        """The parser takes seconds for a few hundred brackets on one line."""
        depth = 0
        for found in re.finditer(r"[\[\]{}]", self._text):
            depth = depth + 1 if found[0] in "[{" else max(0, depth - 1)
            if depth > _MAX_DEPTH:
                self._refuse(f"nests more than {_MAX_DEPTH} brackets", found.start())

    def _refuse(self, what: str, offset: int) -> None:
        raise DependabotError(f"{self._path} {what}{_line(self._text.count(chr(10), 0, offset) + 1)}")

    def _node(self, event: NodeEvent, events: Iterator[Event], depth: int) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        self._nodes += 1
        if depth > _MAX_DEPTH or self._nodes > _MAX_NODES:
            self._refuse("nests too deep or holds too much", start)
        if isinstance(event, AliasEvent):
            return Node(start, end, "alias", value=event.anchor, weight=self._weight(event.anchor, start))
        if isinstance(event, ScalarEvent):
            node = Node(start, end, "scalar", style=event.style or "", value=event.value)
            if node.style in {"|", ">"}:
                node.end = start + len(self._text[start:end].rstrip())
        else:
            node = self._collection(event, events, depth)
        if event.anchor:
            self._anchored[event.anchor] = node.weight
        return node

    def _collection(self, event: NodeEvent, events: Iterator[Event], depth: int) -> Node:
        kind = "mapping" if isinstance(event, MappingStartEvent) else "sequence"
        flow = isinstance(event, CollectionStartEvent) and bool(event.flow_style)
        node = Node(event.start_mark.index, event.end_mark.index, kind, flow=flow)
        if event.anchor:
            self._anchored[event.anchor] = None
        for inner in events:
            if not isinstance(inner, _NODES):
                if node.flow:
                    node.end = inner.end_mark.index
                break
            node.items.append(self._node(inner, events, depth + 1))
        if not node.flow and node.items:
            node.end = node.items[-1].end
        node.weight += sum(item.weight for item in node.items)
        if node.weight > _MAX_NODES:
            self._refuse("unfolds into too much", node.start)
        return node

    def _weight(self, anchor: str, offset: int) -> int:
        """Return how many nodes an alias stands for; a few lines of aliases can unfold into more than memory holds."""
        weight = self._anchored.get(anchor, 1)
        if weight is None:
            self._refuse("refers to itself", offset)
        return weight or 1


_NODES = (AliasEvent, ScalarEvent, MappingStartEvent, SequenceStartEvent)
