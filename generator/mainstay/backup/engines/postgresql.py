"""PostgreSQL: dumps with `pg_dump` in the custom format, restores with `pg_restore`, of the server's major version.

Dump and content are read in one exported snapshot: the content recorded in the manifest is exactly what the dump
holds, however much is written meanwhile.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mainstay.backup.content import Content, SequencePosition
from mainstay.backup.engines.interface import Snapshot
from mainstay.backup.engines.postgresql_content import read_content, read_sequences
from mainstay.backup.engines.postgresql_load import load_archive
from mainstay.backup.engines.postgresql_session import cancel, connected, identity, reporting, said
from mainstay.backup.engines.postgresql_url import ConnectionUrl
from mainstay.backup.engines.programs import as_engine_error
from mainstay.backup.manifest import Server
from mainstay.errors import DamageUncheckedError, EngineError
from mainstay.platform import process
from mainstay.platform.embedded_postgres import EmbeddedPostgres
from mainstay.platform.postgres_installs import find_bin
from mainstay.platform.stdio import large_buffer

DUMP_FORMAT = "pg_dump-custom"
_AMCHECK = ("--install-missing", "--heapallindexed", "--no-password")
_DUMP = ("--format=custom", "--compress=0", "--no-password", "--lock-wait-timeout=600000")
"""A table that somebody holds locked for ten minutes fails the backup: one that waits for ever fails nothing."""
_ONE_PROCESS = "SET max_parallel_workers_per_gather = 0"
"""Content is read beside the dump, and takes less time: with a process more it would take the dump's processor."""
_GLOBALS = ("--globals-only", "--no-role-passwords", "--no-password")
_ABOUT = """
SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,
       pg_encoding_to_char(encoding), datcollate, datctype, pg_database_size(oid), pg_export_snapshot(), now()
FROM pg_database WHERE datname = current_database()
"""


@dataclass(frozen=True, slots=True)
class PostgreSQLSnapshot:
    """A read-only transaction whose snapshot `pg_dump` shares."""

    taken_at: datetime
    server: Server
    size_bytes: int
    client: str
    dump_format: str = field(default=DUMP_FORMAT, init=False)
    caveats: tuple[str, ...] = field(default=(), init=False)
    _url: ConnectionUrl
    _program: Path
    _snapshot_id: str
    _connection: psycopg.Connection[Any]
    _sequences: dict[str, SequencePosition]

    def content(self) -> Content:
        """Return what the database holds in the snapshot."""
        with reporting("cannot be read"):
            self._connection.execute(_ONE_PROCESS)
            return read_content(self._connection, self._sequences)

    def cancel(self) -> None:
        """Cancel the query that reads the content."""
        cancel(self._connection)

    def dump(self) -> Iterator[bytes]:
        """Yield the dump of the snapshot."""
        argv: list[str | Path] = [self._program, *_DUMP, f"--snapshot={self._snapshot_id}"]
        with as_engine_error():
            yield from process.stream_output(argv, env=self._url.environment(), wrapper=large_buffer())

    def globals(self) -> bytes | None:
        """Return roles, their memberships and tablespaces as SQL, without the roles' passwords."""
        program = self._program.with_name("pg_dumpall")
        with as_engine_error():
            done = process.run([program, *_GLOBALS], env=self._url.environment())
        return done.stdout.encode()


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """The engine `postgresql`.

    Attributes:
        with_owners: Whether a load gives objects their owners and privileges, for which every role must exist.
            Otherwise all of it belongs to whoever loads it.
        strict: Whether a load fails on a warning of `pg_restore`, of which none is known to be harmless: it shows none
            of the server's notices. That is right for a drill; who needs the data back takes what there is.
    """

    with_owners: bool = False
    strict: bool = True

    @contextlib.contextmanager
    def snapshot(self, url: str) -> Iterator[Snapshot]:
        """Hold one instant of the database open."""
        target = ConnectionUrl.parse(url)
        with connected(target) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            with reporting("cannot be read"):
                row = connection.execute(_ABOUT).fetchone()
                name = identity(connection, connection.info.dbname)
                # Before the dump begins: what it then records may be ahead of this, never behind.
                sequences = read_sequences(connection)
            if row is None:
                raise EngineError("the database does not know itself")
            version, major, encoding, collate, ctype, size_bytes, snapshot_id, now = row
            program = find_bin(major, "pg_dump")
            yield PostgreSQLSnapshot(
                taken_at=now.astimezone(UTC),
                server=Server(
                    version=version,
                    major=major,
                    encoding=encoding,
                    collate=collate,
                    ctype=ctype,
                    identity=name,
                ),
                size_bytes=size_bytes,
                client=process.run([program, "--version"]).stdout.strip(),
                _url=target,
                _program=program,
                _snapshot_id=snapshot_id,
                _connection=connection,
                _sequences=sequences,
            )

    def check_readable(self, blocks: Iterator[bytes], server: Server) -> None:
        """Read a whole dump with `pg_restore`, which turns it into SQL that nobody keeps."""
        program = find_bin(server.major, "pg_restore")
        with as_engine_error():
            process.feed_input([program, "--file=/dev/null"], blocks)

    def database_url(self, server_url: str, database: str) -> str:
        """Return the URL of another database on the same server."""
        return ConnectionUrl.parse(server_url).with_database(database).url

    def create_roles(self, server_url: str, roles: Sequence[str]) -> None:
        """Create the roles that do not exist yet, unable to log in."""
        with connected(ConnectionUrl.parse(server_url), autocommit=True) as connection:
            for role in roles:
                with reporting("cannot create a role"), contextlib.suppress(psycopg.errors.DuplicateObject):
                    connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))

    def create_database(self, server_url: str, database: str, server: Server) -> None:
        """Create an empty database with the encoding and locale of `server`; it must not exist yet."""
        statement = sql.SQL(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}"
        ).format(sql.Identifier(database), server.encoding, server.collate, server.ctype)
        with connected(ConnectionUrl.parse(server_url), autocommit=True) as connection:
            try:
                connection.execute(statement)
            except psycopg.errors.DuplicateDatabase as error:
                raise EngineError(
                    f"database {database!r} exists already; nothing was touched",
                    hint="a restore goes into a new database: give another name with --into",
                ) from error
            except psycopg.Error as error:
                raise EngineError(f"database {database!r} cannot be created: {said(error)}") from error

    def drop_database(self, server_url: str, database: str) -> None:
        """Drop a database, connections and all, if it exists."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        with (
            connected(ConnectionUrl.parse(server_url), autocommit=True) as connection,
            reporting("cannot drop"),
        ):
            connection.execute(statement)

    def load(self, blocks: Iterator[bytes], url: str, server: Server) -> None:
        """Load a dump with `pg_restore`, over several sessions."""
        target = ConnectionUrl.parse(url)
        program = find_bin(server.major, "pg_restore")
        with as_engine_error():
            text = load_archive(program, target, blocks, with_owners=self.with_owners)
        if self.strict and (warnings := " ".join(text.split())):
            raise EngineError(f"pg_restore ended well, but warned: {warnings}")

    def read_content(self, url: str) -> Content:
        """Return what a database holds now."""
        with connected(ConnectionUrl.parse(url)) as connection, reporting("cannot be read"):
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            return read_content(connection)

    def check_integrity(self, url: str, server: Server) -> tuple[str, ...]:
        """Check every table and index with `pg_amcheck`."""
        target = ConnectionUrl.parse(url)
        try:
            program = find_bin(server.major, "pg_amcheck")
        except EngineError as error:
            raise DamageUncheckedError(error.message, hint=error.hint) from error
        argv: list[str | Path] = [program, *_AMCHECK, f"--database={target.database}"]
        done = process.run(argv, env=target.environment(), check=False)
        said = tuple(line for line in (done.stdout + done.stderr).splitlines() if line.strip())
        if any("extension" in line and "is not available" in line for line in said):
            raise DamageUncheckedError(
                "the restored database cannot be looked through: its server lacks the extension amcheck",
                hint=f"install PostgreSQL's contrib modules (Debian: postgresql-{server.major}), or verify less deep",
            )
        return said or (f"pg_amcheck exited with status {done.returncode}",) if done.returncode else ()

    def ask(self, url: str, question: str) -> bool:
        """Run a query in a read-only transaction; true when the first column of its only row is true."""
        with connected(ConnectionUrl.parse(url)) as connection, reporting("refuses an assertion"):
            connection.read_only = True
            rows = connection.execute(question.encode()).fetchall()
        return len(rows) == 1 and rows[0][0] is True

    @contextlib.contextmanager
    def scratch_server(self, server: Server) -> Iterator[str]:
        """Run a throw-away server of the same major version."""
        with EmbeddedPostgres.start(server.major) as scratch:
            yield scratch.url()
