"""Adds to a dependabot.yml what is missing, and touches nothing else.

Every edit is an insertion into the text: comments, order, quotes, anchors and unknown keys stay as they are because
nobody writes them again. The result is read back: all that the file said must still be said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from mainstay.dependabot.document import Document, Node, read_document
from mainstay.dependabot.ecosystems import ECOSYSTEMS
from mainstay.dependabot.edits import Edit, Editor, apply_edits, is_empty_list
from mainstay.dependabot.entries import UpdateEntry, matches, share_a_folder
from mainstay.dependabot.wanted import ACTIONS, COOLDOWN_DAYS, WHY_IGNORED, WantedUpdate, wanted_cooldown
from mainstay.errors import DependabotError


@dataclass(frozen=True, slots=True)
class Merge:
    """A file, and what it becomes.

    Attributes:
        before: The bytes as they are.
        after: The bytes as they should be; the same when nothing is missing.
        edits: What is added, in the order of the file.
        notes: What only a person can add, in sentences.
    """

    before: bytes
    after: bytes
    edits: tuple[Edit, ...]
    notes: tuple[str, ...] = ()


def merge(document: Document, wanted: Sequence[WantedUpdate]) -> Merge:
    """Return the document with everything wanted that it lacks.

    The choices that it makes win: no value is changed, nothing is removed.

    Raises:
        DependabotError: It is of another version, or is written so that nothing can be added to it safely.
    """
    merger = Merger(document, wanted)
    edits = tuple(sorted(merger.edits(), key=lambda edit: (edit.start, edit.rank)))
    before, after = document.text, apply_edits(document.text, edits)
    if edits:
        _require_kept(document, after, wanted)
    return Merge(
        (document.bom + before).encode(), (document.bom + after).encode(), edits, tuple(merger.notes)
    )


def _require_kept(document: Document, after: str, wanted: Sequence[WantedUpdate]) -> None:
    """Refuse a result that says less than before, or that still lacks something."""
    try:
        result = read_document(after.encode(), document.path)
        kept = _holds(result.tree, document.tree) and not list(Merger(result, wanted).edits())
    except DependabotError:
        kept = False
    if not kept:
        raise _unsafe(document)


def _unsafe(document: Document) -> DependabotError:
    return DependabotError(
        f"{document.path} is written in a way that nothing can be added to safely; it was not changed",
        hint="write it in plain block style, or add by hand what `mainstay dependabot check` names",
    )


def _holds(after: object, before: object) -> bool:
    """Return whether all that `before` says is said by `after`; lists may have grown at their end."""
    if isinstance(before, dict):
        return isinstance(after, dict) and all(
            key in after and _holds(after[key], value) for key, value in before.items()
        )
    if isinstance(before, list):
        grown = isinstance(after, list) and len(after) >= len(before)
        return grown and all(map(_holds, after, before))  # type: ignore[call-overload]
    return before is None or (type(after) is type(before) and after == before)


class Merger:
    """Finds what is missing."""

    def __init__(self, document: Document, wanted: Sequence[WantedUpdate]) -> None:
        self._document, self._wanted = document, wanted
        self._editor = Editor(document)
        self.notes: list[str] = []

    def edits(self) -> Iterator[Edit]:
        """Yield the edits, entry by entry."""
        root, tree = self._document.root, self._document.tree
        if (version := tree.get("version")) is not None and str(version) != "2":
            raise DependabotError(
                f"{self._document.path} is of version {version!r}; only version 2 can be merged"
            )
        entries = self._document.entries()
        if root and "version" not in tree:
            why = "`version: 2` was missing, and GitHub refuses a file without it"
            yield self._editor.first_key(root, "version", 2, why)
        for entry, node in entries:
            if node.kind == "mapping":
                yield from self._companion(entry, node)
                yield from self._cooldown(entry, node)
        yield from self.missing()

    def missing(self) -> Iterator[Edit]:
        """Yield the edits that add the wanted entries and folders which no entry looks into."""
        entries, missing = self._document.entries(), []
        for wanted in self._wanted:
            own = [(entry, node) for entry, node in entries if entry.ecosystem == wanted.ecosystem]
            folders = _missing(wanted, [entry for entry, _ in own])
            if folders and (several := _only_list(own)):
                why = f"{wanted.ecosystem} in {{}} had no entry: the entry that has a list of folders takes it too"
                yield from (self._editor.append(several, folder, why.format(folder)) for folder in folders)
            elif folders:
                missing.append(wanted.of(folders))
        yield from self._entries(missing)

    def _cooldown(self, entry: UpdateEntry, node: Node) -> Iterator[Edit]:
        if "cooldown" not in entry.tree and entry.ecosystem in ECOSYSTEMS:
            why = (
                f"{entry.name} took releases on their first day: it waits {COOLDOWN_DAYS} days now, "
                "except for security updates"
            )
            yield self._editor.add_key(node, {"cooldown": wanted_cooldown(entry.ecosystem)}, why)

    def _companion(self, entry: UpdateEntry, node: Node) -> Iterator[Edit]:
        rules = [rule for wanted in self._wanted for rule in wanted.tree.get("ignore", ())]
        own, place = entry.tree.get("ignore"), node.at("ignore")
        for rule in rules if entry.ecosystem == ACTIONS else ():
            name = rule["dependency-name"]
            why = f"{entry.name} would update {name} alone, which moves together with the template: it is ignored now"
            if any(_ignores(each, name) for each in (own if isinstance(own, list) else ())):
                continue
            if "ignore" not in entry.tree:
                yield self._editor.add_key(node, {"ignore": [rule]}, why)
            elif place is not None and place.kind == "sequence":
                yield self._editor.append(place, rule, why, WHY_IGNORED)
            else:
                self.notes.append(
                    f"{entry.path}:{entry.line}: add {name} to `ignore` by hand: the list belongs to an anchor"
                )

    def _entries(self, trees: Sequence[Mapping[str, Any]]) -> Iterator[Edit]:
        root, updates = self._document.root, self._document.updates
        why = [f"{_named(tree)} had no entry, so nobody proposed its updates" for tree in trees]
        if root is None:
            yield self._editor.whole_file(trees, "; ".join(why) or "the repository had no configuration")
        elif updates is None and not trees:
            yield self._editor.add_key(
                root, {"updates": []}, "`updates` was missing, and GitHub refuses that"
            )
        elif not trees:
            return
        elif updates is None or (
            not root.flow and (_is_null(updates) or is_empty_list(self._document, updates))
        ):
            yield self._editor.first_entries(root, updates, trees, "; ".join(why))
        elif updates.kind == "sequence":
            yield from self._editor.append_entries(updates, trees, why)
        else:
            raise _unsafe(self._document)


def _is_null(node: Node) -> bool:
    return node.kind == "scalar" and not node.style


def _missing(wanted: WantedUpdate, own: Sequence[UpdateEntry]) -> list[str]:
    """Return the folders that no entry looks into, as globs where those catch nothing else."""
    lacking = {folder for folder in wanted.folders if not any(entry.covers(folder) for entry in own)}
    taken = [directory for entry in own for directory in entry.directories]
    found: list[str] = []
    for written in wanted.directories:
        inside = [folder for folder in wanted.folders if matches(written, folder)] or [written]
        free = not any(share_a_folder(written, directory) for directory in taken)
        found += [written] if free else [folder for folder in inside if folder in lacking]
    return list(dict.fromkeys(found))


def _only_list(own: Sequence[tuple[UpdateEntry, Node]]) -> Node | None:
    """Return the list of folders of the only entry of an ecosystem, when another folder fits into it."""
    if len(own) != 1 or "target-branch" in own[0][0].tree:
        return None
    place = own[0][1].at("directories")
    return place if place and place.kind == "sequence" else None


def _ignores(rule: object, name: str) -> bool:
    """Return whether a rule ignores every version of a dependency."""
    if not isinstance(rule, dict) or rule.get("versions") or rule.get("update-types"):
        return False
    return fnmatchcase(name.lower(), str(rule.get("dependency-name")).lower().replace("[", "[[]"))


def _named(tree: Mapping[str, Any]) -> str:
    folders = tree.get("directories") or [tree["directory"]]
    return f"{tree['package-ecosystem']} in {', '.join(folders)}"
