"""A store that fails while a backup is written or read: the run fails, says why, and leaves nothing half-written."""

from __future__ import annotations

import threading
from datetime import timedelta

import pyrage
import pytest

from helpers.faulty_store import Fault, FaultyStore
from helpers.postgres import Database, database_names
from mainstay.backup import Level, Manifest, Source, read_catalog, restore_backup, take_backup, verify_backup
from mainstay.backup.stores import openers
from mainstay.errors import AccessDeniedError, BackupError, ObjectMissingError, StoreError

KEY = pyrage.x25519.Identity.generate()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a moment for a store, not five minutes, and try twice, not six times."""
    monkeypatch.setitem(openers.CLIENT, "timeout", "400ms")
    monkeypatch.setitem(openers.RETRY, "max_retries", 1)
    monkeypatch.setitem(openers.RETRY, "retry_timeout", timedelta(seconds=2))


@pytest.fixture
def small(database: Database) -> Database:
    """A database that is dumped in no time."""
    database.execute("CREATE TABLE words AS SELECT i, md5(i::text) AS word FROM generate_series(1, 2000) i")
    return database


def take(database: Database, store: FaultyStore, *, sealed: bool = False) -> Manifest:
    recipients = [str(KEY.to_public())] if sealed else []
    return take_backup(Source("app", "postgresql", database.url), store.url, encrypt_to=recipients)


WRITING = ("begin", "part", "complete", "put")
BROKEN_WRITES = [
    pytest.param(Fault("500", WRITING), StoreError, "writing .* 500 Internal", id="answers 500"),
    pytest.param(Fault("503", WRITING), StoreError, "writing .* 503 Service", id="answers 503"),
    pytest.param(Fault("drop", WRITING), StoreError, "writing .* error sending", id="hangs up"),
    pytest.param(Fault("hang", WRITING), StoreError, "writing .* error sending", id="never answers"),
    pytest.param(Fault("hang", ("part",)), StoreError, "writing .* error sending", id="part never answered"),
    pytest.param(Fault("forbidden", WRITING), AccessDeniedError, "writing .* privileges", id="read-only"),
    pytest.param(Fault("full", ("part",)), StoreError, "XMinioStorageFull", id="full"),
    pytest.param(Fault("quota", ("part",)), AccessDeniedError, "QuotaExceeded", id="over its quota"),
    pytest.param(
        Fault("500", ("complete",)), StoreError, "writing .* 500", id="cannot put the parts together"
    ),
    pytest.param(Fault("503", ("head",)), StoreError, "looking up .* 503", id="cannot look the artifact up"),
    pytest.param(Fault("lose", ("part",)), StoreError, "has 0 bytes, but .* were sent", id="loses a part"),
    pytest.param(
        Fault("full", key="globals.zst"), StoreError, "creating .*globals.zst", id="full at the globals"
    ),
    pytest.param(
        Fault("500", ("put",), "manifest.json"), StoreError, "creating .*manifest.json", id="manifest 500"
    ),
    pytest.param(
        Fault("forbidden", ("put",), "manifest.json"),
        AccessDeniedError,
        "manifest.json",
        id="manifest forbidden",
    ),
    pytest.param(Fault("hang", ("put",), "manifest.json"), StoreError, "manifest.json", id="manifest hangs"),
    pytest.param(
        Fault("deaf", ("put",), "manifest.json"), StoreError, "manifest.json", id="answer to manifest lost"
    ),
]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
@pytest.mark.parametrize(("fault", "error", "message"), BROKEN_WRITES)
def test_a_store_that_fails_takes_no_half_backup(
    small: Database,
    faulty_store: FaultyStore,
    fault: Fault,
    error: type[StoreError],
    message: str,
    *,
    sealed: bool,
) -> None:
    """No object, no open upload, no thread; the error names what failed; the next run is not disturbed."""
    if sealed and fault.key == "globals.zst":
        fault = Fault(fault.how, fault.on, "globals.zst.age")
    faulty_store.break_down(fault)

    with pytest.raises(error, match=message) as caught:
        take(small, faulty_store, sealed=sealed)

    assert "test-secret" not in f"{caught.value}{caught.value.hint}"
    assert faulty_store.objects == {}
    assert faulty_store.uploads == {}
    faulty_store.break_down(None)
    manifest = take(small, faulty_store, sealed=sealed)
    assert verify_backup(manifest, faulty_store.url, level=Level.DIGEST).differences == ()
    assert read_catalog(faulty_store.url).backups == (manifest,)
    assert [
        thread.name for thread in threading.enumerate() if thread.name in {"age", "stderr", "beside_0"}
    ] == []


@pytest.mark.usefixtures("impatient")
def test_what_cannot_be_removed_is_no_backup(small: Database, faulty_store: FaultyStore) -> None:
    """A store that fails for good keeps an artifact without a manifest: nobody takes that for a backup."""
    faulty_store.break_down(Fault("500", ("put", "delete")))

    with pytest.raises(StoreError, match=r"creating .*globals\.zst failed"):
        take(small, faulty_store)

    faulty_store.break_down(None)
    assert [key.rpartition("/")[2] for key in faulty_store.objects] == ["dump.zst"]
    assert read_catalog(faulty_store.url).backups == ()


@pytest.mark.usefixtures("impatient")
def test_a_manifest_whose_answer_was_lost_keeps_its_artifact(
    small: Database, faulty_store: FaultyStore
) -> None:
    """A role that may only write cannot remove it: then the backup is whole, although the run failed."""
    faulty_store.break_down(Fault("deaf", ("put",), "manifest.json"))
    remove = faulty_store.strikes
    faulty_store.strikes = lambda call, key: "forbidden" if call == "delete" else remove(call, key)  # type: ignore[method-assign]

    with pytest.raises(StoreError, match=r"manifest\.json failed"):
        take(small, faulty_store)

    faulty_store.break_down(None)
    (manifest,) = read_catalog(faulty_store.url).backups
    assert verify_backup(manifest, faulty_store.url, level=Level.READABLE).differences == ()


@pytest.mark.parametrize("how", ["500", "503", "drop", "slow"])
def test_a_store_that_stumbles_gets_its_backup(small: Database, faulty_store: FaultyStore, how: str) -> None:
    """Three failures in a row, or answers that take a while, are weather: with the settings that everybody has."""
    faulty_store.break_down(Fault(how, times=3))

    manifest = take(small, faulty_store)

    assert verify_backup(manifest, faulty_store.url, level=Level.READABLE).differences == ()
    assert faulty_store.uploads == {}


BROKEN_READS = [
    pytest.param(Fault("500", ("get",)), StoreError, "reading .* 500", id="answers 500"),
    pytest.param(Fault("forbidden", ("get",)), AccessDeniedError, "reading .* privileges", id="write-only"),
    pytest.param(Fault("hang", ("get",)), StoreError, "reading .* failed", id="never answers"),
    pytest.param(Fault("cut", ("get",)), StoreError, "reading .* failed", id="hangs up in the middle"),
]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("verb", ["digest", "readable", "restored", "restore"])
@pytest.mark.parametrize(("fault", "error", "message"), BROKEN_READS)
def test_a_store_that_fails_restores_nothing(
    small: Database,
    faulty_store: FaultyStore,
    fault: Fault,
    error: type[BackupError],
    message: str,
    verb: str,
) -> None:
    """Neither a verification nor a restore passes, and no database is left behind."""
    manifest = take(small, faulty_store)
    before = database_names(small.server_url)
    faulty_store.break_down(fault)

    def restore() -> object:
        return restore_backup(
            manifest, faulty_store.url, server_url=small.server_url, into=f"{small.name}_back"
        )

    def verify() -> object:
        return verify_backup(manifest, faulty_store.url, level=Level(verb), server_url=small.server_url)

    with pytest.raises(error, match=message):
        (restore if verb == "restore" else verify)()

    assert database_names(small.server_url) == before


@pytest.mark.parametrize("level", [Level.DIGEST, Level.READABLE, Level.RESTORED])
def test_an_artifact_that_is_gone_is_named(small: Database, faulty_store: FaultyStore, level: Level) -> None:
    """Its manifest alone is no backup."""
    manifest = take(small, faulty_store)
    del faulty_store.objects[manifest.artifact.key]

    with pytest.raises(ObjectMissingError, match=manifest.artifact.key):
        verify_backup(manifest, faulty_store.url, level=level, server_url=small.server_url)
