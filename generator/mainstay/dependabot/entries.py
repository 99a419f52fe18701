"""The entries of a dependabot.yml, and which folders they look into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mainstay.stack import Ecosystem, Stack

DEPENDABOT = ".github/dependabot.yml"
SPELLINGS = (DEPENDABOT, ".github/dependabot.yaml")
"""GitHub reads either; the first that exists counts."""
_MAX_GLOB, _MAX_STARS, _MAX_GLOBS = 100, 6, 100
"""More would take minutes to compare with each other, and nobody writes them."""


@dataclass(frozen=True, slots=True)
class UpdateEntry:
    """One entry of `updates`.

    Attributes:
        ecosystem: Its `package-ecosystem`.
        directories: Its folders, with globs as they stand in the file.
        tree: All of it.
        path: The file that it stands in.
        line: Where, counted from 1.
    """

    ecosystem: str
    directories: tuple[str, ...]
    tree: Mapping[str, Any]
    path: str = DEPENDABOT
    line: int | None = None

    @property
    def name(self) -> str:
        """What people call the entry: ecosystem and folders."""
        return f"{self.ecosystem} in {', '.join(self.directories)}"

    def covers(self, directory: str) -> bool:
        """Return whether the entry looks into this folder."""
        return any(matches(own, directory) for own in self.directories)

    def overlaps(self, other: UpdateEntry) -> bool:
        """Return whether some folder belongs to both; GitHub then refuses the file."""
        target = "target-branch"
        return (
            self.ecosystem == other.ecosystem
            and self.tree.get(target) == other.tree.get(target)
            and any(share_a_folder(own, its) for own in self.directories for its in other.directories)
        )


def entry_of(value: object, path: str, line: int | None) -> UpdateEntry:
    """Return the entry that a value of `updates` is.

    Raises:
        ValueError: It has no ecosystem, no folder, or a glob that nobody writes.
    """
    tree = value if isinstance(value, dict) else {}
    ecosystem, several = tree.get("package-ecosystem"), tree.get("directories")
    folders = [tree.get("directory"), *(several if isinstance(several, list) else [])]
    directories = tuple(folder for folder in folders if isinstance(folder, str) and folder)
    if not isinstance(ecosystem, str) or not ecosystem or not directories:
        raise ValueError("an entry needs package-ecosystem and directory")
    for glob in (folder for folder in directories if "*" in folder):
        if len(glob) > _MAX_GLOB or glob.count("*") > _MAX_STARS:
            raise ValueError(f"a glob has more than {_MAX_GLOB} characters or {_MAX_STARS} stars")
    return UpdateEntry(ecosystem, directories, tree, path, line)


def require_few_globs(entries: Iterable[UpdateEntry]) -> None:
    """Refuse what would take too long to compare.

    Raises:
        ValueError: There are more globs than anyone writes.
    """
    if sum("*" in folder for entry in entries for folder in entry.directories) > _MAX_GLOBS:
        raise ValueError(f"more than {_MAX_GLOBS} globs")


def uncovered(stack: Stack, entries: Sequence[UpdateEntry]) -> Iterator[tuple[Ecosystem, str]]:
    """Yield each folder with a manifest that no entry looks into."""
    for ecosystem in stack.ecosystems:
        own = [entry for entry in entries if entry.ecosystem == ecosystem.name]
        for directory in ecosystem.directories:
            if not any(entry.covers(directory) for entry in own):
                yield ecosystem, directory


def idle(entries: Iterable[UpdateEntry], stack: Stack, listed: Sequence[str]) -> Iterator[UpdateEntry]:
    """Yield the entries that find nothing to update among the files of the repository."""
    known = {ecosystem.name: ecosystem for ecosystem in stack.ecosystems}
    for entry in entries:
        ecosystem = known.get(entry.ecosystem)
        if ecosystem is None or not any(map(entry.covers, _folders_of(ecosystem, listed))):
            yield entry


def _folders_of(ecosystem: Ecosystem, listed: Sequence[str]) -> Iterator[str]:
    """Yield the folders that need an entry, then those that could have one: members of workspaces, fixtures."""
    yield from ecosystem.directories
    names = {proof.path.rpartition("/")[2] for proof in ecosystem.evidence}
    for path in listed:
        folder, _, name = path.rpartition("/")
        if name in names:
            yield folder


def overlapping(entries: Sequence[UpdateEntry]) -> Iterator[tuple[UpdateEntry, UpdateEntry]]:
    """Yield each entry that shares a folder with an earlier one, and the first such."""
    for position, entry in enumerate(entries):
        if other := next((each for each in entries[:position] if entry.overlaps(each)), None):
            yield entry, other


def matches(glob: str, directory: str) -> bool:
    """Return whether a folder is one that `glob` names: `*` stays within a folder, `**` stands for any folders."""
    return share_a_folder(glob, directory)


def share_a_folder(one: str, other: str) -> bool:
    """Return whether there could be a folder that both globs name."""
    if "*" not in one + other:
        return _normal(one) == _normal(other)
    ours, theirs = (_normal(each).split("/")[1:] for each in (one, other))
    return _meet(ours, theirs, "**", lambda a, b: _meet(list(a), list(b), "*", str.__eq__))


def _meet(one: Sequence[str], other: Sequence[str], star: str, same: Callable[[str, str], bool]) -> bool:
    """Return whether two sequences with stars, each standing for any number of tokens, have a reading in common."""
    pending, seen = [(0, 0)], set()
    while pending:
        here = pending.pop()
        if here in seen:
            continue
        seen.add(here)
        a, b = here
        ones, others = one[a : a + 1], other[b : b + 1]
        if not ones and not others:
            return True
        if ones and ones[0] == star:
            pending += [(a + 1, b), *([(a, b + 1)] if others else [])]
        elif others and others[0] == star:
            pending += [(a, b + 1), *([(a + 1, b)] if ones else [])]
        elif ones and others and same(ones[0], others[0]):
            pending.append((a + 1, b + 1))
    return False


def _normal(directory: str) -> str:
    return "/" + directory.strip("/")
