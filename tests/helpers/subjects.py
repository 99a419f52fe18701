"""One subject per engine for the contract suite: a real database that holds everything its kind can hold."""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
import pymysql
import pytest
from pymysql.cursors import Cursor

from helpers.postgres import Database, database_names
from helpers.required import missing
from mainstay.backup import Source, engine_named
from mainstay.backup.engines.mysql_url import ConnectionUrl
from mainstay.errors import EngineError
from mainstay.platform import mongo_installs, mysql_installs, postgres_installs
from mainstay.platform.embedded_mysql import EmbeddedMySQL
from mainstay.platform.embedded_postgres import EmbeddedPostgres

DATA = Path(__file__).with_name("data")
SUBJECTS = ("postgresql", "mariadb", "sqlite", "mongodb", "command")


@dataclass(frozen=True)
class Subject:
    """A database to back up.

    Attributes:
        engine: Name of its engine.
        url: What the engine finds it by.
        server_url: Where it is restored to.
        names: Returns what databases there are.
        write: Changes it a little.
        secret: What must never be seen; empty if there is none.
        holds: Kinds of objects that it has; empty if its content is unknown.
        wrong_password: Its URL with a wrong password, if it has one.
        true: A query that it answers with true.
        break_dump: Given a folder and a shell script, puts the script in the place of the program that dumps.
    """

    engine: str
    url: str
    server_url: str
    names: Callable[[], set[str]]
    write: Callable[[], None]
    secret: str = ""
    holds: frozenset[str] = frozenset()
    wrong_password: str = ""
    true: str = ""
    broken: Callable[[pytest.MonkeyPatch, Path, str], str] | None = field(default=None, repr=False)

    @property
    def source(self) -> Source:
        """The database as the policy would name it."""
        return Source("app", self.engine, self.url)

    def drop(self) -> None:
        """Destroy it."""
        engine_named(self.engine).drop_database(self.server_url, self.name)

    @property
    def name(self) -> str:
        """Its name on the server."""
        return {"sqlite": "app.db", "command": "app"}.get(
            self.engine, self.url.partition("?")[0].rsplit("/")[-1]
        )


@pytest.fixture(params=SUBJECTS)
def subject(request: pytest.FixtureRequest) -> Subject:
    """A full database of each engine in turn."""
    return request.getfixturevalue(f"{request.param}_subject")  # type: ignore[no-any-return]


@pytest.fixture
def postgresql_subject(database: Database, postgres_server: EmbeddedPostgres) -> Subject:
    """A PostgreSQL database with every kind of object."""
    database.execute((DATA / "postgresql_everything.sql").read_text(encoding="utf-8"))

    def write() -> None:
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute("INSERT INTO ancestor SELECT generate_series(1, 50)")
            connection.execute("UPDATE parent SET name = name || '!' WHERE id % 100 = 0")

    return Subject(
        "postgresql",
        database.url,
        database.server_url,
        lambda: database_names(database.server_url),
        write,
        secret=postgres_server.password,
        holds=frozenset({"trigger", "policy", "view", "materialised view", "function", "type"}),
        wrong_password=f"postgresql://postgres:very-wrong-pw@/{database.name}?host={postgres_server.socket_dir}",
        true="SELECT count(*) > 0 FROM parent",
        broken=_instead_of(
            "pg_dump", "pg_dump (PostgreSQL) 16.14", postgres_installs.BIN_VARIABLE, database.url
        ),
    )


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[EmbeddedMySQL]:
    """A running MariaDB server."""
    try:
        mysql_installs.find_program("mariadb", (10, 0), "server")
    except EngineError as error:
        missing("mariadb", error.message)
    with EmbeddedMySQL.start("mariadb", (10, 0)) as server:
        yield server


@contextlib.contextmanager
def mariadb_session(url: str) -> Iterator[Cursor]:
    """Connect to a MariaDB database."""
    options = ConnectionUrl.parse(url).driver_options()
    with contextlib.closing(pymysql.connect(**options, autocommit=True)) as connection:
        yield connection.cursor()


@pytest.fixture
def mariadb_subject(mariadb_server: EmbeddedMySQL) -> Iterator[Subject]:
    """A MariaDB database with every kind of object."""
    name = f"test_{secrets.token_hex(6)}"
    url, server_url = mariadb_server.url(name), mariadb_server.url()
    with mariadb_session(server_url) as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    with mariadb_session(url) as cursor:
        for statement in (DATA / "mariadb_everything.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                cursor.execute(statement)

    def write() -> None:
        with mariadb_session(url) as cursor:
            cursor.execute("INSERT INTO ancestor SELECT seq FROM seq_1_to_50")
            cursor.execute("UPDATE parent SET ratio = ratio + 1 WHERE id % 100 = 0")
            cursor.execute("INSERT INTO numbers VALUES ()")

    def names() -> set[str]:
        with mariadb_session(server_url) as cursor:
            cursor.execute("SHOW DATABASES")
            return {found for (found,) in cursor.fetchall()}

    yield Subject(
        "mariadb",
        url,
        server_url,
        names,
        write,
        secret=mariadb_server.password,
        holds=frozenset({"trigger", "view", "procedure", "function", "event", "sequence", "foreign key"}),
        wrong_password=f"mariadb://root:very-wrong-pw@localhost/{name}?socket={quote(str(mariadb_server.socket))}",
        true="SELECT count(*) > 0 FROM parent",
        broken=_instead_of(
            "mariadb-dump",
            "mariadb-dump  Ver 10.19 Distrib 10.11.19-MariaDB",
            mysql_installs.BIN_VARIABLE,
            url,
        ),
    )
    with mariadb_session(server_url) as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def sqlite_subject(tmp_path: Path) -> Subject:
    """A SQLite database in WAL mode."""
    folder = tmp_path / "data"
    folder.mkdir()
    path = folder / "app.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript((DATA / "sqlite_everything.sql").read_text(encoding="utf-8"))

    def write() -> None:
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection, connection:
            connection.execute("UPDATE parent SET name = name || '!' WHERE id % 100 = 0")
            connection.execute("INSERT INTO child (parent_id) SELECT id FROM parent LIMIT 50")

    return Subject(
        "sqlite",
        str(path),
        str(path),
        lambda: {file.name for file in folder.glob("*") if not file.name.endswith(("-wal", "-shm"))},
        write,
        holds=frozenset({"table", "index", "trigger", "view"}),
        true="SELECT count(*) > 0 FROM parent",
    )


@pytest.fixture
def mongodb_subject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Subject:
    """A MongoDB database, as far as MongoDB's programs can be stood in for."""
    home, programs = tmp_path / "mongo", tmp_path / "programs"
    (home / "app").mkdir(parents=True)
    stand_in = (DATA / "mongo_stand_in.py").read_text(encoding="utf-8")
    for name in ("mongodump", "mongorestore", "mongosh"):
        _script(programs / name, stand_in, f"{sys.executable} -I")
    monkeypatch.setenv("MONGO_STAND_IN", str(home))
    monkeypatch.setenv(mongo_installs.BIN_VARIABLE, str(programs))

    def insert(collection: str, count: int) -> None:
        with (home / "app" / collection).open("ab") as file:
            for number in range(count):
                body = (
                    b"\x10_id\0" + number.to_bytes(4, "little") + b"\x05bytes\0" + (b"\2\0\0\0\0" + b"\xff\0")
                )
                file.write((len(body) + 5).to_bytes(4, "little") + body + b"\0")

    for collection in ("parent", "child"):
        insert(collection, 3000)
    for collection in ("dotted.größe", "empty"):
        insert(collection, 5 if collection != "empty" else 0)

    def write() -> None:
        file = home / "app" / "parent"
        changed = file.with_name(".changed")
        changed.write_bytes(file.read_bytes().replace(b"\xff\0\0", b"\xfe\0\0", 1))
        changed.rename(file)

    url = "mongodb://app:s3cret%2Fword@stand-in.invalid:27017/app?authSource=admin"
    return Subject(
        "mongodb",
        url,
        url,
        lambda: {folder.name for folder in home.iterdir()},
        write,
        secret="s3cret/word",
        holds=frozenset({"collection"}),
        broken=_instead_of("mongodump", "mongodump version: 100.0.0", mongo_installs.BIN_VARIABLE, url),
    )


_PROGRAMS = """
import pathlib, sys
folder, duty, name = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
path = folder / name
if duty == "dump":
    sys.stdout.buffer.write(path.read_bytes())
elif duty == "create":
    path.touch(exist_ok=False)
elif duty == "load":
    assert path.stat().st_size == 0
    data = sys.stdin.buffer.read()
    path.write_bytes(data)
elif duty == "check":
    sys.exit(0 if path.read_bytes().startswith(b"all is well") else "the file is not well")
elif duty == "drop":
    path.unlink(missing_ok=True)
"""


@pytest.fixture
def command_subject(tmp_path: Path) -> Subject:
    """A database of a kind that mainstay does not know: a file with programs of its own."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "app").write_bytes(b"all is well\n" + bytes(range(256)) * 20000)
    script = tmp_path / "programs.py"
    script.write_text(_PROGRAMS)

    def programs(dump: list[str]) -> str:
        words = [sys.executable, str(script), str(folder)]
        named = {duty: [*words, duty, "{database}"] for duty in ("create", "load", "check", "drop")}
        return json.dumps({"dump": dump, **named})

    def write() -> None:
        with (folder / "app").open("ab") as file:
            file.write(b"more")

    def broken(_monkeypatch: pytest.MonkeyPatch, place: Path, text: str) -> str:
        return programs([str(_script(place / "dump", text))])

    url = programs([sys.executable, str(script), str(folder), "dump", "app"])
    return Subject(
        "command", url, url, lambda: {file.name for file in folder.iterdir()}, write, broken=broken
    )


def _script(path: Path, text: str, interpreter: str = "/bin/sh") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!{interpreter}\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def _instead_of(
    program: str, version: str, variable: str, url: str
) -> Callable[[pytest.MonkeyPatch, Path, str], str]:
    def broken(monkeypatch: pytest.MonkeyPatch, place: Path, text: str) -> str:
        said = f'case "$*" in *--version*) echo "{version}"; exit 0;; esac'
        _script(place / program, f"{said}\n{text}")
        monkeypatch.setenv(variable, str(place))
        return url

    return broken
