"""SQLite: a copy made with the online backup API, restored by putting the file in its place.

The copy is a temporary file as large as the database, for that interface writes to a database and to nothing else. It
is for this user's eyes only and gone afterwards, however the process ends. Everything else is done with the copy: the
database itself is read once, quickly, and writers of a database in WAL mode do not wait at all.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from mainstay.backup.content import Content
from mainstay.backup.engines.interface import Snapshot
from mainstay.backup.engines.sqlite_content import read_content
from mainstay.backup.engines.sqlite_url import path_of, sibling
from mainstay.backup.manifest import Server
from mainstay.backup.stream import file_blocks
from mainstay.errors import EngineError
from mainstay.platform.clock import SystemClock
from mainstay.platform.guard import temporary_folder

DUMP_FORMAT = "sqlite-file"
_BUSY_SECONDS = 30.0
_BUSY_PAUSE_SECONDS = 0.25
_COMPANIONS = ("", "-wal", "-shm", "-journal", ".partial")


@dataclass(frozen=True, slots=True)
class SQLiteSnapshot:
    """A copy of the database."""

    taken_at: datetime
    server: Server
    size_bytes: int
    client: str
    dump_format: str = field(default=DUMP_FORMAT, init=False)
    caveats: tuple[str, ...] = field(default=(), init=False)
    _copy: Path
    _connection: sqlite3.Connection

    def content(self) -> Content:
        """Return what the copy holds."""
        with _reporting("cannot be read"):
            return read_content(self._connection)

    def cancel(self) -> None:
        """Interrupt the query that reads the content."""
        self._connection.interrupt()

    def dump(self) -> Iterator[bytes]:
        """Yield the copy, once it is found to be whole."""
        with _opened(self._copy) as connection, _reporting("cannot be read"):
            if damage := _damage(connection):
                raise EngineError(f"the database is damaged: {damage[0]}", hint=_DAMAGE_HINT)
        yield from file_blocks(self._copy)

    def globals(self) -> bytes | None:
        """Return nothing: there is nothing outside the file."""
        return None


class SQLite:
    """The engine `sqlite`. Its server is a folder, its databases are files."""

    @contextlib.contextmanager
    def snapshot(self, url: str) -> Iterator[Snapshot]:
        """Copy the database."""
        with temporary_folder("mainstay-sqlite-") as folder:
            copy = folder / "copy.db"
            copy.touch(mode=0o600)
            with _opened(path_of(url)) as source, _reporting("cannot be read"):
                taken_at = SystemClock().now()
                _copy(source, copy)
            with _opened(copy, threads=True) as connection, _reporting("cannot be read"):
                yield SQLiteSnapshot(
                    taken_at=taken_at,
                    server=Server(version=sqlite3.sqlite_version, major=3, encoding=_encoding(connection)),
                    size_bytes=copy.stat().st_size,
                    client=f"SQLite {sqlite3.sqlite_version} (online backup)",
                    _copy=copy,
                    _connection=connection,
                )

    def check_readable(self, blocks: Iterator[bytes], server: Server) -> None:
        """Write the file to a temporary place and let SQLite look through it."""
        with temporary_folder("mainstay-sqlite-") as folder:
            copy = folder / "copy.db"
            _write(copy, blocks)
            with _opened(copy) as connection, _reporting("cannot be read"):
                if damage := _damage(connection):
                    raise EngineError(f"the dump is damaged: {damage[0]}")

    def database_url(self, server_url: str, database: str) -> str:
        """Return the path of another file in the same folder."""
        return str(sibling(path_of(server_url), database))

    def create_roles(self, server_url: str, roles: Sequence[str]) -> None:
        """Do nothing: SQLite knows no roles."""

    def create_database(self, server_url: str, database: str, server: Server) -> None:
        """Create an empty file; it must not exist yet."""
        path = sibling(path_of(server_url), database)
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError as error:
            raise EngineError(
                f"database {database!r} exists already; nothing was touched",
                hint="a restore goes into a new file: give another name with --into",
            ) from error
        except OSError as error:
            raise EngineError(f"{path} cannot be created: {error.strerror}") from error

    def drop_database(self, server_url: str, database: str) -> None:
        """Remove the file and what SQLite keeps beside it, if they exist."""
        path = sibling(path_of(server_url), database)
        for companion in _COMPANIONS:
            path.with_name(path.name + companion).unlink(missing_ok=True)

    def load(self, blocks: Iterator[bytes], url: str, server: Server) -> None:
        """Write the file beside its place and move it there when it is whole."""
        path = path_of(url)
        partial = path.with_name(path.name + ".partial")
        _write(partial, blocks)
        partial.replace(path)

    def read_content(self, url: str) -> Content:
        """Return what a database holds now."""
        with _opened(path_of(url)) as connection, _reporting("cannot be read"):
            connection.execute("BEGIN")
            return read_content(connection)

    def check_integrity(self, url: str, server: Server) -> tuple[str, ...]:
        """Look through the file with `PRAGMA integrity_check`."""
        with _opened(path_of(url)) as connection, _reporting("cannot be looked through"):
            return _damage(connection)

    def ask(self, url: str, question: str) -> bool:
        """Run a query in a file opened for reading; true when the first column of its only row is 1."""
        with _opened(path_of(url)) as connection, _reporting("refuses an assertion"):
            rows = connection.execute(question).fetchall()
        return len(rows) == 1 and rows[0][0] == 1

    @contextlib.contextmanager
    def scratch_server(self, server: Server) -> Iterator[str]:
        """Make a folder that is removed afterwards."""
        with temporary_folder("mainstay-sqlite-") as folder:
            yield str(folder / "scratch.db")


@contextlib.contextmanager
def _opened(path: Path, *, threads: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a file for reading; it must exist."""
    if not path.is_file():
        raise EngineError(f"there is no database {path}", hint="is the path right, seen from this folder?")
    with _reporting("cannot be opened"):
        connection = sqlite3.connect(
            f"file:{quote(str(path.resolve()))}?mode=ro",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=not threads,
        )
    try:
        yield connection
    finally:
        connection.close()


def _copy(source: sqlite3.Connection, copy: Path) -> None:
    """Copy all pages in one step: in smaller ones, a writer would make it begin again and again."""
    tries = iter(range(int(_BUSY_SECONDS / _BUSY_PAUSE_SECONDS)))

    def patient(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and next(tries, None) is None:
            raise EngineError(f"the database stayed locked for {_BUSY_SECONDS:g} s")

    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as target:
        source.backup(target, pages=-1, progress=patient, sleep=_BUSY_PAUSE_SECONDS)


def _write(path: Path, blocks: Iterator[bytes]) -> None:
    path.touch(mode=0o600)
    try:
        with path.open("wb") as file:
            for block in blocks:
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise EngineError(f"{path} cannot be written: {error.strerror}") from error


def _damage(connection: sqlite3.Connection) -> tuple[str, ...]:
    said = tuple(str(line) for (line,) in connection.execute("PRAGMA integrity_check"))
    return () if said == ("ok",) else said


def _encoding(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA encoding").fetchone()[0])


@contextlib.contextmanager
def _reporting(what: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise EngineError(f"the database {what}: {error}") from error


_DAMAGE_HINT = "restore the last good backup, or try `sqlite3 FILE .recover`"
