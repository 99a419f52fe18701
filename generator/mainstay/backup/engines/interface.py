"""What an engine has to offer. Adding one is a module beside this one, a row in `__init__`, and its tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from mainstay.backup.content import Content
from mainstay.backup.manifest import Server


class Snapshot(Protocol):
    """One instant of a database, held open while it is read."""

    @property
    def taken_at(self) -> datetime:
        """When that instant was, by the server's clock."""
        ...

    @property
    def server(self) -> Server:
        """The server that is read."""
        ...

    @property
    def size_bytes(self) -> int:
        """What the database takes on the server's disk."""
        ...

    @property
    def dump_format(self) -> str:
        """Name of the format that `dump` gives."""
        ...

    @property
    def client(self) -> str:
        """The program that dumps, with its version."""
        ...

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a backup of this snapshot cannot claim, one sentence each."""
        ...

    def content(self) -> Content:
        """Return what the database holds at that instant; may run in a thread beside `dump`."""
        ...

    def cancel(self) -> None:
        """Make a running `content` end soon, with an error; may be called from any thread."""
        ...

    def dump(self) -> Iterator[bytes]:
        """Yield a dump of that instant; raises after the last block unless it is complete."""
        ...

    def globals(self) -> bytes | None:
        """Return what stands outside the database and belongs to it, such as roles without their passwords."""
        ...


class Engine(Protocol):
    """A kind of database. Every URL is a secret; every error an EngineError without it."""

    def snapshot(self, url: str) -> AbstractContextManager[Snapshot]:
        """Hold one instant of the database open."""
        ...

    def check_readable(self, blocks: Iterator[bytes], server: Server) -> None:
        """Read a whole dump with the engine's own tool, without a server."""
        ...

    def database_url(self, server_url: str, database: str) -> str:
        """Return the URL of another database on the same server."""
        ...

    def create_roles(self, server_url: str, roles: Sequence[str]) -> None:
        """Create the roles that do not exist yet, unable to log in: for a scratch server only."""
        ...

    def create_database(self, server_url: str, database: str, server: Server) -> None:
        """Create an empty database that can take a dump of `server`; it must not exist yet."""
        ...

    def drop_database(self, server_url: str, database: str) -> None:
        """Drop a database, connections and all, if it exists."""
        ...

    def load(self, blocks: Iterator[bytes], url: str, server: Server) -> None:
        """Load a dump into an empty database: everything or nothing."""
        ...

    def read_content(self, url: str) -> Content:
        """Return what a database holds now."""
        ...

    def check_integrity(self, url: str, server: Server) -> tuple[str, ...]:
        """Look for damage inside a database with the engine's own means; one line per finding."""
        ...

    def ask(self, url: str, question: str) -> bool:
        """Run a query in a read-only transaction; true when the first column of its only row is true."""
        ...

    def scratch_server(self, server: Server) -> AbstractContextManager[str]:
        """Run a throw-away server of the same version; gives the URL of its maintenance database."""
        ...
