"""A restore works in parallel, from a private file where there is room for one, and is everything or nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from helpers.postgres import Database, database_names
from mainstay.backup import Source, compare_content, engine_named, restore_backup, take_backup
from mainstay.backup.engines import postgresql_load
from mainstay.backup.restore import dump_of
from mainstay.backup.stores import open_store
from mainstay.errors import EngineError, VerificationError
from mainstay.platform import process
from mainstay.platform.embedded_postgres import EmbeddedPostgres
from mainstay.progress import SILENT

ENGINE = engine_named("postgresql")
TABLES = """
CREATE TABLE parent (id bigint PRIMARY KEY, name text UNIQUE);
CREATE TABLE child (id bigint PRIMARY KEY, parent_id bigint NOT NULL REFERENCES parent, body text);
CREATE INDEX ON child (parent_id); CREATE INDEX ON child (lower(body));
CREATE MATERIALIZED VIEW counted AS SELECT parent_id, count(*) AS n FROM child GROUP BY 1;
CREATE UNIQUE INDEX ON counted (parent_id);
INSERT INTO parent SELECT i, 'p' || i FROM generate_series(1, 2000) i;
INSERT INTO child SELECT i, 1 + i % 2000, repeat(md5(i::text), 8) FROM generate_series(1, 20000) i;
REFRESH MATERIALIZED VIEW counted;
COMMENT ON INDEX child_parent_id_idx IS 'of a thing that is made last';
"""
# A single entry that makes the table of contents larger than what is kept at first.
LARGE_CONTENTS = f"CREATE FUNCTION large() RETURNS text LANGUAGE sql AS $$ SELECT '{'x' * (3 << 20)}' $$;"


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """An empty store in a folder."""
    folder = tmp_path / "store"
    folder.mkdir()
    return folder.as_uri()


@pytest.fixture(scope="module")
def newest_server() -> Iterator[EmbeddedPostgres]:
    """A running PostgreSQL 18."""
    with EmbeddedPostgres.start(18) as server:
        yield server


def came_back_equal(url: str, server_url: str, store_url: str, into: str) -> bool:
    """Back up, restore, compare, clean up."""
    manifest = take_backup(Source("app", "postgresql", url), store_url)
    restored = restore_backup(manifest, store_url, server_url=server_url, into=into)
    found = ENGINE.read_content(restored.url)
    ENGINE.drop_database(server_url, into)
    return compare_content(manifest.content, found) == ()


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """No dump ever fits into the temporary folder."""
    monkeypatch.setattr(postgresql_load, "_ROOM", float("inf"))


def test_a_damaged_artifact_touches_no_row(
    database: Database, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is room for the dump, `pg_restore` does not even begin before its end was found to be good."""
    database.execute(TABLES)
    manifest = take_backup(Source("app", "postgresql", database.url), store_url)
    path = Path(store_url.removeprefix("file://")) / manifest.artifact.key
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    loaded: list[object] = []
    monkeypatch.setattr(process, "run", lambda argv, **_: loaded.append(argv))

    with SILENT.step("Restore") as step, pytest.raises(VerificationError):
        postgresql_load.load_archive(
            Path("pg_restore"),
            "nowhere",
            dump_of(manifest, open_store(store_url), (), step),
            {},
            size_bytes=manifest.dump.size_bytes,
        )

    assert loaded == []


@pytest.mark.usefixtures("no_room")
def test_more_contents_than_are_kept_at_first(database: Database, store_url: str) -> None:
    """A table of contents of several MiB is waited for."""
    database.execute(TABLES + LARGE_CONTENTS)

    assert came_back_equal(database.url, database.server_url, store_url, f"{database.name}_back")


@pytest.mark.parametrize("room", [2, float("inf")], ids=["from a file", "as it comes"])
def test_the_newest_version(
    room: float, newest_server: EmbeddedPostgres, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL 18 writes another archive version; the same ways lead through it."""
    monkeypatch.setattr(postgresql_load, "_ROOM", room)
    url = newest_server.url()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(b"DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        connection.execute(TABLES.encode())

    assert came_back_equal(url, url, store_url, "back")


@pytest.mark.usefixtures("no_room")
def test_contents_beyond_the_limit(
    database: Database, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contents that would take too much room are not kept: the restore goes the ordinary way, and is complete."""
    monkeypatch.setattr(postgresql_load, "_HEAD_BYTES", 1)
    monkeypatch.setattr(postgresql_load, "_HEAD_BYTES_AT_MOST", 1)
    database.execute(TABLES + LARGE_CONTENTS)
    jobs: list[tuple[int, int]] = []
    monkeypatch.setattr(process, "run", recording(jobs))

    assert came_back_equal(database.url, database.server_url, store_url, f"{database.name}_back")
    assert jobs == []


@pytest.mark.parametrize(("room", "whole"), [(2, True), (float("inf"), False)])
def test_the_work_is_shared_out_from_a_private_file(
    database: Database,
    store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    room: float,
    whole: bool,
) -> None:
    """The file is readable for nobody else, gone afterwards, and holds no row where there is no room for all."""
    monkeypatch.setattr(postgresql_load, "_ROOM", room)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    jobs: list[tuple[int, int]] = []
    monkeypatch.setattr(process, "run", recording(jobs))
    database.execute(TABLES)

    assert came_back_equal(database.url, database.server_url, store_url, f"{database.name}_back")
    ((mode, size_bytes),) = jobs
    assert mode & 0o077 == 0
    assert (size_bytes > 5 << 20) is whole
    assert list(temporary.iterdir()) == []


def test_an_index_that_cannot_be_built_leaves_no_database(database: Database, store_url: str) -> None:
    """The rows are in by then; all the same, nothing remains of a restore that is not whole."""
    database.execute(
        f"{TABLES} CREATE FUNCTION here_only(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN "
        f"IF current_database() <> '{database.name}' THEN RAISE 'not here'; END IF; RETURN $1; END $$;"
        "CREATE INDEX ON parent (here_only(name));"
    )
    manifest = take_backup(Source("app", "postgresql", database.url), store_url)
    into = f"{database.name}_back"

    with pytest.raises(EngineError, match="not here"):
        restore_backup(manifest, store_url, server_url=database.server_url, into=into)

    assert into not in database_names(database.server_url)


def recording(jobs: list[tuple[int, int]]) -> object:
    """Return `process.run` that notes mode of the folder and size of the file that a parallel restore reads."""
    run = process.run

    def noting(argv: list[str | Path], **options: object) -> process.Completed:
        if any(str(word).startswith("--jobs=") for word in argv):
            file = Path(argv[-1])
            jobs.append((file.parent.stat().st_mode, file.stat().st_size))
        return run(argv, **options)  # type: ignore[arg-type] # passed on as they came

    return noting
