"""MySQL and MariaDB: dumps with `mysqldump` or `mariadb-dump` in one transaction, restores with the client.

The programs are of the server's own product. Dump and content are read at one instant (see `mysql_instant`); when
that could not be had, the manifest says so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pymysql
from pymysql.cursors import Cursor

from mainstay.backup.content import Content
from mainstay.backup.engines.interface import Snapshot
from mainstay.backup.engines.mysql_content import Inventory, quoted, read_content
from mainstay.backup.engines.mysql_instant import share_instant
from mainstay.backup.engines.mysql_session import (
    NO_LOGIN_FILE,
    connected,
    option_file,
    reporting,
    series_of,
    unseen_kinds,
)
from mainstay.backup.engines.mysql_url import ConnectionUrl
from mainstay.backup.engines.programs import as_engine_error
from mainstay.backup.manifest import Server
from mainstay.errors import EngineError
from mainstay.platform import process
from mainstay.platform.embedded_mysql import EmbeddedMySQL
from mainstay.platform.mysql_installs import find_program

DUMP_FORMAT = "mysql-sql"
_DUMP = (
    *(
        "--single-transaction",
        "--quick",
        "--routines",
        "--triggers",
        "--events",
        "--hex-blob",
        "--no-tablespaces",
    ),
    *(
        "--default-character-set=utf8mb4",
        "--skip-add-drop-table",
        "--skip-dump-date",
        "--max-allowed-packet=1G",
    ),
)
_DUMP_OF = {
    "mysql": ("--set-gtid-purged=OFF", "--loose-column-statistics=0"),
    "mariadb": (),
}
# Binary mode: nothing in a dump is taken for a command of the client, such as one that runs a shell.
_LOAD = ("--batch", "--binary-mode", "--default-character-set=utf8mb4", "--max-allowed-packet=1G")
_BEGINNINGS = (b"-- MySQL dump ", b"-- MariaDB dump ", b"/*M!999999\\- ", b"/*!999999\\- ")
_DENIED = b"\n-- insufficient privileges to SHOW CREATE "
_LAST_LINE = b"\n-- Dump completed"
_KEPT_BYTES = 256
_ABOUT = """
SELECT VERSION(), DATABASE(), default_character_set_name, default_collation_name, UTC_TIMESTAMP(6), CONNECTION_ID(),
  (SELECT CAST(COALESCE(SUM(data_length + index_length), 0) AS UNSIGNED) FROM information_schema.tables
   WHERE table_schema = DATABASE())
FROM information_schema.schemata WHERE schema_name = DATABASE()
"""
_EXISTS_ALREADY = 1007
_RIGHTS_HINT = "grant it SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES and the right to see routines"


@dataclass(frozen=True, slots=True)
class MySQLSnapshot:
    """A read-only transaction, and a dump that was begun at the same instant."""

    taken_at: datetime
    server: Server
    size_bytes: int
    client: str
    caveats: tuple[str, ...]
    dump_format: str = field(default=DUMP_FORMAT, init=False)
    _target: ConnectionUrl
    _product: str
    _cursor: Cursor
    _connection_id: int
    _inventory: Inventory
    _dump: Iterator[bytes]

    def content(self) -> Content:
        """Return what the database holds at the instant."""
        with reporting("cannot be read"):
            return read_content(self._cursor, self._inventory)

    def cancel(self) -> None:
        """Kill the query that reads the content."""
        with (
            contextlib.suppress(pymysql.MySQLError, EngineError),
            connected(self._target, self._product) as connection,
        ):
            connection.query(f"KILL QUERY {self._connection_id}")

    def dump(self) -> Iterator[bytes]:
        """Yield the dump; raises after the last block unless it is whole."""
        last = b""
        with as_engine_error():
            for block in self._dump:
                seen = last + block
                if _DENIED in seen:
                    raise EngineError(
                        "the user may not read every routine of the database", hint=_RIGHTS_HINT
                    )
                last = seen[-_KEPT_BYTES:]
                yield block
        if last and _LAST_LINE not in last:
            raise EngineError("the dump is not whole: its last line is missing")

    def globals(self) -> bytes | None:
        """Return nothing: users are not backed up, the manifest names those that objects need."""
        return None


class MySQL:
    """The engine `mysql`."""

    product = "mysql"

    @contextlib.contextmanager
    def snapshot(self, url: str) -> Iterator[Snapshot]:
        """Hold one instant of the database open."""
        target = ConnectionUrl.parse(url)
        with connected(target, self.product) as connection, option_file(target, self.product) as options:
            cursor = connection.cursor()
            with reporting("cannot be read"):
                cursor.execute(_ABOUT)
                row = cursor.fetchone()
                unseen = unseen_kinds(cursor)
            if row is None:
                raise EngineError("the URL names no database of the server")
            version, database, encoding, collate, now, connection_id, size_bytes = row
            program = find_program(self.product, series_of(version), "dump")
            argv = [program, options, *_DUMP, *_DUMP_OF[self.product], "--", database]
            dump = process.stream_output(argv, env=NO_LOGIN_FILE)
            with contextlib.closing(dump), reporting("cannot be read"), as_engine_error():
                instant = share_instant(cursor, lambda: connected(target, self.product), dump)
                yield MySQLSnapshot(
                    taken_at=now.replace(tzinfo=UTC),
                    server=Server(
                        version=version, major=series_of(version)[0], encoding=encoding, collate=collate
                    ),
                    size_bytes=size_bytes,
                    client=process.run([program, "--no-defaults", "--version"]).stdout.strip(),
                    caveats=(*instant.caveats, *instant.inventory.caveats, *unseen),
                    _target=target,
                    _product=self.product,
                    _cursor=cursor,
                    _connection_id=connection_id,
                    _inventory=instant.inventory,
                    _dump=instant.dump,
                )

    def check_readable(self, blocks: Iterator[bytes], server: Server) -> None:
        """Read a whole dump: the first and the last line are the dump program's."""
        first = last = b""
        for block in blocks:
            first = first or block[:_KEPT_BYTES]
            last = (last + block)[-_KEPT_BYTES:]
        if not first.startswith(_BEGINNINGS) or _LAST_LINE not in last:
            raise EngineError(f"the dump is none of {self.product}'s, or not whole")

    def database_url(self, server_url: str, database: str) -> str:
        """Return the URL of another database on the same server."""
        return ConnectionUrl.parse(server_url).with_database(database).url

    def create_roles(self, server_url: str, roles: Sequence[str]) -> None:
        """Create the users that define views and routines, locked, with every right that those may need."""
        with self._at(server_url) as cursor, reporting("cannot create a user"):
            for role in roles:
                user, _, host = role.rpartition("@")
                if not host:
                    cursor.execute(f"CREATE ROLE IF NOT EXISTS {quoted(user)}")
                    continue
                cursor.execute("CREATE USER IF NOT EXISTS %s@%s ACCOUNT LOCK", (user, host))
                cursor.execute("GRANT ALL PRIVILEGES ON *.* TO %s@%s", (user, host))

    def create_database(self, server_url: str, database: str, server: Server) -> None:
        """Create an empty database with the character set and collation of `server`; it must not exist yet."""
        names = f"CHARACTER SET {quoted(server.encoding)} COLLATE {quoted(server.collate)}"
        with self._at(server_url) as cursor:
            try:
                cursor.execute(f"CREATE DATABASE {quoted(database)} {names}")
            except pymysql.MySQLError as error:
                if error.args[0] != _EXISTS_ALREADY:
                    raise EngineError(f"database {database!r} cannot be created: {error.args[-1]}") from error
                raise EngineError(
                    f"database {database!r} exists already; nothing was touched",
                    hint="a restore goes into a new database: give another name with --into",
                ) from error

    def drop_database(self, server_url: str, database: str) -> None:
        """Drop a database if it exists."""
        with self._at(server_url) as cursor, reporting("cannot drop"):
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted(database)}")

    def load(self, blocks: Iterator[bytes], url: str, server: Server) -> None:
        """Load a dump with the client, which stops at the first error."""
        target = ConnectionUrl.parse(url)
        program = find_program(self.product, series_of(server.version), "client")
        with option_file(target, self.product) as options, as_engine_error():
            argv: list[str | Path] = [program, options, *_LOAD, "--", target.database]
            process.feed_input(argv, blocks, env=NO_LOGIN_FILE)

    def read_content(self, url: str) -> Content:
        """Return what a database holds now."""
        with self._at(url, named=True) as cursor, reporting("cannot be read"):
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            return read_content(cursor, Inventory(cursor))

    def check_integrity(self, url: str, server: Server) -> tuple[str, ...]:
        """Check every table and view with `CHECK TABLE`."""
        findings = []
        with self._at(url, named=True) as cursor, reporting("cannot be looked through"):
            cursor.execute("SHOW FULL TABLES WHERE table_type <> 'SEQUENCE'")
            for name, _ in cursor.fetchall():
                cursor.execute(f"CHECK TABLE {quoted(name)} EXTENDED")
                findings += [
                    f"{table}: {text}"
                    for table, _, kind, text in cursor.fetchall()
                    if kind.lower() in {"error", "warning"} or (kind == "status" and text != "OK")
                ]
        return tuple(findings)

    def ask(self, url: str, question: str) -> bool:
        """Run a query in a read-only transaction; true when the first column of its only row is true."""
        with self._at(url, named=True) as cursor, reporting("refuses an assertion"):
            # Of the session, not of the transaction: a statement that commits on its own would end that one.
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute(question)
            rows = cursor.fetchall()
        return len(rows) == 1 and rows[0][0] == 1

    @contextlib.contextmanager
    def scratch_server(self, server: Server) -> Iterator[str]:
        """Run a throw-away server of the same series."""
        with EmbeddedMySQL.start(self.product, series_of(server.version)) as scratch:
            yield scratch.url()

    @contextlib.contextmanager
    def _at(self, url: str, *, named: bool = False) -> Iterator[Cursor]:
        """Connect to the server, or to the database that the URL names."""
        target = ConnectionUrl.parse(url)
        with connected(target if named else target.with_database(""), self.product) as connection:
            yield connection.cursor()


class MariaDB(MySQL):
    """The engine `mariadb`."""

    product = "mariadb"
