"""What an engine has to offer. Adding one is a module beside this one, a row in `__init__`, and its tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mainstay.backup.content import Content
from mainstay.backup.manifest import Server
from mainstay.errors import EngineError


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


@dataclass(frozen=True, slots=True)
class Target:
    """Where a restore is to go, as it stands before.

    Attributes:
        server_url: URL of a database on that server which no restore replaces: a secret.
        place: Host and port of the server.
        version: The server's version, such as `16.14`.
        major: Its major version.
        client: The program that will load the dump, with its version; empty when this machine has none.
        refusals: Why it cannot be loaded from here.
        exists: Whether the database is there.
        empty: Whether nothing of anybody's is in it.
        sessions: How many sessions use it.
        identity: What tells it from all other databases; none where the server does not say.
        missing_roles: Roles that the backup names and the server does not have.
        missing_extensions: Extensions that the backup needs and the server cannot install.
    """

    server_url: str = field(repr=False)
    place: str
    version: str
    major: int
    client: str
    refusals: tuple[EngineError, ...] = ()
    exists: bool = False
    empty: bool = True
    sessions: int = 0
    identity: str | None = None
    missing_roles: tuple[str, ...] = ()
    missing_extensions: tuple[str, ...] = ()


class Replacer(Protocol):
    """What an engine may offer besides: a look at the target of a restore, and replacing a database that exists."""

    def engine(self, *, with_owners: bool) -> Engine:
        """Return the engine, set up to restore owners and privileges too, or not."""
        ...

    def look(self, server_url: str, database: str, server: Server, content: Content) -> Target:
        """Return how the database and its server stand, for a backup of `server` that holds `content`."""
        ...

    def rename(self, server_url: str, database: str, to: str) -> None:
        """Give a database that nobody uses another name, which no other one has."""
        ...

    def replace(self, server_url: str, database: str, *, by: str, kept_as: str) -> None:
        """Rename `database` to `kept_as` and `by` to `database` in one step, with owner, privileges and settings."""
        ...
