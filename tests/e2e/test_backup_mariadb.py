"""What only MariaDB and MySQL do: locks, rights, definers, storage engines; on a real MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from helpers.subjects import Subject, mariadb_session
from mainstay.backup import Level, Source, engine_named, restore_backup, take_backup, verify_backup
from mainstay.backup.stores import open_store
from mainstay.backup.stream import decompress
from mainstay.errors import EngineError
from mainstay.platform.embedded_mysql import EmbeddedMySQL

EVERY_RIGHT = "SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES"


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """An empty store in a folder."""
    folder = tmp_path / "store"
    folder.mkdir()
    return folder.as_uri()


@pytest.fixture
def limited(mariadb_subject: Subject, mariadb_server: EmbeddedMySQL) -> Iterator[Source]:
    """The full database, seen by a user who has no right yet."""
    user = f"u{mariadb_subject.name[-12:]}"
    with mariadb_session(mariadb_subject.server_url) as cursor:
        cursor.execute(f"CREATE USER {user} IDENTIFIED BY 'limited-pw'")
    path = quote(str(mariadb_server.socket), safe="")
    yield Source(
        "app", "mariadb", f"mariadb://{user}:limited-pw@localhost/{mariadb_subject.name}?socket={path}"
    )
    with mariadb_session(mariadb_subject.server_url) as cursor:
        cursor.execute(f"DROP USER {user}")


def grant(subject: Subject, rights: str, on: str = "") -> None:
    with mariadb_session(subject.server_url) as cursor:
        cursor.execute(f"GRANT {rights} ON {on or subject.name + '.*'} TO u{subject.name[-12:]}")


def test_documented_rights_are_enough(mariadb_subject: Subject, limited: Source, store_url: str) -> None:
    """No caveat but the digits of FLOAT, and the backup is equal."""
    grant(mariadb_subject, EVERY_RIGHT)
    grant(mariadb_subject, "SELECT", on="mysql.proc")

    manifest = take_backup(limited, store_url)

    found = verify_backup(manifest, store_url, level=Level.RESTORED, server_url=mariadb_subject.server_url)
    assert found.differences == ()
    assert [caveat.split(":")[0] for caveat in manifest.caveats] == [
        "FLOAT columns to six digits only, for that is how the dump program writes them"
    ]


def test_a_right_that_is_missing_is_told_not_hidden(
    mariadb_subject: Subject, limited: Source, store_url: str
) -> None:
    """Without LOCK TABLES no instant is claimed; what the user may not see may be missing."""
    grant(mariadb_subject, "SELECT, SHOW VIEW, TRIGGER, EVENT")

    caveats = "\n".join(take_backup(limited, store_url).caveats)

    assert "may not be of one instant: its tables could not be locked" in caveats
    assert "without what its user may not see, which can be some routines" in caveats


def test_a_routine_that_may_not_be_read_stops_the_backup(
    mariadb_subject: Subject, limited: Source, store_url: str
) -> None:
    """The dump program writes a comment instead of it, and ends with 0."""
    grant(mariadb_subject, f"{EVERY_RIGHT}, EXECUTE")

    with pytest.raises(EngineError, match="may not read every routine"):
        take_backup(limited, store_url)

    assert open_store(store_url).keys("") == []


def test_tables_without_transactions_are_named(mariadb_subject: Subject, store_url: str) -> None:
    """They are dumped as they are when their turn comes."""
    with mariadb_session(mariadb_subject.url) as cursor:
        cursor.execute("CREATE TABLE old_one (a int) ENGINE=MyISAM")
        cursor.execute("CREATE TABLE versioned (a int) WITH SYSTEM VERSIONING")

    caveats = "\n".join(take_backup(mariadb_subject.source, store_url).caveats)

    assert "know" in caveats
    assert "no transactions: old_one" in caveats
    assert "system versioning keeps: versioned" in caveats


def test_a_view_of_a_user_who_is_not_there_works_in_a_drill(mariadb_subject: Subject, store_url: str) -> None:
    """The drill's own server gets the definers, locked; on a server without them the damage is told."""
    manifest = take_backup(mariadb_subject.source, store_url)
    asked = ["SELECT n = 3000 FROM orphan"]

    drilled = verify_backup(manifest, store_url, level=Level.PROVED, assertions=asked)
    elsewhere = verify_backup(manifest, store_url, level=Level.PROVED, server_url=mariadb_subject.server_url)

    assert drilled.differences == ()
    assert "nobody_here@%" in manifest.content.roles
    assert any("does not exist" in line for line in elsewhere.differences)


def test_the_dump_of_a_restored_database_is_the_same_dump(mariadb_subject: Subject, store_url: str) -> None:
    """Every definition and every row, byte by byte: more than counts and checksums can tell."""
    manifest = take_backup(mariadb_subject.source, store_url)
    restored = restore_backup(
        manifest, store_url, server_url=mariadb_subject.server_url, into=f"{mariadb_subject.name}_back"
    )
    again = take_backup(Source("again", "mariadb", restored.url), store_url)
    engine_named("mariadb").drop_database(mariadb_subject.server_url, restored.database)

    assert dump_text(store_url, again.artifact.key, restored.database) == dump_text(
        store_url, manifest.artifact.key, mariadb_subject.name
    )


def dump_text(store_url: str, key: str, database: str) -> list[bytes]:
    dump = b"".join(decompress(open_store(store_url).stream(key)))
    # The head names the database; a cached AUTO_INCREMENT may be closed up after a restore.
    return [
        line for line in dump.replace(database.encode(), b"DB").splitlines() if b"AUTO_INCREMENT=" not in line
    ]


def test_the_other_product_is_refused(mariadb_subject: Subject, store_url: str) -> None:
    """Its program would ask the server what it cannot answer."""
    with pytest.raises(EngineError, match="no mysql server") as caught:
        take_backup(Source("app", "mysql", mariadb_subject.url), store_url)

    assert "engine: mariadb" in str(caught.value.hint)
