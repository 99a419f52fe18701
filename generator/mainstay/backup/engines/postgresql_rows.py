"""Reads the script that `pg_restore` writes for rows: which rows go into which table, and what has to be run.

In the text that `COPY` reads, a line feed always ends a row, and a line of a backslash and a full stop is no row: rows
can be told apart without a look at their values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mainstay.errors import ProcessError

_END = b"\\.\n"
_COPY = re.compile(rb'COPY (?:[^"]|"[^"]*")*? FROM stdin;\n')
_LONG_ROW_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for a table.

    Attributes:
        statement: The `COPY` that takes them.
        text: The rows, as that statement reads them.
        whole: Whether the text ends with a row. What follows belongs to the same row otherwise.
    """

    statement: bytes
    text: bytes
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Statement:
    """Something to be run: a setting of the session, or a step of loading large objects."""

    text: bytes

    @property
    def is_setting(self) -> bool:
        """Whether it belongs to every session."""
        return self.text.startswith((b"SET ", b"SELECT pg_catalog.set_config("))


def read_script(blocks: Iterator[bytes]) -> Iterator[Rows | Statement]:
    """Yield what a script does, in its order. It keeps no more of it in memory than a block, however long a row is.

    Raises:
        ProcessError: The script breaks off, or holds what a script of rows does not.
    """
    script = _Script()
    for block in blocks:
        yield from script.parts(block)
    if script.unfinished:
        raise ProcessError("the script that pg_restore writes broke off")


class _Script:
    def __init__(self) -> None:
        self._text = b""
        self._at = 0
        self._statement: bytes | None = None
        self._within_row = False

    @property
    def unfinished(self) -> bool:
        return bool(self._text) or self._statement is not None

    def parts(self, block: bytes) -> Iterator[Rows | Statement]:
        """Yield what is complete with this block."""
        self._text += block
        before = -1
        while self._at > before:
            before = self._at
            part = self._line() if self._statement is None else self._rows(self._statement)
            if part is not None:
                yield part
        self._text = self._text[self._at :]
        self._at = 0

    def _line(self) -> Statement | None:
        if self._text.startswith(b"COPY ", self._at):
            # The name of a table or column may hold a line feed.
            if found := _COPY.match(self._text, self._at):
                self._at, self._statement = found.end(), found[0]
            return None
        end = self._text.find(b"\n", self._at)
        if end < 0:
            return None
        line = self._text[self._at : end]
        self._at = end + 1
        if not line or line.startswith((b"--", b"\\")):
            return None
        if not line.endswith(b";"):
            raise ProcessError("the script that pg_restore writes holds something unknown")
        return Statement(line)

    def _rows(self, statement: bytes) -> Rows | None:
        if not self._within_row and self._text.startswith(_END, self._at):
            self._at += len(_END)
            self._statement = None
            return None
        end = self._text.find(b"\n" + _END, self._at)
        end = end + 1 if end >= 0 else self._text.rfind(b"\n", self._at) + 1
        if end <= self._at:
            return self._piece(statement)
        return self._taken(statement, end, whole=True)

    def _piece(self, statement: bytes) -> Rows | None:
        long = len(self._text) - self._at >= _LONG_ROW_BYTES
        return self._taken(statement, len(self._text), whole=False) if long else None

    def _taken(self, statement: bytes, end: int, *, whole: bool) -> Rows:
        rows = Rows(statement, self._text[self._at : end], whole)
        self._at, self._within_row = end, not whole
        return rows
