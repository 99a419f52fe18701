"""One pass over a tree: which files could prove something, found by name, read at most once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from mainstay.stack.tree import RepoTree

LEFT_OUT = frozenset(
    {
        ".git",
        ".venv",
        ".yarn",
        "__fixtures__",
        "bower_components",
        "carthage",
        "fixtures",
        "node_modules",
        "pods",
        "site-packages",
        "skeleton",
        "template",
        "templates",
        "test-fixtures",
        "testdata",
        "third-party",
        "third_party",
        "vendor",
        "venv",
    }
)
"""Folders whose manifests are somebody else's, or no manifests at all. Compared in lower case."""
_TEMPLATED = re.compile(r"\{\{|\{%|\[%|\[=|<%")


def folder_of(path: str) -> str:
    """Return the folder of a path; nothing for the root."""
    return path.rpartition("/")[0]


class Survey:
    """The files of a tree that match one of the given globs.

    A glob without a slash matches file names anywhere, one with a slash from the root.
    """

    def __init__(self, tree: RepoTree, globs: Iterable[str]) -> None:
        self._tree = tree
        self._texts: dict[str, str | None] = {}
        self._found = _matches(tree.paths(), sorted(set(globs)))
        self.unread: set[str] = set()
        """Files that had to be read and could not."""

    def matching(self, glob: str) -> Sequence[str]:
        """Return the paths that match one of the globs, those nearest to the root first."""
        return self._found.get(glob, ())

    def text(self, path: str) -> str:
        """Return the text of a file; nothing, and a place in `unread`, when it cannot be read."""
        if path not in self._texts:
            self._texts[path] = self._tree.read(path)
            if self._texts[path] is None:
                self.unread.add(path)
        return self._texts[path] or ""


def _matches(paths: Iterable[str], globs: Sequence[str]) -> dict[str, list[str]]:
    """Return glob -> paths, deciding by the file name first: most files match nothing."""
    exact: dict[str, list[str]] = {}
    loose: list[tuple[re.Pattern[str], str]] = []
    for glob in globs:
        name = glob.rpartition("/")[2]
        if "*" in name:
            loose.append((path_pattern(name), glob))
        else:
            exact.setdefault(name, []).append(glob)
    any_loose = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in loose) or r"(?!)")
    found: dict[str, list[str]] = {}
    for path in sorted(set(paths), key=lambda path: (path.count("/"), path)):
        name = path.rpartition("/")[2]
        candidates = list(exact.get(name, ()))
        if any_loose.fullmatch(name):
            candidates += [glob for pattern, glob in loose if pattern.fullmatch(name)]
        if candidates and not _left_out(folder_of(path)):
            for glob in candidates:
                if "/" not in glob or path_pattern(glob).fullmatch(path):
                    found.setdefault(glob, []).append(path)
    return found


def _left_out(folder: str) -> bool:
    return not LEFT_OUT.isdisjoint(folder.lower().split("/")) or _TEMPLATED.search(folder) is not None


@cache
def path_pattern(glob: str) -> re.Pattern[str]:
    """Return what a glob matches: `*` stays within a folder, `**` does not; a leading slash is the root."""
    translated = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    pieces = re.split(r"(\*\*/|\*\*|\*)", glob.removeprefix("/"))
    return re.compile("".join(translated.get(piece, re.escape(piece)) for piece in pieces), re.DOTALL)
