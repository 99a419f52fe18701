"""Git as GitHub keeps it: blobs, trees, commits and branches, under the names that git gives them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

EMPTY: Mapping[str, tuple[str, str]] = {}


class Commit(NamedTuple):
    """A commit; `login` is the account that made it."""

    tree: str
    parents: tuple[str, ...]
    message: str
    login: str
    at: str


@dataclass
class GitData:
    """The objects and branches of one repository. A tree is kept flat: path -> mode and blob."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    trees: dict[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)

    def blob(self, content: bytes) -> str:
        """Store content and return its name."""
        sha = _name("blob", content)
        self.blobs[sha] = content
        return sha

    def tree(self, files: Mapping[str, tuple[str, str]]) -> str:
        """Store a tree and return its name."""
        sha = _name("tree", "".join(f"{path}\0{files[path]}" for path in sorted(files)).encode())
        self.trees[sha] = dict(files)
        return sha

    def commit(self, commit: Commit) -> str:
        """Store a commit and return its name."""
        sha = _name("commit", repr(commit).encode())
        self.commits[sha] = commit
        return sha

    def resolve(self, ref: str) -> str | None:
        """Return the commit that a branch, tag or name stands for."""
        ref = ref.removeprefix("refs/").removeprefix("heads/")
        return self.branches.get(ref) or (ref if ref in self.commits else None)

    def files(self, commit: str | None) -> Mapping[str, tuple[str, str]]:
        """Return the files of a commit."""
        return self.trees[self.commits[commit].tree] if commit else EMPTY

    def history(self, commit: str | None) -> Iterator[str]:
        """Yield a commit and all before it, newest first."""
        while commit:
            yield commit
            commit = next(iter(self.commits[commit].parents), None)

    def touching(self, commit: str | None, path: str | None) -> Iterator[str]:
        """Yield the commits, newest first, in which something at a path changed."""
        for sha in self.history(commit):
            before = self.files(next(iter(self.commits[sha].parents), None))
            if path is None or _below(self.files(sha), path) != _below(before, path):
                yield sha

    def text(self, branch: str, path: str) -> str | None:
        """Return a file of a branch."""
        entry = self.files(self.branches.get(branch)).get(path)
        return self.blobs[entry[1]].decode() if entry else None


def _below(files: Mapping[str, tuple[str, str]], path: str) -> dict[str, tuple[str, str]]:
    return {name: entry for name, entry in files.items() if name == path or name.startswith(f"{path}/")}


def _name(kind: str, content: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content).hexdigest()  # as git does
