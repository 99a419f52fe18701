"""MongoDB: dumps with `mongodump` into one archive, restores with `mongorestore`.

What a dump holds is read from the dump itself while it goes by, document by document; what a restored database holds,
from a dump of that. So content and dump agree by construction. But `mongodump` reads one collection after the other:
the dump of a database that is written to meanwhile is of no single instant, and the manifest says so.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mainstay.backup.content import Content
from mainstay.backup.engines.interface import Snapshot
from mainstay.backup.engines.mongodb_archive import ArchiveReader
from mainstay.backup.engines.mongodb_url import ConnectionUrl
from mainstay.backup.engines.programs import as_engine_error
from mainstay.backup.manifest import Server
from mainstay.errors import EngineError
from mainstay.platform import process
from mainstay.platform.clock import SystemClock
from mainstay.platform.guard import temporary_folder
from mainstay.platform.mongo_installs import find_program

DUMP_FORMAT = "mongodump-archive"
_CAVEAT = "collections are of different instants when the database was written to during the dump"
_FAILED = re.compile(r"\b([1-9]\d*) document\(s\) failed to restore")


@dataclass(frozen=True, slots=True)
class MongoDBSnapshot:
    """A dump that has not begun."""

    taken_at: datetime
    client: str
    server: Server = field(default=Server(version="unknown", major=0), init=False)
    size_bytes: int = field(default=0, init=False)
    dump_format: str = field(default=DUMP_FORMAT, init=False)
    caveats: tuple[str, ...] = field(default=(_CAVEAT,), init=False)
    _argv: tuple[str | Path, ...]
    _content: Future[Content] = field(default_factory=Future, init=False)

    def content(self) -> Content:
        """Wait for the end of the dump and return what it held."""
        try:
            return self._content.result()
        except CancelledError as error:
            raise EngineError("the dump was not read to its end") from error

    def cancel(self) -> None:
        """Do not wait any longer."""
        self._content.cancel()

    def dump(self) -> Iterator[bytes]:
        """Yield the archive; raises after the last block unless it is whole."""
        reader, empty, problem = ArchiveReader(), True, None
        with as_engine_error():
            for block in process.stream_output(self._argv):
                empty = False
                try:
                    if not problem:
                        reader.feed(block)
                except EngineError as error:
                    problem = error  # a program that failed tells why at its end: that comes first
                yield block
        if problem:
            raise problem
        if not self._content.cancelled():
            self._content.set_result(Content() if empty else reader.content())

    def globals(self) -> bytes | None:
        """Return nothing: users stand in another database."""
        return None


class MongoDB:
    """The engine `mongodb`."""

    @contextlib.contextmanager
    def snapshot(self, url: str) -> Iterator[Snapshot]:
        """Get ready to dump the database."""
        target = ConnectionUrl.parse(url)
        program = find_program("mongodump")
        with _sign_in(target) as config:
            argv = (program, config, "--archive", f"--db={target.database}", "--quiet")
            client = process.run([program, "--version"]).stdout.partition("\n")[0].strip()
            snapshot = MongoDBSnapshot(taken_at=SystemClock().now(), client=client, _argv=argv)
            try:
                yield snapshot
            finally:
                snapshot.cancel()

    def check_readable(self, blocks: Iterator[bytes], server: Server) -> None:
        """Read every document of the archive; `mongorestore` itself would need a server."""
        reader = ArchiveReader()
        for block in blocks:
            reader.feed(block)
        reader.content()

    def database_url(self, server_url: str, database: str) -> str:
        """Return the URL of another database on the same server."""
        return ConnectionUrl.parse(server_url).with_database(database).url

    def create_roles(self, server_url: str, roles: Sequence[str]) -> None:
        """Do nothing: a database needs none."""

    def create_database(self, server_url: str, database: str, server: Server) -> None:
        """Make sure that the database does not exist: the first document makes it."""
        if self.read_content(self.database_url(server_url, database)).tables:
            raise EngineError(
                f"database {database!r} exists already; nothing was touched",
                hint="a restore goes into a new database: give another name with --into",
            )

    def drop_database(self, server_url: str, database: str) -> None:
        """Drop a database with the shell."""
        target = ConnectionUrl.parse(server_url).with_database(database)
        with temporary_folder("mainstay-") as folder, as_engine_error():
            script = folder / "drop.js"
            script.touch(mode=0o600)
            script.write_text(target.script("dropDatabase()"), encoding="utf-8")
            process.run([find_program("mongosh"), "--nodb", "--quiet", "--norc", f"--file={script}"])

    def load(self, blocks: Iterator[bytes], url: str, server: Server) -> None:
        """Load an archive with `mongorestore`, whatever its database was called."""
        target = ConnectionUrl.parse(url)
        names = ("--nsFrom=$of$.$all$", f"--nsTo={target.database}.$all$")
        with _sign_in(target) as config, as_engine_error():
            said = process.feed_input(
                [find_program("mongorestore"), config, "--archive", "--stopOnError", *names], blocks
            )
        if failed := _FAILED.search(said):
            raise EngineError(f"mongorestore could not restore {failed[1]} documents")

    def read_content(self, url: str) -> Content:
        """Return what a database holds now, which is what a dump of it holds."""
        with self.snapshot(url) as snapshot:
            for _ in snapshot.dump():
                pass
            return snapshot.content()

    def check_integrity(self, url: str, server: Server) -> tuple[str, ...]:
        """Find nothing: that every document could be read again was seen when the content was compared."""
        return ()

    def ask(self, url: str, question: str) -> bool:
        """Refuse: there is no driver here that could ask."""
        raise EngineError("assertions are not supported for MongoDB")

    def scratch_server(self, server: Server) -> contextlib.AbstractContextManager[str]:
        """Refuse: mainstay brings no MongoDB server."""
        raise EngineError(
            "mainstay brings no MongoDB server to restore on",
            hint="name one: --server-url-env NAME, or MAINSTAY_SCRATCH_URL for the Action",
        )


@contextlib.contextmanager
def _sign_in(target: ConnectionUrl) -> Iterator[str]:
    """Yield the argument that lets a program sign in: a file for its eyes only, instead of a URL in argv."""
    with temporary_folder("mainstay-") as folder:
        path = folder / "mongo.yml"
        path.touch(mode=0o600)
        path.write_text(target.config(), encoding="utf-8")
        yield f"--config={path}"
