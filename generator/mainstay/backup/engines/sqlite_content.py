"""Reads what a SQLite database holds: rows and checksums of every table, positions of keys, objects by kind."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator

from mainstay.backup.content import Content, SequencePosition, TableContent

_HASH_BYTES = 8
_TABLES = """
SELECT name FROM sqlite_schema
WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY 1
"""
_OBJECTS = "SELECT type, count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' GROUP BY 1 ORDER BY 1"
_HAS_POSITIONS = "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'"
_POSITIONS = "SELECT name, seq FROM sqlite_sequence ORDER BY 1"


class _Text(bytes):
    """Text as it is stored, which need not be valid; told apart from a blob by its type."""


def read_content(connection: sqlite3.Connection) -> Content:
    """Return what the database holds. Virtual tables are told by the ordinary tables that they keep their rows in."""
    tables = [str(name) for (name,) in connection.execute(_TABLES)]
    ((has_positions,),) = connection.execute(_HAS_POSITIONS)
    return Content(
        tables={name: _table(connection, name) for name in tables},
        sequences={name: _position(at) for name, at in connection.execute(_POSITIONS)}
        if has_positions
        else {},
        objects=dict(connection.execute(_OBJECTS).fetchall()),
    )


def _position(at: int) -> SequencePosition:
    return SequencePosition(last_value=at, is_called=True, increment=1)


def _table(connection: sqlite3.Connection, name: str) -> TableContent:
    rows = total = 0
    for digest in _digests(connection, name):
        rows += 1
        total += digest
    return TableContent(rows=rows, checksum=str(total))


def _digests(connection: sqlite3.Connection, name: str) -> Iterator[int]:
    cursor = connection.cursor()
    quoted = '"' + name.replace('"', '""') + '"'
    for row in _raw(connection, cursor, f"SELECT * FROM {quoted}"):
        hashed = hashlib.blake2b(digest_size=_HASH_BYTES)
        for value in row:
            kind, text = _exact(value)
            hashed.update(b"%c%d:" % (kind, len(text)))
            hashed.update(text)
        yield int.from_bytes(hashed.digest())


def _raw(connection: sqlite3.Connection, cursor: sqlite3.Cursor, query: str) -> Iterator[tuple[object, ...]]:
    before = connection.text_factory
    connection.text_factory = _Text
    try:
        yield from cursor.execute(query)
    finally:
        connection.text_factory = before


def _exact(value: object) -> tuple[bytes, bytes]:
    """Return the storage class and the exact bytes of a value."""
    if isinstance(value, _Text):
        return b"t", value
    if isinstance(value, bytes):
        return b"b", value
    if value is None:
        return b"n", b""
    return (b"i" if isinstance(value, int) else b"r"), repr(value).encode()
