"""Object stores and local folders, through obstore."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import LocalStore, S3Store
from obstore.store import ObjectStore as AnyStore

from mainstay.backup.stream import BLOCK_BYTES
from mainstay.errors import AccessDeniedError, ObjectMissingError, StoreError

if TYPE_CHECKING:  # obstore has these names for type checkers only
    from obstore.store import ClientConfig, RetryConfig

CONNECTIONS = 4
"""Parts under way at once. Over a slow link four made an upload three times as fast as one; more gained nothing."""

# The default of 30 s fails an 8 MiB part on a link below 0.3 MB/s.
_CLIENT: ClientConfig = {"timeout": "300s", "connect_timeout": "10s"}
_RETRY: RetryConfig = {"max_retries": 5, "retry_timeout": timedelta(seconds=120)}


def open_s3(url: str) -> AnyStore:
    """Return an S3 store; region, endpoint and credentials come from `AWS_*` or from the machine's role."""
    plain_http = os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true"
    return S3Store.from_url(url, client_options={**_CLIENT, "allow_http": plain_http}, retry_config=_RETRY)


def open_folder(url: str) -> AnyStore:
    """Return a store in a local folder, which must exist: a disk that is not mounted must not be written to."""
    parts = urlsplit(url)
    folder = Path(unquote(parts.path))
    if parts.netloc or not folder.is_absolute():
        raise StoreError(f"{url!r} names no absolute folder", hint="write file:///absolute/folder")
    if not folder.is_dir():
        raise StoreError(
            f"opening {url} failed: the folder does not exist", hint=f"make it: mkdir -p {folder}"
        )
    return LocalStore(folder)


OPENERS: dict[str, Callable[[str], AnyStore]] = {"s3": open_s3, "file": open_folder}
"""URL scheme -> how such a store is opened. A new kind of store is one function and one row."""


class ObjectStore:
    """A store behind obstore."""

    def __init__(self, url: str, store: AnyStore) -> None:
        self.url = url
        self._store = store

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
        """Yield an object in blocks of about 1 MiB."""
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

    @contextlib.contextmanager
    def _operation(self, doing: str, key: str) -> Iterator[None]:
        place = f"{self.url}/{key}".rstrip("/")
        try:
            yield
        except (BaseError, OSError) as error:
            kind = next(kind for kinds, kind in _ERRORS if isinstance(error, kinds))
            raise kind(f"{doing} {place} failed: {_reason(error)}", hint=_hint(error)) from error


def _reason(error: Exception) -> str:
    # obstore appends a debug dump of its source; the first paragraph is the message.
    return " ".join(str(error).partition("\n\nDebug source")[0].split())


def _hint(error: Exception) -> str | None:
    return next((hint for kinds, hint in _HINTS if isinstance(error, kinds)), None)


_MISSING = (NotFoundError, FileNotFoundError)
_DENIED = (PermissionDeniedError, UnauthenticatedError, PermissionError)
_ERRORS: tuple[tuple[tuple[type[Exception], ...], type[StoreError]], ...] = (
    (_MISSING, ObjectMissingError),
    (_DENIED, AccessDeniedError),
    ((Exception,), StoreError),
)
_HINTS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((AlreadyExistsError,), "it was written before, and is never overwritten"),
    (
        _MISSING,
        "check the bucket's or the folder's name, and that the backup was not pruned",
    ),
    (
        _DENIED,
        "check the credentials and what they may do: a backup needs to write, a restore to read and to list",
    ),
    ((BaseError,), "check AWS_REGION, AWS_ENDPOINT_URL and the credentials in the environment"),
)
