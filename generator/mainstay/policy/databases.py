"""What the policy says about each database: its engine decides which keys there are."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from mainstay.policy.section import Section
from mainstay.policy.values import EnvironmentVariable

Word = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[^\x00]*$")]
Argv = Annotated[list[Word], Field(min_length=1)]
"""A program and its arguments. No shell reads them; secrets come from the environment."""
FilePath = Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[^\x00$:]+$")]
NO_ASSERTIONS: list[str] = []


class ServerDatabase(Section):
    """A database of a PostgreSQL, MySQL or MariaDB server."""

    engine: Literal["postgresql", "mysql", "mariadb"]
    """Kind of server. MySQL and MariaDB are two: each is dumped by its own program."""
    url: EnvironmentVariable
    """Variable with the connection URL: the direct one, not a pooler's."""
    assertions: list[str] = Field(default_factory=list)
    """Queries that a restored database must answer with true, such as `SELECT count(*) > 0 FROM users`."""


class FileDatabase(Section):
    """A SQLite database: a file, by its path or by a variable that holds it."""

    engine: Literal["sqlite"]
    """Kind of database."""
    path: FilePath | None = None
    """The file, from the folder that mainstay runs in."""
    url: EnvironmentVariable | None = None
    """Variable with the path or the URL of the file, such as `sqlite:///data/app.db`, instead of `path`."""
    assertions: list[str] = Field(default_factory=list)
    """Queries that a restored database must answer with 1, such as `SELECT count(*) > 0 FROM users`."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.path is None) == (self.url is None):
            raise ValueError("a SQLite database has either a path or a url")
        return self


class DocumentDatabase(Section):
    """A database of a MongoDB server."""

    engine: Literal["mongodb"]
    """Kind of server."""
    url: EnvironmentVariable
    """Variable with the connection URL, which names the database."""
    assertions: ClassVar[list[str]] = NO_ASSERTIONS


class CommandDatabase(Section):
    """Anything else: programs of the team's own. In each argument, `{database}` stands for the database's name."""

    engine: Literal["command"]
    """Kind of database."""
    dump: Argv
    """Program that writes a dump to its standard output and ends with 0 only when that is whole."""
    load: Argv
    """Program that loads the dump from its standard input into the new database `{database}`."""
    create: Argv | None = None
    """Program that makes the empty database `{database}`, and fails when it exists. Without it, `load` does both."""
    check: Argv | None = None
    """Program that ends with 0 when the database `{database}` is in order; for level `proved`."""
    drop: Argv | None = None
    """Program that removes the database `{database}`, which `create` made. Without it drills leave theirs behind."""
    assertions: ClassVar[list[str]] = NO_ASSERTIONS

    @model_validator(mode="after")
    def _drops_what_it_made(self) -> Self:
        if self.drop and not self.create:
            raise ValueError("drop without create: it could remove a database that was there before")
        return self


Database = Annotated[
    ServerDatabase | FileDatabase | DocumentDatabase | CommandDatabase, Field(discriminator="engine")
]
ENGINES = ("postgresql", "mysql", "mariadb", "sqlite", "mongodb", "command")
