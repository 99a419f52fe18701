"""The files of a repository, as much as detection needs to see of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mainstay.errors import MainstayError
from mainstay.platform.git import GitError, Repository
from mainstay.platform.process import stream_output

MAX_READ_BYTES = 1 << 20
"""Manifests are far smaller; a larger one is reported as not read."""
MAX_WALKED_FILES = 200_000
_NEVER_WALKED = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "__pycache__", "node_modules", "venv"})


class RepoTree(Protocol):
    """Names the files of a repository and reads them."""

    def paths(self) -> Sequence[str]:
        """Return the path of every file, relative to the root, with forward slashes."""
        ...

    def read(self, path: str) -> str | None:
        """Return the text of a file, or nothing when it cannot be read, is no file or is too large."""
        ...


@dataclass(frozen=True, slots=True)
class MemoryTree:
    """A tree that is a mapping from path to text."""

    files: Mapping[str, str]

    def paths(self) -> Sequence[str]:
        """Return the paths in the mapping."""
        return list(self.files)

    def read(self, path: str) -> str | None:
        """Return the text in the mapping."""
        return self.files.get(path)


class GitTree:
    """The files below a folder as a branch, a tag or a commit of its repository has them."""

    def __init__(self, folder: Path, ref: str) -> None:
        """Read which files there are.

        Raises:
            GitError: `folder` is in no repository, or `ref` names no commit of it.
        """
        self._repository = Repository(folder)
        try:
            commit = self._repository.git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
            )
            listed = self._repository.git("ls-tree", "-r", "-z", "-l", commit)
        except MainstayError as error:
            raise GitError(f"{ref!r} is no branch, tag or commit of the repository at {folder}") from error
        self._blobs = dict(map(_blob, filter(None, listed.split("\0"))))

    def paths(self) -> Sequence[str]:
        """Return the path of every file, links included."""
        return list(self._blobs)

    def read(self, path: str) -> str | None:
        """Return the text of a regular file of at most 1 MiB, whatever its bytes."""
        mode, name, size_bytes = self._blobs.get(path, ("", "", 0))
        if not mode.startswith("100") or size_bytes > MAX_READ_BYTES:
            return None
        content = b"".join(stream_output(["git", "-C", self._repository.root, "cat-file", "blob", name]))
        return content.decode("utf-8-sig", errors="replace")


def _blob(line: str) -> tuple[str, tuple[str, str, int]]:
    """Return path, mode, object and size of a line of `git ls-tree -l`; what is no file has no size."""
    about, _, path = line.partition("\t")
    mode, _, name, size = about.split()
    return path, (mode, name, int(size) if size.isdecimal() else 0)


@dataclass(frozen=True, slots=True)
class LocalTree:
    """The files below a folder: those that git would commit or, outside git, all. Links are not followed."""

    root: Path

    def paths(self) -> Sequence[str]:
        """Return the path of every file.

        Raises:
            MainstayError: The folder is missing, or is no git repository and holds too many files.
        """
        if not self.root.is_dir():
            raise MainstayError(f"{self.root} is not a folder")
        try:
            repository = Repository.containing(self.root)
        except GitError:
            return self._walked()
        below = Repository(self.root) if repository.root != self.root else repository
        deleted = set(below.git("ls-files", "-z", "--deleted").split("\0"))
        return [path for path in below.files() if path not in deleted]

    def read(self, path: str) -> str | None:
        """Return the text of a regular file of at most 1 MiB, whatever its bytes."""
        place = self.root / path
        try:
            if self._leaves_the_tree(place) or place.stat().st_size > MAX_READ_BYTES:
                return None
            return place.read_bytes()[:MAX_READ_BYTES].decode("utf-8-sig", errors="replace")
        except (OSError, ValueError):
            return None

    def _leaves_the_tree(self, place: Path) -> bool:
        """Return whether a link stands on the way: what it points to is not this repository's."""
        if not stat.S_ISREG(place.lstat().st_mode):
            return True
        return place.resolve().parent != self.root.resolve() / place.parent.relative_to(self.root)

    def _walked(self) -> list[str]:
        found: list[str] = []
        for path in _walk(self.root, ""):
            if len(found) >= MAX_WALKED_FILES:
                raise MainstayError(
                    f"{self.root} holds more than {MAX_WALKED_FILES:,} files and is no git repository",
                    hint="make it one (git init): what .gitignore names is then left out",
                )
            found.append(path)
        return sorted(found)


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    pending = [(folder, prefix)]
    while pending:
        place, before = pending.pop()
        try:
            with os.scandir(place) as entries:
                listed = list(entries)
        except OSError:
            continue
        for entry in listed:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _NEVER_WALKED:
                    pending.append((place / entry.name, f"{before}{entry.name}/"))
            elif entry.is_file(follow_symlinks=False):
                yield before + entry.name
