"""What a store has to offer. Keys are relative to the URL that the store was opened with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Store(Protocol):
    """A place where backups are kept. Every error is a StoreError that names operation, URL and key."""

    @property
    def url(self) -> str:
        """The URL that the store was opened with; it holds no credentials."""
        ...

    def put(self, key: str, blocks: Iterator[bytes], *, part_bytes: int) -> None:
        """Write an object from a stream in bounded memory; whatever fails, no object appears."""
        ...

    def create(self, key: str, data: bytes) -> None:
        """Write a small object that must not exist yet."""
        ...

    def read(self, key: str, *, most_bytes: int) -> bytes:
        """Return a small object; a larger one is refused."""
        ...

    def stream(self, key: str) -> Iterator[bytes]:
        """Yield an object in bounded memory."""
        ...

    def size_bytes(self, key: str) -> int:
        """Return the size of an object."""
        ...

    def keys(self, prefix: str) -> list[str]:
        """Return all keys below a prefix (a folder), sorted."""
        ...

    def delete(self, key: str) -> None:
        """Delete an object."""
        ...
