"""What only SQLite does: files, journals, locks."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from helpers.subjects import Subject
from mainstay.backup import Source, engine_named, find_backup, restore_backup, take_backup
from mainstay.backup.engines import sqlite as engine
from mainstay.backup.stores import open_store
from mainstay.backup.stream import decompress
from mainstay.errors import EngineError


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """An empty store in a folder."""
    folder = tmp_path / "store"
    folder.mkdir()
    return folder.as_uri()


def test_a_damaged_database_is_no_backup(sqlite_subject: Subject, store_url: str) -> None:
    """Its copy is looked through before anything is stored for good."""
    path = Path(sqlite_subject.url)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    content = bytearray(path.read_bytes())
    content[8192:8292] = bytes(100)
    path.write_bytes(content)

    with pytest.raises(EngineError):
        take_backup(sqlite_subject.source, store_url)

    assert open_store(store_url).keys("") == []


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, store_url: str) -> None:
    """SQLite itself would make an empty database of a mistyped path."""
    missing = tmp_path / "typo.db"

    with pytest.raises(EngineError, match="there is no database"):
        take_backup(Source("app", "sqlite", str(missing)), store_url)

    assert not missing.exists()


def test_a_database_that_stays_locked_is_an_error(
    sqlite_subject: Subject, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever."""
    monkeypatch.setattr(engine, "_BUSY_SECONDS", 0.5)
    with contextlib.closing(sqlite3.connect(sqlite_subject.url, isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode = DELETE")
        holder.execute("BEGIN EXCLUSIVE")

        with pytest.raises(EngineError, match="locked"):
            take_backup(sqlite_subject.source, store_url)


def test_the_artifact_is_the_file_itself(sqlite_subject: Subject, store_url: str, tmp_path: Path) -> None:
    """No lock-in: `zstd -d` gives a database that any SQLite opens, in the journal mode that it had."""
    manifest = take_backup(sqlite_subject.source, store_url)
    file = tmp_path / "by-hand.db"
    file.write_bytes(b"".join(decompress(open_store(store_url).stream(manifest.artifact.key))))

    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM parent").fetchone() == (3000,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_restored_file_is_private_and_beside_the_old_one(sqlite_subject: Subject, store_url: str) -> None:
    """Where the application's database is, under the name that was asked for."""
    take_backup(sqlite_subject.source, store_url)

    restored = restore_backup(
        find_backup(store_url, "app"), store_url, server_url=sqlite_subject.url, into="yesterday"
    )

    path = Path(restored.url)
    assert path == Path(sqlite_subject.url).with_name("yesterday.db")
    assert path.stat().st_mode & 0o777 == 0o600
    assert engine_named("sqlite").check_integrity(restored.url, find_backup(store_url, "app").server) == ()
