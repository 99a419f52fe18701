"""The files of the repository: what git would commit, read with care. All of it may be hostile."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from mainstay.audit.model import Unavailable
from mainstay.errors import MainstayError
from mainstay.stack import LocalTree

MAX_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Root:
    """The top folder of the repository, resolved."""

    path: Path


@dataclass(frozen=True)
class RepositoryFiles:
    """The tracked files and the untracked ones that are not ignored.

    Attributes:
        root: The top folder, resolved.
        listed: Paths relative to it, with forward slashes.
        read: What was read so far, path -> SHA-256: what the judgement rests on.
    """

    root: Path
    listed: tuple[str, ...]
    read: dict[str, str] = field(default_factory=dict, compare=False)
    _set: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_set", frozenset(self.listed))

    def __contains__(self, path: str) -> bool:
        return path in self._set

    def matching(self, pattern: str) -> list[str]:
        """Return the paths that fit a shell pattern, sorted; `*` also crosses folders."""
        return sorted(path for path in self._set if fnmatchcase(path, pattern))

    def text(self, path: str, limit_bytes: int = MAX_READ_BYTES) -> str:
        """Return the text of a listed file.

        Raises:
            Unavailable: It is not listed, leads out of the repository, is no regular file, is too large or not UTF-8.
        """
        try:
            content = self._inside(path).read_bytes()[: limit_bytes + 1]
            if len(content) > limit_bytes:
                raise Unavailable(f"{path} is larger than {limit_bytes >> 10} KiB")
            self.read[path] = hashlib.sha256(content).hexdigest()
            return content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise Unavailable(f"{path} is not UTF-8 text (byte {error.start})") from error
        except (OSError, ValueError, RuntimeError) as error:
            raise Unavailable(f"{path} cannot be read: {type(error).__name__}") from error

    def _inside(self, path: str) -> Path:
        if path not in self:
            raise Unavailable(f"{path} is not in the repository")
        place = (self.root / path).resolve(strict=True)
        if not place.is_relative_to(self.root):
            raise Unavailable(f"{path} is a link that leads out of the repository")
        status = place.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unavailable(f"{path} is not a regular file")
        if status.st_size > MAX_READ_BYTES:
            raise Unavailable(f"{path} is larger than {MAX_READ_BYTES >> 10} KiB")
        return place


def repository_files(root: Root) -> RepositoryFiles:
    """Return the files of the repository.

    Raises:
        Unavailable: They cannot be listed.
    """
    try:
        return RepositoryFiles(root.path, tuple(sorted(LocalTree(root.path).paths())))
    except (MainstayError, OSError) as error:
        raise Unavailable(f"the files of the repository cannot be listed: {error}") from error
