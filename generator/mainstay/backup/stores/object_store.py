"""Object stores and local folders, through obstore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import obstore
from obstore.store import ObjectStore as AnyStore

from mainstay.backup.stores.errors import failing_as
from mainstay.backup.stream import BLOCK_BYTES
from mainstay.errors import StoreError

CONNECTIONS = 8
"""Parts under way at once. With each connection limited to 10 MB/s, 250 MB took 5.6 s over eight, 9.4 s over four."""


class ObjectStore:
    """A store behind obstore."""

    def __init__(self, url: str, store: AnyStore, hint: str) -> None:
        self.url = url
        self._store = store
        self._hint = hint

    def put(self, key: str, blocks: Iterator[bytes], *, part_bytes: int) -> None:
        """Write an object from a stream; what the stream raises comes out as it is, and no object appears."""
        with self._operation("writing", key):
            obstore.put(
                self._store,
                key,
                blocks,
                use_multipart=True,
                chunk_size=part_bytes,
                max_concurrency=CONNECTIONS,
            )

    def create(self, key: str, data: bytes) -> None:
        """Write a small object that must not exist yet."""
        with self._operation("creating", key):
            obstore.put(self._store, key, data, mode="create")

    def read(self, key: str, *, most_bytes: int) -> bytes:
        """Return a small object; a larger one is refused."""
        with self._operation("reading", key):
            found = obstore.get(self._store, key)
            if found.meta["size"] > most_bytes:
                raise StoreError(
                    f"{self.url}/{key} has {found.meta['size']} bytes, at most {most_bytes} are expected"
                )
            return bytes(found.bytes())

    def stream(self, key: str) -> Iterator[bytes]:
        """Yield an object in blocks of about 256 KiB."""
        with self._operation("reading", key):
            for block in obstore.get(self._store, key).stream(min_chunk_size=BLOCK_BYTES):
                yield bytes(block)

    def size_bytes(self, key: str) -> int:
        """Return the size of an object."""
        with self._operation("looking up", key):
            return int(obstore.head(self._store, key)["size"])

    def keys(self, prefix: str) -> list[str]:
        """Return all keys below a prefix, sorted."""
        with self._operation("listing", prefix):
            return sorted(item["path"] for page in obstore.list(self._store, prefix) for item in page)

    def delete(self, key: str) -> None:
        """Delete an object."""
        with self._operation("deleting", key):
            obstore.delete(self._store, key)

    def _operation(self, doing: str, key: str) -> AbstractContextManager[None]:
        return failing_as(doing, f"{self.url.rstrip('/')}/{key}".rstrip("/"), self._hint)
