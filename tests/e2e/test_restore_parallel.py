"""A restore works in parallel as the dump comes, and is everything or nothing."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

from helpers.backups import trusting
from helpers.postgres import Database, database_names
from mainstay.backup import Manifest, Source, compare_content, engine_named, restore_backup, take_backup
from mainstay.backup.engines import postgresql_copy, postgresql_load
from mainstay.backup.engines.postgresql import PostgreSQL
from mainstay.backup.engines.postgresql_rows import Rows, Statement
from mainstay.backup.stream import compress, decompress
from mainstay.errors import EngineError, MainstayError, VerificationError
from mainstay.platform import process
from mainstay.platform.embedded_postgres import EmbeddedPostgres
from mainstay.policy.backups import Guards

_Error = TypeVar("_Error", bound=MainstayError)
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
LARGE_OBJECTS = (
    "SELECT lo_from_bytea(0, decode(repeat('0a5c2e', 50000 * i), 'hex')) FROM generate_series(0, 2) i;"
)
ODD = rb"""
CREATE TABLE "a;
 FROM stdin" ("b
c" text, "d""e" int);
INSERT INTO "a;
 FROM stdin" SELECT repeat(E'\\.\n.\t', i % 50), i FROM generate_series(1, 5000) i;
CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES;
SELECT lo_from_bytea(70000 + i, decode(repeat('0a5c2e0a', 30000 * i), 'hex')) FROM generate_series(0, 9) i;
ALTER LARGE OBJECT 70001 OWNER TO "odd ""role"; GRANT SELECT ON LARGE OBJECT 70002 TO "odd ""role";
COMMENT ON LARGE OBJECT 70003 IS E'two\nlines;';
"""
ABOUT_LARGE_OBJECTS = """
SELECT oid, lomowner::regrole::text, lomacl::text, obj_description(oid, 'pg_largeobject'), md5(lo_get(oid))
FROM pg_largeobject_metadata ORDER BY 1
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


def test_a_table_that_is_large_is_loaded_by_several_sessions(
    database: Database, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one with rows of several blocks, each of which one session has to load."""
    monkeypatch.setattr(postgresql_copy, "_TOGETHER_BYTES", 0)
    database.execute(
        f"{TABLES} CREATE TABLE long AS SELECT i, repeat('x', 100000 * i) FROM generate_series(1, 20) i"
    )

    sessions = sessions_that_loaded(monkeypatch)

    assert came_back_equal(database.url, database.server_url, store_url, f"{database.name}_back")
    assert len(sessions["child"]) > 1
    assert len(sessions["long"]) > 1


def test_a_table_that_is_small_keeps_the_order_of_its_rows(
    database: Database, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One session loads it, while others load other tables: a dump of it is the same text as before."""
    database.execute(TABLES)
    before = database.query("SELECT id FROM child")
    sessions = sessions_that_loaded(monkeypatch)
    manifest = take_backup(Source("app", "postgresql", database.url), store_url)
    into = f"{database.name}_back"

    restored = restore_backup(manifest, store_url, server_url=database.server_url, into=into)

    with psycopg.connect(restored.url) as connection:
        after = connection.execute("SELECT id FROM child").fetchall()
    ENGINE.drop_database(database.server_url, into)
    assert after == before
    assert [len(used) for used in sessions.values()] == [1, 1]


def test_more_contents_than_are_kept_at_first(database: Database, store_url: str) -> None:
    """A table of contents of several MiB is waited for."""
    database.execute(TABLES + LARGE_CONTENTS)

    assert came_back_equal(database.url, database.server_url, store_url, f"{database.name}_back")


@pytest.mark.parametrize("together_bytes", [0, 16 << 20], ids=["shared", "in order"])
def test_the_newest_version(
    together_bytes: int, newest_server: EmbeddedPostgres, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL 18 writes another archive version, and large objects in another way."""
    monkeypatch.setattr(postgresql_copy, "_TOGETHER_BYTES", together_bytes)
    url = newest_server.url()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(b"SELECT lo_unlink(oid) FROM pg_largeobject_metadata")
        connection.execute(b"DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        connection.execute(f"{TABLES} {LARGE_OBJECTS}".encode())

    assert came_back_equal(url, url, store_url, "back")


def test_a_database_without_tables(database: Database, store_url: str) -> None:
    """There are no rows to share out; its large objects are loaded all the same."""
    database.execute(f"CREATE SEQUENCE alone START 7; {LARGE_OBJECTS}")
    manifest = take_backup(
        Source("app", "postgresql", database.url),
        store_url,
        guards=Guards.model_validate({"on-empty": "warn"}),
    )
    into = f"{database.name}_back"

    restored = restore_backup(manifest, store_url, server_url=database.server_url, into=into)

    found = ENGINE.read_content(restored.url)
    ENGINE.drop_database(database.server_url, into)
    assert compare_content(manifest.content, found) == ()
    assert found.large_objects.rows == 3


@pytest.mark.parametrize("server", ["postgres_server", "newest_server"])
def test_owners_and_odd_things_come_back(server: str, request: pytest.FixtureRequest, store_url: str) -> None:
    """Large objects of somebody else, with privileges and a comment; names and rows that look like the end of rows."""
    running: EmbeddedPostgres = request.getfixturevalue(server)
    with psycopg.connect(running.url(), autocommit=True) as connection:
        connection.execute(b"CREATE DATABASE odd")
        connection.execute(b'CREATE ROLE "odd ""role"')
    with psycopg.connect(running.url("odd"), autocommit=True) as connection:
        connection.execute(ODD)
        before = connection.execute(ABOUT_LARGE_OBJECTS).fetchall()
    manifest = take_backup(Source("app", "postgresql", running.url("odd")), store_url)

    restored = restore_backup(
        manifest, store_url, server_url=running.url(), into="odd_back", engine=PostgreSQL(with_owners=True)
    )

    with psycopg.connect(restored.url) as connection:
        assert connection.execute(ABOUT_LARGE_OBJECTS).fetchall() == before
    assert compare_content(manifest.content, ENGINE.read_content(restored.url)) == ()
    for name in ("odd", "odd_back"):
        ENGINE.drop_database(running.url(), name)
    with psycopg.connect(running.url(), autocommit=True) as connection:
        connection.execute(b'DROP ROLE "odd ""role"')


def test_only_the_contents_of_the_archive_stand_in_a_private_folder(
    database: Database, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is readable for nobody else, gone afterwards, and smaller than the dump."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    jobs: list[tuple[int, int]] = []
    monkeypatch.setattr(process, "run", recording(jobs))
    database.execute(TABLES)

    assert came_back_equal(database.url, database.server_url, store_url, f"{database.name}_back")
    ((mode, size_bytes),) = jobs
    assert mode & 0o077 == 0
    assert size_bytes <= 2 << 20
    assert list(temporary.iterdir()) == []


def test_rows_that_the_server_refuses_leave_no_database(database: Database, store_url: str) -> None:
    """What the server said is told, and no session or thread is left."""
    database.execute(
        f"{TABLES} CREATE FUNCTION here(bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN "
        f"IF current_database() <> '{database.name}' THEN RAISE 'not here'; END IF; RETURN true; END $$;"
        "ALTER TABLE child ADD CHECK (here(id));"
    )
    manifest = take_backup(Source("app", "postgresql", database.url), store_url)
    threads = threading.active_count()

    refused(manifest, store_url, database, EngineError, "refuses rows: not here")

    assert threading.active_count() == threads


def test_a_damaged_artifact_is_named_rather_than_what_the_server_made_of_it(
    database: Database, store_url: str
) -> None:
    """Rows that no longer fit their columns are the artifact's fault, which only its end shows."""
    database.execute("CREATE TABLE numbers AS SELECT i FROM generate_series(1, 300000) i")
    manifest = take_backup(Source("app", "postgresql", database.url), store_url)
    path = Path(store_url.removeprefix("file://")) / manifest.artifact.key
    dump = b"".join(decompress(iter([path.read_bytes()])))
    path.write_bytes(b"".join(compress(iter([dump.replace(b"150000\n", b"15000x\n")]))))

    refused(manifest, store_url, database, VerificationError, "the manifest says")


def test_damage_to_the_table_of_contents_is_named_and_does_not_fill_the_disk(
    database: Database, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end is not looked for without end: what was stored is compared with the manifest, and told."""
    monkeypatch.setattr(postgresql_load, "_HEAD_BYTES", 16 << 10)
    monkeypatch.setattr(postgresql_load, "_HEAD_BYTES_AT_MOST", 300 << 10)
    kept: list[int] = []
    monkeypatch.setattr(postgresql_load, "_divide", noting_size(kept))
    database.execute(TABLES)
    manifest = take_backup(Source("app", "postgresql", database.url), store_url)
    path = Path(store_url.removeprefix("file://")) / manifest.artifact.key
    dump = b"".join(decompress(iter([path.read_bytes()])))
    path.write_bytes(b"".join(compress(iter([dump[:200] + b"\xff" * 8 + dump[208:]]))))

    refused(manifest, store_url, database, VerificationError, "the manifest says")

    assert len(dump) > 3 << 20
    assert kept[0] <= 600 << 10


def test_a_refused_statement_comes_with_how_to_find_out_about_damage(
    database: Database, store_url: str
) -> None:
    """It may be the server's fault or that of a changed byte, and only the end of the archive could tell."""
    database.execute(TABLES)
    manifest = take_backup(Source("app", "postgresql", database.url), store_url)
    path = Path(store_url.removeprefix("file://")) / manifest.artifact.key
    dump = b"".join(decompress(iter([path.read_bytes()])))
    path.write_bytes(
        b"".join(compress(iter([dump.replace(b"CREATE TABLE public.child", b"CREATE TABLF public.child")])))
    )

    error = refused(manifest, store_url, database, EngineError, "TABLF")

    assert "verify --level digest" in (error.hint or "")


def test_an_archive_that_is_none_is_refused_by_pg_restore(database: Database, store_url: str) -> None:
    """Its own words say why."""
    manifest = take_backup_of_nonsense(database, store_url)

    refused(manifest, store_url, database, EngineError, "does not appear to be a valid archive")


def test_an_index_that_cannot_be_built_leaves_no_database(database: Database, store_url: str) -> None:
    """The rows are in by then; all the same, nothing remains of a restore that is not whole."""
    database.execute(
        f"{TABLES} CREATE FUNCTION here_only(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN "
        f"IF current_database() <> '{database.name}' THEN RAISE 'not here'; END IF; RETURN $1; END $$;"
        "CREATE INDEX ON parent (here_only(name));"
    )
    manifest = take_backup(Source("app", "postgresql", database.url), store_url)

    refused(manifest, store_url, database, EngineError, "not here")


def refused(
    manifest: Manifest, store_url: str, database: Database, error: type[_Error], match: str
) -> _Error:
    """Expect a restore to fail, and to leave no database; return the error."""
    before = database_names(database.server_url)

    with pytest.raises(error, match=match) as caught:
        restore_backup(manifest, store_url, server_url=database.server_url, into=f"{database.name}_back")

    assert database_names(database.server_url) == before
    return caught.value


def take_backup_of_nonsense(database: Database, store_url: str) -> Manifest:
    """Return a manifest that vouches for an artifact which holds no dump."""
    database.execute("CREATE TABLE kept AS SELECT 1 AS id")
    manifest = take_backup(Source("app", "postgresql", database.url), store_url)
    nonsense = b"nonsense" * (1 << 18)
    packed = b"".join(compress(iter([nonsense])))
    (Path(store_url.removeprefix("file://")) / manifest.artifact.key).write_bytes(packed)
    dump = manifest.dump.model_copy(update={"size_bytes": len(nonsense)})
    return trusting(manifest, packed).model_copy(update={"dump": dump})


def sessions_that_loaded(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    """Return, once rows were loaded, which sessions loaded rows of each table."""
    sessions: dict[str, set[int]] = {}
    do = postgresql_copy._Session._do

    def noting(self: postgresql_copy._Session, part: Rows | Statement) -> None:
        if isinstance(part, Rows):
            table = part.statement.decode().split()[1].removeprefix("public.")
            sessions.setdefault(table, set()).add(id(self))
        do(self, part)

    monkeypatch.setattr(postgresql_copy._Session, "_do", noting)
    return sessions


def noting_size(kept: list[int]) -> object:
    """Return `_divide` that notes the size of the table of contents."""
    divide = postgresql_load._divide

    def noting(program: Path, contents: Path, rows: Path, others: Path) -> None:
        kept.append(contents.stat().st_size)
        divide(program, contents, rows, others)

    return noting


def recording(jobs: list[tuple[int, int]]) -> object:
    """Return `process.run` that notes mode of the folder and size of the file that a parallel restore reads."""
    run = process.run

    def noting(argv: list[str | Path], **options: object) -> process.Completed:
        if any(str(word).startswith("--jobs=") for word in argv):
            file = Path(argv[-1])
            jobs.append((file.parent.stat().st_mode, file.stat().st_size))
        return run(argv, **options)  # type: ignore[arg-type] # passed on as they came

    return noting
