"""The life of a backup on a real PostgreSQL: taken, destroyed, restored, proved equal; and the ways it can fail."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pyrage
import pytest

from helpers.contrib import contrib_server
from helpers.postgres import Database, database_names
from mainstay.backup import (
    Level,
    Source,
    compare_content,
    engine_named,
    find_backup,
    read_catalog,
    restore_backup,
    take_backup,
    verify_backup,
)
from mainstay.backup.stores import open_store
from mainstay.backup.stream import decompress
from mainstay.errors import EngineError, StoreError, UsageError, VerificationError
from mainstay.platform import postgres_installs, process
from mainstay.platform.embedded_postgres import EmbeddedPostgres
from mainstay.platform.postgres_installs import BIN_VARIABLE, find_bin

EVERYTHING = """
CREATE TYPE mood AS ENUM ('fine', 'schlecht');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE parent (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, mood mood,
  amount positive, tags text[], extra jsonb, picture bytea, seen timestamptz,
  name_length int GENERATED ALWAYS AS (length(name)) STORED);
CREATE TABLE child (id serial PRIMARY KEY, parent_id bigint NOT NULL REFERENCES parent, x double precision);
CREATE TABLE measurement (at date NOT NULL, value real) PARTITION BY RANGE (at);
CREATE TABLE measurement_2026 PARTITION OF measurement FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE ancestor (a int); CREATE TABLE descendant (b int) INHERITS (ancestor);
CREATE SCHEMA "Größe";
CREATE TABLE "Größe"."x.* ""odd"" t" (x int, t text, "ORDER" text);
CREATE VIEW fine AS SELECT * FROM parent WHERE mood = 'fine';
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM parent;
CREATE SEQUENCE countdown INCREMENT -2;
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN NEW.seen := coalesce(NEW.seen, now()); RETURN NEW; END';
CREATE TRIGGER stamped BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION stamp();
ALTER TABLE child ENABLE ROW LEVEL SECURITY; CREATE POLICY everyone ON child USING (true);
INSERT INTO parent (name, mood, amount, tags, extra, picture)
  SELECT 'Zoë ' || i, CASE WHEN i % 3 = 0 THEN 'schlecht'::mood END, i, ARRAY['a', NULL, 'ü'],
  jsonb_build_object('i', i, 'n', NULL),
  decode(md5(i::text), 'hex') FROM generate_series(1, 3000) i;
INSERT INTO child (parent_id, x) SELECT id, random() FROM parent;
INSERT INTO measurement SELECT '2026-01-01'::date + i % 300, i / 3.0 FROM generate_series(1, 1000) i;
INSERT INTO ancestor VALUES (1); INSERT INTO descendant VALUES (2, 3);
INSERT INTO "Größe"."x.* ""odd"" t" VALUES (1, NULL, 'ß'), (NULL, '', E'\\n|');
REFRESH MATERIALIZED VIEW counted;
SELECT nextval('countdown'), nextval('countdown');
SELECT lo_from_bytea(0, decode(repeat('c0ffee', 5000), 'hex'));
"""


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """An empty store in a folder."""
    folder = tmp_path / "store"
    folder.mkdir()
    return folder.as_uri()


@pytest.fixture
def full(database: Database) -> Database:
    """A database with every kind of object."""
    database.execute(EVERYTHING)
    return database


def source(database: Database, url: str | None = None) -> Source:
    return Source("app", "postgresql", url or database.url)


@pytest.mark.parametrize("kind", ["file", "s3"])
def test_a_destroyed_database_comes_back_equal(
    full: Database, kind: str, request: pytest.FixtureRequest
) -> None:
    """Back up, drop, restore: rows, checksums, sequences, objects and large objects are what they were."""
    bucket_or_folder = {"file": "store_url", "s3": "bucket"}[kind]
    found = request.getfixturevalue(bucket_or_folder)
    store_url = found if kind == "file" else f"s3://{found}/app"
    before = engine_named("postgresql").read_content(full.url)

    take_backup(source(full), store_url)
    engine_named("postgresql").drop_database(full.server_url, full.name)
    restored = restore_backup(
        find_backup(store_url, "app"), store_url, server_url=full.server_url, into=f"{full.name}_back"
    )
    after = engine_named("postgresql").read_content(restored.url)
    engine_named("postgresql").drop_database(full.server_url, restored.database)

    assert before.rows > 7000
    assert {"trigger", "policy", "view", "materialised view", "function", "type"} <= set(before.objects)
    assert before.large_objects.rows == 1
    assert compare_content(before, after) == ()
    assert before == after


def test_the_manifest_tells_one_instant_while_writes_go_on(full: Database, store_url: str) -> None:
    """Rows that are written during the backup are in neither the manifest nor the dump: both share a snapshot."""
    stop = threading.Event()
    written = threading.Event()

    def write() -> None:
        with psycopg.connect(full.url, autocommit=True) as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO ancestor SELECT generate_series(1, 50)")
                connection.execute("UPDATE parent SET name = name || '!' WHERE id % 100 = 0")
                written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        written.wait(10)
        manifest = take_backup(source(full), store_url)
    finally:
        stop.set()
        writer.join()

    found = verify_backup(manifest, store_url, level=Level.RESTORED, server_url=full.server_url)

    assert found.differences == ()
    assert engine_named("postgresql").read_content(full.url) != manifest.content


@pytest.mark.parametrize("level", [Level.DIGEST, Level.READABLE, Level.RESTORED])
def test_a_good_backup_verifies_on_every_level(full: Database, store_url: str, level: Level) -> None:
    """And the verification leaves no database behind."""
    manifest = take_backup(source(full), store_url)
    databases = database_names(full.server_url)

    found = verify_backup(manifest, store_url, level=level, server_url=full.server_url)

    assert (found.level, found.differences) == (level, ())
    assert (found.restore_seconds is not None) == (level is Level.RESTORED)
    assert database_names(full.server_url) == databases


def test_a_good_backup_is_proved_on_a_server_that_can_look_for_damage(full: Database, store_url: str) -> None:
    """Level `proved` needs the extension amcheck: a server without it is refused, not taken for clean."""
    manifest = take_backup(source(full), store_url)
    asked = ["SELECT count(*) = 3000 FROM child", "SELECT count(*) = 7 FROM child"]

    with contrib_server(16) as scratch:
        found = verify_backup(
            manifest, store_url, level=Level.PROVED, server_url=scratch.url(), assertions=asked
        )

    assert found.differences == (f"assertion is not true: {asked[1]}",)
    with pytest.raises(EngineError, match="lacks the extension amcheck"):
        verify_backup(manifest, store_url, level=Level.PROVED, server_url=full.server_url)


def test_a_drill_brings_its_own_server(full: Database, store_url: str) -> None:
    """Without a server to restore on, one of the same major version is started and removed."""
    manifest = take_backup(source(full), store_url)

    found = verify_backup(manifest, store_url, level=Level.RESTORED)

    assert found.differences == ()


def test_a_restore_that_lost_rows_is_noticed(full: Database, store_url: str) -> None:
    """A manifest that claims more than the dump holds fails level `restored`, and only that."""
    manifest = take_backup(source(full), store_url)
    tables = dict(manifest.content.tables)
    tables["public.child"] = tables["public.child"].model_copy(update={"rows": 3001})
    lying = manifest.model_copy(update={"content": manifest.content.model_copy(update={"tables": tables})})

    found = verify_backup(lying, store_url, level=Level.RESTORED, server_url=full.server_url)

    assert found.differences == ("table public.child: 3000 rows instead of 3001",)


def test_the_artifact_restores_with_stock_tools(full: Database, store_url: str, tmp_path: Path) -> None:
    """No lock-in: what is stored is a zstd stream of a pg_dump archive."""
    manifest = take_backup(source(full), store_url)
    archive = tmp_path / "dump"
    archive.write_bytes(b"".join(decompress(open_store(store_url).stream(manifest.artifact.key))))
    listed = process.run([find_bin(16, "pg_restore"), "--list", archive]).stdout

    assert "TABLE DATA public parent" in listed


def test_an_encrypted_backup_opens_with_the_private_key_only(full: Database, store_url: str) -> None:
    """Whoever takes it needs the public key alone; whoever restores it the private one."""
    key, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    manifest = take_backup(source(full), store_url, encrypt_to=[str(key.to_public())])

    proved = verify_backup(
        manifest, store_url, level=Level.RESTORED, server_url=full.server_url, identities=[str(key)]
    )

    assert proved.differences == ()
    assert manifest.artifact.key.endswith("/dump.zst.age")
    assert verify_backup(manifest, store_url, level=Level.DIGEST).differences == ()
    with pytest.raises(UsageError, match="is encrypted"):
        verify_backup(manifest, store_url, level=Level.READABLE)
    with pytest.raises(VerificationError, match="decryption failed"):
        verify_backup(manifest, store_url, level=Level.READABLE, identities=[str(other)])


def test_content_that_cannot_be_read_stops_the_backup(full: Database, store_url: str) -> None:
    """A backup that could never be proved is not taken: the error comes before the dump is through."""
    full.execute("CREATE ROLE limited LOGIN PASSWORD 'limited-pw'; GRANT USAGE ON SCHEMA public TO limited")
    url = f"postgresql://limited:limited-pw@/{full.name}?{urlsplit(full.url).query}"
    try:
        with pytest.raises(EngineError, match="permission denied"):
            take_backup(source(full, url), store_url)
    finally:
        full.execute("DROP OWNED BY limited; DROP ROLE limited")

    assert open_store(store_url).keys("") == []


def damage(store_url: str, key: str, how: str) -> None:
    path = Path(store_url.removeprefix("file://")) / key
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(
        {
            "truncated": content[:-100],
            "flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            "extended": content + b"more",
            "empty": b"",
        }[how]
    )


@pytest.mark.parametrize("how", ["truncated", "flipped", "extended", "empty"])
def test_a_damaged_artifact_is_never_restored(full: Database, store_url: str, how: str) -> None:
    """Every level notices, and a restore drops what it began."""
    manifest = take_backup(source(full), store_url)
    damage(store_url, manifest.artifact.key, how)
    databases = database_names(full.server_url)

    for level in Level:
        with pytest.raises(VerificationError):
            verify_backup(manifest, store_url, level=level, server_url=full.server_url)
    with pytest.raises(VerificationError):
        restore_backup(manifest, store_url, server_url=full.server_url, into=f"{full.name}_never")

    assert database_names(full.server_url) == databases


def test_a_restore_never_touches_a_database_that_exists(full: Database, store_url: str) -> None:
    """Not even an empty one: the name must be new."""
    manifest = take_backup(source(full), store_url)

    with pytest.raises(EngineError, match="exists already; nothing was touched"):
        restore_backup(manifest, store_url, server_url=full.server_url, into=full.name)

    assert full.query("SELECT count(*) FROM parent") == [(3000,)]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://u:secretpw@127.0.0.1:1/app", "cannot be reached: .*Connection refused"),
        ("postgresql://u:secretpw@/app?host=/no/such/folder", "cannot be reached"),
        ("mysql://u:secretpw@h/app", "does not begin with postgresql://"),
    ],
)
def test_an_unreachable_database_is_named_and_nothing_is_stored(
    store_url: str, url: str, message: str
) -> None:
    """The cause is told, the password is not."""
    with pytest.raises(EngineError, match=message) as caught:
        take_backup(Source("app", "postgresql", url), store_url)

    assert "secretpw" not in f"{caught.value}{caught.value.hint}"
    assert open_store(store_url).keys("") == []


def test_a_wrong_password_is_told_but_never_printed(
    full: Database, postgres_server: EmbeddedPostgres, store_url: str
) -> None:
    """PostgreSQL's own words come through, without the secret."""
    url = f"postgresql://postgres:very-wrong-pw@/{full.name}?host={postgres_server.socket_dir}"

    with pytest.raises(EngineError, match="password authentication failed") as caught:
        take_backup(source(full, url), store_url)

    assert "very-wrong-pw" not in f"{caught.value!r}{caught.value.hint}"


def fake_programs(folder: Path, pg_dump: str) -> Path:
    """Make a folder of PostgreSQL 16 programs whose pg_dump is a script."""
    folder.mkdir()
    script = folder / "pg_dump"
    script.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 16.14" && exit 0\n{pg_dump}\n'
    )
    script.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("pg_dump", "message"),
    [
        (
            "head -c 3000000 /dev/urandom; echo 'disk full' >&2; exit 1",
            "pg_dump exited with status 1: disk full",
        ),
        ("head -c 3000000 /dev/urandom; kill -9 $$", "pg_dump was killed by signal 9"),
        ("exit 0", "the dump is empty"),
    ],
)
def test_a_failing_dump_leaves_nothing_and_says_why(
    full: Database,
    store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pg_dump: str,
    message: str,
) -> None:
    """A dump that fails, dies or says nothing is no backup."""
    monkeypatch.setenv(BIN_VARIABLE, str(fake_programs(tmp_path / "bin", pg_dump)))

    with pytest.raises(Exception, match=message) as caught:
        take_backup(source(full), store_url)

    assert caught.type.__module__ == "mainstay.errors"
    assert open_store(store_url).keys("") == []


def test_no_secret_stands_in_the_arguments_of_a_program(
    full: Database,
    store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgres_server: EmbeddedPostgres,
) -> None:
    """Arguments can be read by every user of the machine."""
    seen = tmp_path / "argv"
    monkeypatch.setenv(
        BIN_VARIABLE, str(fake_programs(tmp_path / "bin", f'echo "$@" > {seen}; echo x; exit 3'))
    )

    with pytest.raises(EngineError):
        take_backup(source(full), store_url)

    assert "--snapshot=" in seen.read_text()
    assert postgres_server.password not in seen.read_text()
    assert "postgresql://" not in seen.read_text()


def test_a_server_without_programs_of_its_version_is_refused(
    full: Database, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dump by another major version is not safe, in neither direction."""
    monkeypatch.setattr(postgres_installs, "_folders", lambda: iter(()))

    with pytest.raises(
        EngineError, match=r"the server is PostgreSQL 16, but no pg_dump .*none at all"
    ) as caught:
        take_backup(source(full), store_url)

    assert "postgresql-client-16" in str(caught.value.hint)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_leaves_no_manifest(full: Database, store_url: str, tmp_path: Path, end: int) -> None:
    """A run that dies in the middle of its dump is no backup, and a later one is not disturbed."""
    slow = fake_programs(
        tmp_path / "bin", f"head -c 3000000 /dev/urandom; touch {tmp_path}/dumping; sleep 30"
    )
    code = (
        "import os, sys; from mainstay.backup import Source, take_backup;"
        "open(sys.argv[2], 'w').write(str(os.getpid()));"
        "take_backup(Source('app', 'postgresql', sys.stdin.read()), sys.argv[1])"
    )
    watcher = threading.Thread(target=_kill_once, args=(tmp_path, end))
    watcher.start()

    done = process.run(
        [
            sys.executable,
            "-c",
            f"import os; open({str(tmp_path / 'pid')!r},'w').write(str(os.getpid())); {code}",
            store_url,
        ],
        stdin=full.url,
        env={BIN_VARIABLE: str(slow)},
        check=False,
        timeout_seconds=60,
    )
    watcher.join()

    assert done.returncode != 0
    assert read_catalog(store_url).backups == ()
    assert take_backup(source(full), store_url) == find_backup(store_url, "app")


def _kill_once(folder: Path, end: int) -> None:
    for _ in range(600):
        if (folder / "dumping").exists():
            os.kill(int((folder / "pid").read_text()), end)
            return
        time.sleep(0.05)


def test_a_manifest_is_one_whole_json_document(full: Database, store_url: str) -> None:
    """What is stored reads back as what was returned, and says where it came from."""
    manifest = take_backup(source(full), store_url, run_url="https://github.com/o/r/actions/runs/1")

    stored = json.loads(open_store(store_url).read(f"app/{manifest.id}/manifest.json", most_bytes=1 << 20))

    assert stored["run_url"] == "https://github.com/o/r/actions/runs/1"
    assert stored["server"]["major"] == 16
    assert abs(datetime.fromisoformat(stored["taken_at"]) - datetime.now(UTC)).total_seconds() < 60  # noqa: TID251
    assert find_backup(store_url, "app", manifest.id) == manifest


def test_what_cannot_be_read_is_told_not_skipped(full: Database, store_url: str) -> None:
    """A broken manifest shows up in the catalog; as the newest it is an error."""
    good = take_backup(source(full), store_url)
    open_store(store_url).create("app/20991231T000000Z-00000000/manifest.json", b"{}")
    open_store(store_url).create("app/20991231T000000Z-00000000/dump.zst", b"x")
    open_store(store_url).create("app/notes.txt", b"somebody else's")

    catalog = read_catalog(store_url)

    assert catalog.backups == (good,)
    assert len(catalog.unreadable) == 1
    assert "20991231T000000Z-00000000/manifest.json is no manifest" in catalog.unreadable[0]
    with pytest.raises(StoreError, match="is no manifest of a backup"):
        find_backup(store_url, "app")


def test_a_manifest_in_the_wrong_place_is_refused(full: Database, store_url: str) -> None:
    """A copied manifest must not pass for another backup."""
    good = take_backup(source(full), store_url)
    open_store(store_url).create("app/20991231T000000Z-00000000/manifest.json", good.to_json())

    with pytest.raises(StoreError, match="is the manifest of another backup"):
        find_backup(store_url, "app")


def test_asking_for_a_backup_that_is_not_there_says_so(store_url: str) -> None:
    """An empty store, or an id that does not exist, is a usage error with a hint."""
    with pytest.raises(UsageError, match="holds no backup of 'app'"):
        find_backup(store_url, "app")
