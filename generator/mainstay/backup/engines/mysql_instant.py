"""Lets a dump program and a session of ours see one and the same instant of a MySQL or MariaDB database.

These servers cannot hand a snapshot from one session to another, as PostgreSQL can. So the database's tables are locked
against writes for the moment in which both begin their transactions: some tenths of a second. `LOCK TABLES` needs only
the right of that name, touches this database alone, and waits for nobody's queries but for writers that have not
committed; while it waits, new writers wait behind it, so it does not wait long.

Where the right is missing, or writers would not end, the backup is taken all the same, and its manifest says that
dump and content are not of one instant.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pymysql
from pymysql.cursors import Cursor

from mainstay.backup.engines.mysql_content import Inventory, quoted

LOCK_SECONDS = 10
"""How long the lock is waited for, and how long it is held at most."""
_TRIES = 3
_BEGIN = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
# The dump program writes these only after it has begun its transaction.
_BEGUN = re.compile(rb"^-- (?:Table|Temporary|Sequence|Dumping|Dump completed)\b", re.MULTILINE)

Connect = Callable[[], contextlib.AbstractContextManager[pymysql.Connection]]


@dataclass(frozen=True, slots=True)
class Instant:
    """What was found at the instant.

    Attributes:
        inventory: What the database has.
        dump: The dump from its first byte on, running.
        caveats: Why it is not one instant, if it is not.
    """

    inventory: Inventory
    dump: Iterator[bytes]
    caveats: tuple[str, ...]


def share_instant(cursor: Cursor, connect: Connect, dump: Iterator[bytes]) -> Instant:
    """Begin the cursor's transaction and the dump's while nobody writes.

    Args:
        cursor: Of the session that will read the content.
        connect: Opens another session, for the lock.
        dump: The program's output; it starts when it is first asked.
    """
    with connect() as connection:
        lock = _Lock(connection)
        inventory = Inventory(cursor)
        for _ in range(_TRIES):
            lock.take(inventory.tables)
            inventory = Inventory(cursor)
            if lock.refused or set(inventory.tables) <= lock.tables:
                break
        else:
            lock.give_up("tables were created all the while")
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(_BEGIN)
        first = _until_begun(dump, lock)
        lock.release()
    caveats = (f"dump and content may not be of one instant: {lock.refused}",) if lock.refused else ()
    return Instant(inventory, _chained(first, dump), caveats)


class _Lock:
    """A lock against writes to some tables, held for a few seconds at most."""

    def __init__(self, connection: pymysql.Connection) -> None:
        self._connection = connection
        self._turn = threading.Lock()
        self.tables: set[str] = set()
        self.refused = ""

    def take(self, tables: list[str]) -> None:
        """Lock these tables and no others; what stands in the way is then in `refused`."""
        self.tables = set(tables)
        if not tables:
            return
        with self._connection.cursor() as cursor:
            try:
                cursor.execute("UNLOCK TABLES")
                cursor.execute(f"SET SESSION lock_wait_timeout = {LOCK_SECONDS}")
                cursor.execute("LOCK TABLES " + ", ".join(f"{quoted(name)} READ" for name in tables))
            except pymysql.MySQLError as error:
                self.refused = f"its tables could not be locked for a moment ({error.args[-1]})"

    def give_up(self, why: str) -> None:
        """Let writers go on, and remember why the lock was not held long enough."""
        with self._turn:
            if self.tables and not self.refused:
                self.refused = why
                self._connection.close()

    def release(self) -> None:
        """Let writers go on; a lock that the server had dropped before is one that was not held."""
        with self._turn:
            if self.tables and not self.refused:
                try:
                    self._connection.query("UNLOCK TABLES")
                except pymysql.MySQLError as error:
                    self.refused = f"the lock of its tables was lost ({error.args[-1]})"


def _until_begun(dump: Iterator[bytes], lock: _Lock) -> bytes:
    """Return the dump's first bytes, up to one that shows that its transaction has begun."""
    timer = threading.Timer(LOCK_SECONDS, lock.give_up, ["the dump did not begin in time"])
    timer.start()
    try:
        first = b""
        for block in dump:
            first += block
            if _BEGUN.search(first):
                break
        return first
    finally:
        timer.cancel()
        timer.join()


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest
