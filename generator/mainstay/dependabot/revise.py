"""Takes a new revision's changes into a dependabot.yml that somebody works with: three sides, merged by meaning.

Entry by entry: one that nobody edited becomes what the template has now, text and comments; in one that somebody
edited, each value that is still the old template's follows it, and every other value stays. Nothing is written again
that need not change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mainstay.dependabot.document import Document, Node, read_document
from mainstay.dependabot.edits import Edit, Editor, apply_edits
from mainstay.dependabot.entries import UpdateEntry, overlapping
from mainstay.dependabot.merge import Merge, Merger
from mainstay.dependabot.wanted import WantedUpdate
from mainstay.errors import DependabotError

_IDENTITY = frozenset({"package-ecosystem", "directory", "directories", "target-branch"})
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of one of the three sides.

    Attributes:
        told: What it says.
        node: Where it stands.
        span: The same with its dash and its indentation, as offsets of whole lines.
        text: What stands there.
    """

    told: UpdateEntry
    node: Node
    span: tuple[int, int]
    text: str

    def is_same_as(self, other: Entry) -> bool:
        """Return whether both are about the same dependencies."""
        return self.told.overlaps(other.told)


def revise(base: Document, yours: Document, theirs: Document) -> Merge:
    """Return your document with what changed between two revisions of the template.

    Args:
        base: The file of the revision that was adopted.
        yours: The file as it is.
        theirs: The file of the new revision.

    Raises:
        DependabotError: It cannot be done without touching what somebody wrote.
    """
    revision = _Revision(base, yours, theirs)
    edits = sorted(revision.edits(), key=lambda edit: (edit.start, edit.rank))
    text = apply_edits(yours.text, edits)
    revised = read_document(text.encode(), yours.path)
    added = sorted(revision.additions(revised), key=lambda edit: (edit.start, edit.rank))
    text = apply_edits(text, added)
    revision.require_kept(read_document(text.encode(), yours.path))
    before, after = ((yours.bom + each).encode() for each in (yours.text, text))
    return Merge(before, after, (*edits, *added), tuple(revision.notes))


class _Revision:
    def __init__(self, base: Document, yours: Document, theirs: Document) -> None:
        self._documents = base, yours, theirs
        self._base, self._yours, self._theirs = (_entries(each) for each in self._documents)
        self._editor = Editor(yours)
        self.notes: list[str] = []

    def edits(self) -> Iterator[Edit]:
        """Yield what changes in what is there."""
        yield from self._head()
        for mine in self._yours:
            old, new = _like(mine, self._base), _like(mine, self._theirs)
            if old is None or (new and new.text == old.text):
                continue
            if mine.text == old.text:
                yield from self._follow(mine, new)
            elif new is None:
                self.notes.append(f"{mine.told.name}: the template no longer has this entry; yours stays")
            else:
                yield from self._values(mine, (), mine.node, old.told.tree, new.told.tree)

    def additions(self, revised: Document) -> Iterator[Edit]:
        """Yield the entries and folders that only the new revision has; what you removed does not come back."""
        before = [entry.told for entry in self._base]
        wanted = []
        for new in self._theirs:
            own = [entry for entry in before if entry.ecosystem == new.told.ecosystem]
            folders = tuple(
                folder
                for folder in new.told.directories
                if not any(entry.covers(folder) or folder in entry.directories for entry in own)
            )
            if folders:
                wanted.append(WantedUpdate(new.told.ecosystem, folders, new.told.tree))
        yield from Merger(revised, wanted).missing()

    def require_kept(self, revised: Document) -> None:
        """Refuse a result that is no configuration, or that lost something that you wrote.

        Raises:
            DependabotError: It is.
        """
        entries = _entries(revised)
        whole = revised.tree.get("version") == self._documents[1].tree.get("version")
        for mine in self._yours:
            old = _like(mine, self._base)
            own = dict(_differences(old.told.tree if old else {}, mine.told.tree))
            kept = _like(mine, entries)
            if own and (
                kept is None or any(_at(kept.told.tree, path) != new for path, (_, new) in own.items())
            ):
                whole = False
        if not whole or list(overlapping([entry.told for entry in entries])):
            raise DependabotError(f"{revised.path} cannot be merged without changing what you wrote in it")

    def _head(self) -> Iterator[Edit]:
        """Yield the change of what stands above the first entry, comments for the most part."""
        old, mine, new = (
            document.text[: entries[0].span[0]] if entries else ""
            for document, entries in zip(
                self._documents, (self._base, self._yours, self._theirs), strict=True
            )
        )
        if old and new and old == mine != new:
            yield Edit("the words above the entries are the new revision's", 1, 0, len(mine), new)

    def _follow(self, mine: Entry, new: Entry | None) -> Iterator[Edit]:
        """Yield the change of an entry that nobody edited."""
        if new is not None and _column(mine) == _column(new):
            why = f"{mine.told.name} is what the new revision has"
            yield Edit(why, mine.told.line or 1, *mine.span, new.text)
        elif new is None and len(self._yours) > 1:
            why = f"{mine.told.name}: the new revision does not have it any more"
            yield Edit(why, mine.told.line or 1, self._above(mine), mine.span[1], "")
        elif new is None:
            self.notes.append(f"{mine.told.name}: the template no longer has this entry; yours stays")

    def _above(self, mine: Entry) -> int:
        """Return where an entry begins, with the empty lines that set it apart from the one before."""
        start = mine.span[0]
        if mine is self._yours[0]:
            return start
        text = self._documents[1].text
        return text.index("\n", len(text[:start].rstrip())) + 1

    def _values(
        self, mine: Entry, above: tuple[str, ...], node: Node, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> Iterator[Edit]:
        """Yield the changes of the values of a mapping that are still the old template's."""
        tree: Any = _at(mine.told.tree, above)
        for key in [key for key in {**old, **new} if not (key in _IDENTITY and not above)]:
            was, now, own = (each.get(key, _ABSENT) for each in (old, new, tree))
            if now in (was, own):
                continue
            name, place = ".".join((*above, key)), node.at(key)
            why = f"{mine.told.name}: {name} is what the new revision has"
            if own is _ABSENT and was is _ABSENT:
                yield self._editor.add_key(node, {key: now}, why)
            elif _are_mappings(was, now, own) and place is not None and place.kind == "mapping":
                yield from self._values(mine, (*above, key), place, was, now)
            elif own == was and now is not _ABSENT and (edit := self._replaced(place, now, why)):
                yield edit
            else:
                self.notes.append(f"{mine.told.name}: the template changes {name}; yours stays")

    def _replaced(self, place: Node | None, value: object, why: str) -> Edit | None:
        """Return the edit that puts a value in the place of another; nothing where something else would go with it."""
        text = self._documents[1].text
        if place is None or place.kind == "alias" or text[place.start] in "&*!|>":
            return None
        if place.kind != "scalar" and (
            not place.flow or isinstance(value, dict) or "#" in text[place.start : place.end]
        ):
            return None
        return self._editor.replace(place, value, why)


def _entries(document: Document) -> list[Entry]:
    updates = document.updates
    if document.tree.get("updates") and (updates is None or updates.flow):
        raise DependabotError(f"{document.path}: updates is written in brackets")
    found = []
    for told, node in document.entries():
        dash = document.text.rfind("-", 0, node.start)
        start = document.text.rfind("\n", 0, dash) + 1
        end = document.text.find("\n", node.end)
        end = end + 1 if end >= 0 else len(document.text)
        found.append(Entry(told, node, (start, end), document.text[start:end]))
    return found


def _like(entry: Entry, others: Sequence[Entry]) -> Entry | None:
    return next((other for other in others if entry.is_same_as(other)), None)


def _column(entry: Entry) -> int:
    return len(entry.text) - len(entry.text.lstrip(" "))


def _are_mappings(*values: object) -> bool:
    return all(isinstance(value, dict) for value in values)


def _at(tree: object, path: Sequence[str]) -> object:
    for key in path:
        tree = tree.get(key, _ABSENT) if isinstance(tree, Mapping) else _ABSENT
    return tree


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], tuple[object, object]]]:
    """Yield path -> values of what two trees say differently, as deep as both are mappings."""
    for key in {**before, **after}:
        old, new = before.get(key, _ABSENT), after.get(key, _ABSENT)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(old, new, (*above, key))
        elif old != new and not (key in _IDENTITY and not above):
            yield (*above, key), (old, new)
