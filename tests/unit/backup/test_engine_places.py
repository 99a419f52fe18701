"""Where databases are, as the policy says it: servers, files, archives, programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.policies import policy
from mainstay.backup import engine_named, scratch_url_of, sources_of
from mainstay.backup.engines.mongodb_archive import MAGIC, ArchiveReader
from mainstay.backup.engines.mongodb_url import ConnectionUrl
from mainstay.backup.engines.sqlite_url import path_of, sibling
from mainstay.errors import EngineError, PolicyError
from mainstay.platform import mysql_installs
from mainstay.platform.mysql_installs import BIN_VARIABLE, find_program
from mainstay.policy import Policy
from mainstay.policy.databases import ENGINES

WRITTEN = "    engine: postgresql\n    url: $DATABASE_URL"
COMMAND = "    {engine: command, dump: [a, --all], create: [b], load: [c, '{database}'], drop: [d]}"


def with_database(text: str) -> Policy:
    return policy((WRITTEN, text))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_of_the_policy_exists(engine: str) -> None:
    """And the other way round: what the policy allows can be backed up."""
    assert engine_named(engine) is not None


def test_each_kind_of_database_is_found_by_what_its_engine_reads() -> None:
    """A secret URL, a path, or programs: one field holds it."""
    environ = {"DATABASE_URL": "mysql://u:p@h/d", "FILE": "file:./x.db"}

    def place(text: str) -> str:
        return sources_of(with_database(text), environ)[0].url

    assert place("    {engine: mysql, url: $DATABASE_URL}") == "mysql://u:p@h/d"
    assert place("    {engine: sqlite, path: data/app.db}") == "data/app.db"
    assert place("    {engine: sqlite, url: $FILE}") == "file:./x.db"
    assert json.loads(place(COMMAND))["load"] == ["c", "{database}"]


def test_only_a_command_brings_its_own_place_to_try_it_out() -> None:
    """A file needs no server, and a server is what the variable says."""
    environ = {"SCRATCH": "postgresql://u:p@scratch/d", "DATABASE_URL": "x"}

    def scratch(text: str, variable: str | None) -> str | None:
        return scratch_url_of(with_database(text), "app", environ, variable)

    assert '"load":["c","{database}"]' in str(scratch(COMMAND, "SCRATCH"))
    assert scratch("    {engine: sqlite, path: a.db}", "SCRATCH") is None
    assert scratch(WRITTEN, "SCRATCH") == environ["SCRATCH"]
    assert scratch(WRITTEN, None) is None


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("{engine: sqlite}", "either a path or a url"),
        ("{engine: sqlite, path: a.db, url: $A}", "either a path or a url"),
        ("{engine: command, dump: [a], load: [b], drop: [c]}", "drop without create"),
        ("{engine: command, dump: [], load: [b]}", "databases.app.dump: "),
        ("{engine: mysql, path: a.db}", "databases.app.path: unknown key"),
        ("{url: $A}", "required key is missing: engine"),
        ("{engine: mongodb, url: mongodb://u:p@h/d}", "databases.app.url: "),
    ],
)
def test_a_database_that_does_not_fit_its_engine_is_refused(database: str, message: str) -> None:
    """The message names the key as the file has it."""
    with pytest.raises(PolicyError, match=message):
        with_database(f"    {database}")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("data/app.db", "data/app.db"),
        ("/srv/app.db", "/srv/app.db"),
        ("file:./dev.db", "dev.db"),
        ("file:///srv/app.db?mode=rw", "/srv/app.db"),
        ("sqlite:///data/a%20b.db", "data/a b.db"),
        ("sqlite:////srv/app.db", "/srv/app.db"),
        ("sqlite+aiosqlite:///app.db", "app.db"),
    ],
)
def test_a_sqlite_file_is_found_as_frameworks_write_it(text: str, path: str) -> None:
    """SQLAlchemy, Django and Prisma each have a spelling."""
    assert path_of(text) == Path(path)


@pytest.mark.parametrize("text", ["", "sqlite://", "sqlite:///:memory:", "postgresql://h/d"])
def test_what_is_no_sqlite_file_is_refused(text: str) -> None:
    """Nothing is made up from it."""
    with pytest.raises(EngineError, match="no SQLite file"):
        path_of(text)


@pytest.mark.parametrize("name", ["../x", "a/b", "", "..", "."])
def test_a_restore_stays_in_its_folder(name: str) -> None:
    """A name is no path."""
    with pytest.raises(EngineError, match="no name for a file"):
        sibling(Path("data/app.db"), name)


def test_users_of_another_mongodb_database_still_sign_in() -> None:
    """Without authSource users belong to the database of the URL: the new URL says so."""
    url = ConnectionUrl.parse("mongodb+srv://u:p%40x@h/app?retryWrites=true").with_database("other")

    assert url.url == "mongodb+srv://u:p%40x@h/other?retryWrites=true&authSource=app"
    assert json.loads(url.config())["uri"] == "mongodb+srv://u:p%40x@h/?retryWrites=true&authSource=app"


@pytest.mark.parametrize("url", ["mongodb://u:hidden1@h", "mysql://u:hidden1@h/d"])
def test_a_mongodb_url_has_to_name_a_database(url: str) -> None:
    """The message is without the password."""
    with pytest.raises(EngineError) as caught:
        ConnectionUrl.parse(url)

    assert "hidden1" not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        MAGIC,
        b"PK\3\4" + b"\0" * 20,
        MAGIC + b"\5\0\0\0\0",
        MAGIC + b"\xff\xff\xff\x7f\0",
        MAGIC + b"\5\0\0\0\0\xff\xff\xff\xff\x05\0\0\0\0",
    ],
)
def test_what_is_no_whole_archive_is_refused(archive: bytes) -> None:
    """However it is cut, and byte by byte."""
    reader = ArchiveReader()

    with pytest.raises(EngineError, match="archive"):
        _read(reader, archive)


def _read(reader: ArchiveReader, archive: bytes) -> None:
    for at in range(len(archive)):
        reader.feed(archive[at : at + 1])
    reader.content()


def test_programs_are_taken_by_what_they_say_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian calls MariaDB's programs by MySQL's names; of several the series of the server, else the next newer."""
    said = {
        "mysqldump": "mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)",
        "mariadb-dump": "mariadb-dump from 11.4.2-MariaDB, client 10.19 for debian-linux-gnu (x86_64)",
    }
    for name, version in said.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho '{version}'\n")
        program.chmod(0o755)
    monkeypatch.setattr(mysql_installs, "_PATTERNS", ())
    monkeypatch.setenv(BIN_VARIABLE, str(tmp_path))

    assert find_program("mysql", (5, 7), "dump") == tmp_path / "mysqldump"
    assert find_program("mariadb", (10, 11), "dump") == tmp_path / "mariadb-dump"
    with pytest.raises(
        EngineError, match=r"no dump program of MySQL 8\.4 .*MariaDB 11\.4.*MySQL 8\.0"
    ) as caught:
        find_program("mysql", (8, 4), "dump")
    assert "mysql-client" in str(caught.value.hint)
