"""Loads rows over several sessions at once: to `pg_restore` a table is one session's work, however large it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import Any

import psycopg

from mainstay.backup.engines.postgresql_rows import Rows, Statement, read_script
from mainstay.backup.engines.postgresql_session import cancel, connected, reporting
from mainstay.backup.engines.postgresql_url import ConnectionUrl

_TOGETHER_BYTES = 16 << 20
"""A table that is not larger is loaded by one session: its rows keep their order, and another table has the others."""
_WAITING = 64
"""So many blocks of at most 256 KiB wait for each session: one small table after the other finds a session free."""


class RowLoader:
    """Loads the rows of a script that `pg_restore` writes.

    Each session commits on its own: a database that is not loaded to the end has to be dropped.
    """

    def __init__(self, target: ConnectionUrl, sessions: int) -> None:
        self._target = target
        self._sessions = sessions
        self._connections: list[psycopg.Connection[Any]] = []

    def load(self, blocks: Iterator[bytes]) -> None:
        """Load a script to its end.

        Raises:
            EngineError: The server refuses.
            ProcessError: The script breaks off.
        """
        with contextlib.ExitStack() as stack:
            for _ in range(self._sessions + 1):
                self._connections.append(stack.enter_context(connected(self._target, autocommit=True)))
            leader, *others = self._connections
            sessions = [_Session(connection) for connection in others]
            with ThreadPoolExecutor(self._sessions, thread_name_prefix="rows") as executor:
                loading = [executor.submit(session.load) for session in sessions]
                try:
                    _share_out(read_script(blocks), leader, sessions)
                finally:
                    for session in sessions:
                        session.parts.put(None)
            for done in loading:
                done.result()

    def cancel(self) -> None:
        """Cancel what the sessions do."""
        for connection in self._connections:
            cancel(connection)


class _Session:
    """One session, and what waits for it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.parts: Queue[Rows | Statement | None] = Queue(_WAITING)
        self.broken = False
        self._connection = connection
        self._statement: bytes | None = None
        self._copying = contextlib.ExitStack()

    def load(self) -> None:
        """Load what comes until nothing more comes; whoever hands it out never waits for a session that failed."""
        coming: Iterator[Rows | Statement] = iter(self.parts.get, None)
        try:
            with reporting("refuses rows"), self._copying:
                for part in coming:
                    self._do(part)
        except BaseException:
            self.broken = True
            for _ in coming:
                pass
            raise

    def _do(self, part: Rows | Statement) -> None:
        statement = part.statement if isinstance(part, Rows) else None
        if statement != self._statement:
            self._copying.close()
            self._statement = statement
            if statement is not None:
                self._copy = self._copying.enter_context(self._connection.cursor().copy(statement))
        if isinstance(part, Rows):
            self._copy.write(part.text)
        else:
            self._connection.execute(part.text)


class _Choice:
    """Which session is to load rows: the one that has least to do, unless they belong to what another one has."""

    def __init__(self, sessions: Sequence[_Session]) -> None:
        self._sessions = sessions
        self._chosen = sessions[0]
        self._last = Rows(b"", b"")
        self._size_bytes = 0

    def session_for(self, rows: Rows) -> _Session:
        if rows.statement != self._last.statement:
            self._size_bytes = 0
        if not self._size_bytes or (self._last.whole and self._size_bytes >= _TOGETHER_BYTES):
            self._chosen = min(self._sessions, key=lambda session: session.parts.qsize())
        self._size_bytes += len(rows.text)
        self._last = rows
        return self._chosen


def _share_out(
    parts: Iterator[Rows | Statement], leader: psycopg.Connection[Any], sessions: Sequence[_Session]
) -> None:
    """Hand rows out until there are no more, or a session has failed; run all else in its order."""
    choice = _Choice(sessions)
    for part in parts:
        if any(session.broken for session in sessions):
            return
        if isinstance(part, Rows):
            choice.session_for(part).parts.put(part)
            continue
        with reporting("refuses a statement"):
            leader.execute(part.text)
        if part.is_setting:
            for session in sessions:
                session.parts.put(part)
