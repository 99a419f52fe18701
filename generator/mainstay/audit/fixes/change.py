"""One file, as it is and as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mainstay.errors import MainstayError


class FixError(MainstayError):
    """A file could not be repaired."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file, and what it becomes.

    Attributes:
        path: Relative to the top of the repository, with forward slashes.
        before: The bytes as they are; nothing when there is no file.
        after: The bytes as they should be.
    """

    path: str
    before: bytes | None
    after: bytes

    def write(self, root: Path) -> None:
        """Write the file, whole or not at all, and only where it is still as it was read.

        Raises:
            FixError: It changed meanwhile, or cannot be written.
        """
        place = root / self.path
        part = place.with_name(f".{place.name}.mainstay-part")
        try:
            there = place.exists() or place.is_symlink()
            if (read_inside(root, self.path) if there else None) != self.before:
                raise FixError(f"{self.path} changed meanwhile; it was not written", hint="run it again")
            place.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(self.after)
            if self.before is not None:
                part.chmod(place.stat().st_mode)
            part.replace(place)
        except OSError as error:
            raise FixError(f"{self.path} cannot be written: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be repaired, and why."""

    why: str


def read_inside(root: Path, path: str) -> bytes:
    """Return the bytes of a file of the repository.

    Raises:
        FixError: It is a link, leads out of the repository, or cannot be read.
    """
    place = root / path
    try:
        if place.is_symlink() or not place.resolve(strict=True).is_relative_to(root.resolve()):
            raise FixError(f"{path} is a link or leads out of the repository")
        return place.read_bytes()
    except OSError as error:
        raise FixError(f"{path} cannot be read: {error.strerror}") from error
