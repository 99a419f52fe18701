"""Reads the archive that `mongodump` writes, while it goes by: what the dump holds is what the database held.

magic, header, a document per collection, a terminator; then segments: a header that names the collection, its
documents, a terminator. The last segment of a collection says so. Every document begins with its own length.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Generator
from typing import TypeVar

from mainstay.backup.content import Content, TableContent
from mainstay.errors import EngineError

MAGIC = b"\x6d\xe2\x99\x81"
_TERMINATOR = b"\xff\xff\xff\xff"
_LENGTH = struct.Struct("<i")
_SHORTEST_BYTES = 5
_LONGEST_BYTES = 64 << 20  # MongoDB's own limit is 16 MiB and a little
_HASH_BYTES = 8
_STRING, _BOOLEAN = 0x02, 0x08
_SIZES = {0x10: 4, 0x12: 8, 0x01: 8}
"""Bytes that a number takes, by its type: int32, int64, double."""

_T = TypeVar("_T")
_Steps = Generator[None, None, _T]
"""Reads as far as there is something, and waits for more by yielding."""


class ArchiveReader:
    """Is fed an archive block by block, and then tells what it holds."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._at_boundary = False
        self._rows: dict[str, int] = {}
        self._sums: dict[str, int] = {}
        self._ended: set[str] = set()
        self._steps = self._read()
        next(self._steps)

    def feed(self, block: bytes) -> None:
        """Read on.

        Raises:
            EngineError: It is no archive.
        """
        self._kept += block
        self._steps.send(None)

    def content(self) -> Content:
        """Return what the whole archive held, by collection.

        Raises:
            EngineError: It is not at its end.
        """
        if self._kept or not self._at_boundary or self._ended < set(self._rows):
            raise EngineError("the archive ends early")
        tables = {
            name: TableContent(rows=rows, checksum=str(self._sums[name])) for name, rows in self._rows.items()
        }
        return Content(tables=tables, objects={"collection": len(tables)} if tables else {})

    def _read(self) -> _Steps[None]:
        if (yield from self._take(len(MAGIC))) != MAGIC:
            raise EngineError("the dump is no archive of mongodump")
        yield from self._document()
        while (described := (yield from self._document())) is not None:
            self._begin(_name_of(described))
        while True:
            self._at_boundary = True
            header = yield from self._document()
            self._at_boundary = False
            if header is None:
                raise EngineError("the archive has a segment without a header")
            yield from self._segment(header)

    def _segment(self, header: bytes) -> _Steps[None]:
        name = _name_of(header)
        self._begin(name)
        while (document := (yield from self._document())) is not None:
            self._rows[name] += 1
            digest = hashlib.blake2b(document, digest_size=_HASH_BYTES).digest()
            self._sums[name] += int.from_bytes(digest)
        if _values(header).get("EOF"):
            self._ended.add(name)

    def _begin(self, name: str) -> None:
        self._rows.setdefault(name, 0)
        self._sums.setdefault(name, 0)

    def _document(self) -> _Steps[bytes | None]:
        """Return the next document; none for a terminator."""
        length = yield from self._take(_LENGTH.size)
        if length == _TERMINATOR:
            return None
        (size,) = _LENGTH.unpack(length)
        if not _SHORTEST_BYTES <= size <= _LONGEST_BYTES:
            raise EngineError("the archive is damaged: a document has an impossible length")
        return length + (yield from self._take(size - _LENGTH.size))

    def _take(self, size: int) -> _Steps[bytes]:
        while len(self._kept) < size:
            yield
        taken = bytes(self._kept[:size])
        del self._kept[:size]
        return taken


def _name_of(document: bytes) -> str:
    """Return the collection that a document of the archive is about, without the database."""
    if not isinstance(name := _values(document).get("collection"), str):
        raise EngineError("the archive is damaged: a header names no collection")
    return name


def _values(document: bytes) -> dict[str, object]:
    """Return the fields of a header, of the few types that headers have."""
    values: dict[str, object] = {}
    at = _LENGTH.size
    try:
        while kind := document[at]:
            end = document.index(0, at + 1)
            name, at = document[at + 1 : end].decode(), end + 1
            if kind == _STRING:
                (size,) = _LENGTH.unpack_from(document, at)
                values[name] = document[at + _LENGTH.size : at + _LENGTH.size + size - 1].decode()
                at += _LENGTH.size + size
            elif kind == _BOOLEAN:
                values[name] = bool(document[at])
                at += 1
            else:
                at += _SIZES[kind]
    except (IndexError, KeyError, ValueError, struct.error) as error:
        raise EngineError("the archive is damaged: a header cannot be read") from error
    return values
