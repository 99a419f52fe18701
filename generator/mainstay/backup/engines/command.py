"""Any database: programs of the team's own dump it and load it.

mainstay cannot look into such a database. It claims that the dump ended well, that what is stored is what was dumped,
that `load` took it to its end, and that `check`, if there is one, was content; and nothing else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from mainstay.backup.content import Content
from mainstay.backup.engines.interface import Snapshot
from mainstay.backup.engines.programs import as_engine_error
from mainstay.backup.manifest import Server
from mainstay.errors import EngineError
from mainstay.platform import process
from mainstay.platform.clock import SystemClock

DUMP_FORMAT = "command"
_UNKNOWN = Content(known=False)
_PLACEHOLDER = "{database}"
_CAVEAT = "its content is unknown: that it can be loaded is all that a restore shows"


class Programs(BaseModel):
    """What the policy names; passed on as JSON where other engines have a URL."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dump: tuple[str, ...]
    load: tuple[str, ...]
    create: tuple[str, ...] | None = None
    check: tuple[str, ...] | None = None
    drop: tuple[str, ...] | None = None
    database: str = ""

    @classmethod
    def parse(cls, text: str) -> Programs:
        """Return the programs.

        Raises:
            EngineError: There are none: no policy was read.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise EngineError(
                "a `command` database is restored by the programs that the policy names, on no other server"
            ) from error

    def argv(self, words: Sequence[str]) -> list[str]:
        """Return a program's words with the database's name put in."""
        return [word.replace(_PLACEHOLDER, self.database) for word in words]


@dataclass(frozen=True, slots=True)
class CommandSnapshot:
    """A dump that has not begun: whether it is of one instant is up to the program."""

    taken_at: datetime
    client: str
    server: Server = field(default=Server(version="unknown", major=0), init=False)
    size_bytes: int = field(default=0, init=False)
    dump_format: str = field(default=DUMP_FORMAT, init=False)
    caveats: tuple[str, ...] = field(default=(_CAVEAT,), init=False)
    _programs: Programs

    def content(self) -> Content:
        """Return that the content is unknown."""
        return _UNKNOWN

    def cancel(self) -> None:
        """Do nothing: no content is being read."""

    def dump(self) -> Iterator[bytes]:
        """Yield what the program writes; raises after the last block unless it ended with 0."""
        with as_engine_error():
            yield from process.stream_output(self._programs.dump)

    def globals(self) -> bytes | None:
        """Return nothing."""
        return None


class Command:
    """The engine `command`."""

    @contextlib.contextmanager
    def snapshot(self, url: str) -> Iterator[Snapshot]:
        """Get ready to run the program."""
        programs = Programs.parse(url)
        yield CommandSnapshot(taken_at=SystemClock().now(), client=programs.dump[0], _programs=programs)

    def check_readable(self, blocks: Iterator[bytes], server: Server) -> None:
        """Read the dump to its end; nothing here knows its format."""
        for _ in blocks:
            pass

    def database_url(self, server_url: str, database: str) -> str:
        """Return the programs with the name of another database."""
        return Programs.parse(server_url).model_copy(update={"database": database}).model_dump_json()

    def create_roles(self, server_url: str, roles: Sequence[str]) -> None:
        """Do nothing: none are known."""

    def create_database(self, server_url: str, database: str, server: Server) -> None:
        """Run `create`, if there is one; it has to fail when the database exists."""
        programs = Programs.parse(self.database_url(server_url, database))
        if programs.create:
            with as_engine_error():
                process.run(programs.argv(programs.create))

    def drop_database(self, server_url: str, database: str) -> None:
        """Run `drop`, if there is one."""
        programs = Programs.parse(self.database_url(server_url, database))
        if programs.drop:
            with as_engine_error():
                process.run(programs.argv(programs.drop))

    def load(self, blocks: Iterator[bytes], url: str, server: Server) -> None:
        """Feed the dump to `load`, which is killed before the end of its input when the dump is not whole."""
        programs = Programs.parse(url)
        with as_engine_error():
            process.feed_input(programs.argv(programs.load), blocks)

    def read_content(self, url: str) -> Content:
        """Return that the content is unknown."""
        return _UNKNOWN

    def check_integrity(self, url: str, server: Server) -> tuple[str, ...]:
        """Run `check`, if there is one; what it says when it does not end with 0 is the finding."""
        programs = Programs.parse(url)
        if not programs.check:
            return ()
        done = process.run(programs.argv(programs.check), check=False)
        said = (done.stderr or done.stdout).strip()[-1000:]
        return (f"check exited with status {done.returncode}: {said}",) if done.returncode else ()

    def ask(self, url: str, question: str) -> bool:
        """Refuse: there is nothing that could be asked."""
        raise EngineError("a `command` database answers no queries", hint="put them into its `check` program")

    def scratch_server(self, server: Server) -> contextlib.AbstractContextManager[str]:
        """Refuse: only the policy knows the programs."""
        raise EngineError(
            "a `command` database is tried out by the programs that the policy names",
            hint="run this where the policy is",
        )
