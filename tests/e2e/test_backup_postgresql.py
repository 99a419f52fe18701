"""The life of a backup on a real PostgreSQL: taken, destroyed, restored, proved equal; and the ways it can fail."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pyrage
import pytest

from helpers.contrib import contrib_server
from helpers.postgres import Database
from helpers.subjects import DATA
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
from mainstay.platform.postgres_installs import find_bin

EVERYTHING = (DATA / "postgresql_everything.sql").read_text(encoding="utf-8")


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
