from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.backups import keys_in, manifest_at, put_backup, put_record, record_of
from mainstay.backup import Manifest, PruneResult, prune_backups, read_catalog
from mainstay.backup.catalog import globals_key, manifest_key
from mainstay.backup.manifest import Artifact
from mainstay.backup.stores import open_store
from mainstay.backup.stores.object_store import ObjectStore
from mainstay.errors import AccessDeniedError, RetentionRefusedError, StoreError
from mainstay.platform.clock import FixedClock
from mainstay.policy.backups import Backups, Keep

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLOCK = FixedClock(NOW)
DAYS = [manifest_at(NOW - timedelta(hours=9, days=days)) for days in range(5)]
"""One a night, newest first."""
PROMISED = Backups(store="file:///unused", keep=Keep(last=3, daily=0, weekly=0, monthly=0))


@pytest.fixture(params=["file", "s3"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store with five nights of backups."""
    url = f"s3://{request.getfixturevalue('bucket')}/p" if request.param == "s3" else tmp_path.as_uri()
    for manifest in DAYS:
        put_backup(url, manifest)
    return url


def prune(store_url: str, *, apply: bool = True) -> PruneResult:
    return prune_backups(store_url, "app", PROMISED, apply=apply, clock=CLOCK)


def ids(manifests: list[Manifest]) -> tuple[str, ...]:
    return tuple(manifest.id for manifest in manifests)


def refusing(monkeypatch: pytest.MonkeyPatch, refuses: Callable[[str], bool], error: StoreError) -> list[str]:
    """Let the store refuse to delete some keys, as one with object lock does; return the keys that went."""
    deleted: list[str] = []
    delete = ObjectStore.delete

    def guarded(self: ObjectStore, key: str) -> None:
        if refuses(key):
            raise error
        delete(self, key)
        deleted.append(key)

    monkeypatch.setattr(ObjectStore, "delete", guarded)
    return deleted


def test_a_dry_run_changes_nothing(store_url: str) -> None:
    """And says what would go."""
    before = keys_in(store_url)

    result = prune(store_url, apply=False)

    assert keys_in(store_url) == before
    assert (result.applied, result.deleted, result.freed_bytes) == (False, ids(DAYS[3:]), 22)


def test_what_the_policy_does_not_keep_is_deleted_whole(store_url: str) -> None:
    """Manifest, artifact, globals and records go; of the others nothing does."""
    put_record(store_url, record_of(DAYS[4], NOW, "digest"))
    kept_record = put_record(store_url, record_of(DAYS[0], NOW, "digest"))

    result = prune(store_url)

    assert result.deleted == ids(DAYS[3:])
    assert keys_in(store_url) == sorted(
        [
            f"app/{manifest.id}/{name}"
            for manifest in DAYS[:3]
            for name in ("dump.zst", "globals.zst", "manifest.json")
        ]
        + [kept_record]
    )
    assert prune(store_url).deleted == ()


def test_the_newest_that_was_restored_stays(store_url: str) -> None:
    """Whatever the counts say: it is the one that is known to work."""
    put_record(store_url, record_of(DAYS[3], NOW, "digest"))
    put_record(store_url, record_of(DAYS[4], NOW, "proved"))

    result = prune(store_url)

    assert result.deleted == (DAYS[3].id,)
    assert read_catalog(store_url).restored_ids() == {DAYS[4].id}


def test_the_manifest_goes_first(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At no time is there a manifest whose artifact is gone."""
    deleted = refusing(monkeypatch, lambda _key: False, StoreError("unused"))

    prune(store_url)

    for manifest in DAYS[3:]:
        of_it = [key for key in deleted if manifest.id in key]
        assert of_it[0] == manifest_key("app", manifest.id)
        assert len(of_it) == 3


@pytest.mark.parametrize("deletions", range(7))
def test_a_prune_that_dies_leaves_no_broken_backup(
    store_url: str, monkeypatch: pytest.MonkeyPatch, deletions: int
) -> None:
    """After any number of deletions every manifest has its artifact, and the next prune tidies up."""
    left = iter(range(deletions))
    with monkeypatch.context() as patch:
        refusing(patch, lambda _key: next(left, None) is None, StoreError("the connection broke"))
        if deletions < 6:
            with pytest.raises(StoreError, match="the connection broke"):
                prune(store_url)
        else:
            prune(store_url)

    keys = keys_in(store_url)
    for manifest in read_catalog(store_url).backups:
        assert manifest.artifact.key in keys
    assert set(ids(DAYS[:3])) <= {manifest.id for manifest in read_catalog(store_url).backups}

    prune(store_url)
    assert {key.split("/")[1] for key in keys_in(store_url)} == set(ids(DAYS[:3]))


def test_an_artifact_without_manifest_is_found_and_removed(store_url: str) -> None:
    """The rest of a run that was killed; a dry run only tells."""
    rest = manifest_at(NOW - timedelta(days=2, minutes=1))
    open_store(store_url).create(rest.artifact.key, b"half a dump")

    (told,) = prune(store_url, apply=False).leftovers
    assert (told.backup_id, told.keys) == (rest.id, (rest.artifact.key,))
    assert rest.artifact.key in keys_in(store_url)

    prune(store_url)
    assert rest.artifact.key not in keys_in(store_url)


def test_a_backup_that_is_being_taken_is_left_alone(store_url: str) -> None:
    """Its manifest is still to come: for a day nothing is said about it."""
    running = manifest_at(NOW - timedelta(hours=23))
    open_store(store_url).create(running.artifact.key, b"a dump")

    assert prune(store_url).leftovers == ()
    assert running.artifact.key in keys_in(store_url)


def test_a_manifest_that_arrives_meanwhile_saves_its_artifact(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup that takes days is committed between listing and deleting."""
    slow = manifest_at(NOW - timedelta(days=2))
    open_store(store_url).create(slow.artifact.key, b"an artifact")
    delete = ObjectStore.delete

    def commit_first(self: ObjectStore, key: str) -> None:
        manifest = manifest_key("app", slow.id)
        if manifest not in keys_in(store_url):
            open_store(store_url).create(manifest, slow.to_json())
        delete(self, key)

    monkeypatch.setattr(ObjectStore, "delete", commit_first)
    prune(store_url)

    assert {slow.artifact.key, manifest_key("app", slow.id)} <= set(keys_in(store_url))


@pytest.mark.parametrize(
    "key",
    [
        "app/readme.txt",
        "app/20250101T000000Z-0123abcd/notes.txt",
        "app/20250101T000000Z-0123abcd/dump.sql",
        "app/20259901T000000Z-0123abcd/dump.zst",  # no such month: nobody's id
        "app/20250101T000000Z-0123abcd/x/dump.zst",
        "app/database-backup-2025-01-01.sql",
        "app-staging/20250101T000000Z-0123abcd/dump.zst",
        "other/20250101T000000Z-0123abcd/dump.zst",
        f"app/{DAYS[4].id}/notes.txt",
    ],
)
def test_objects_of_others_are_never_touched(store_url: str, key: str) -> None:
    """Whatever lies in the bucket, also in the folder of a backup that goes."""
    open_store(store_url).create(key, b"somebody else's")

    result = prune(store_url)

    assert result.deleted == ids(DAYS[3:])
    assert result.leftovers == ()
    assert open_store(store_url).read(key, most_bytes=100) == b"somebody else's"


def test_a_manifest_that_names_anothers_objects_is_not_believed(store_url: str) -> None:
    """What a manifest names is deleted with it: it has to lie in its own folder."""
    victim = Artifact(key="payroll/precious", size_bytes=1, sha256="0" * 64, compression="zstd")
    evil = manifest_at("2026-10-01T00:00:00").model_copy(update={"globals": victim})
    put_backup(store_url, evil, stored=b"precious")

    with pytest.raises(RetentionRefusedError, match="is the manifest of another backup"):
        prune(store_url)

    assert "payroll/precious" in keys_in(store_url)
    assert globals_key(evil.artifact.key) not in keys_in(store_url)


@pytest.mark.parametrize("name", ["manifest.json", "dump.zst"])
def test_locked_objects_are_retained(store_url: str, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Object lock is a promise that the store keeps; the prune says so and goes on."""
    locked = f"app/{DAYS[4].id}/{name}"
    with monkeypatch.context() as patch:
        refusing(patch, lambda key: key == locked, AccessDeniedError("deleting failed: locked"))
        result = prune(store_url)

    assert (result.deleted, result.retained) == ((DAYS[3].id,), (DAYS[4].id,))
    assert locked in keys_in(store_url)
    assert DAYS[4].artifact.key in keys_in(store_url)

    assert prune(store_url).retained == ()  # the lock has ended
    assert locked not in keys_in(store_url)


def test_concurrent_prunes_do_not_hurt_each_other(store_url: str) -> None:
    """Each may find gone what it was about to delete; what is kept stays whole."""
    results: list[PruneResult] = []
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def run() -> None:
        start.wait()
        try:
            results.append(prune(store_url))
        except BaseException as error:  # noqa: BLE001 - it is asserted on
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(results) == 4
    assert ids(list(read_catalog(store_url).backups)) == ids(DAYS[:3])
    assert len(keys_in(store_url)) == 9


def test_nothing_goes_when_the_last_backup_is_missing(store_url: str) -> None:
    """The old ones are what is left."""
    before = keys_in(store_url)

    with pytest.raises(RetentionRefusedError, match="older than the recovery point objective of 26 hours"):
        prune_backups(store_url, "app", PROMISED, apply=True, clock=FixedClock(NOW + timedelta(hours=18)))

    assert keys_in(store_url) == before


@pytest.mark.parametrize("name", ["manifest.json", f"verified-restored-{DAYS[1].id}.json"])
def test_nothing_goes_while_something_cannot_be_read(store_url: str, name: str) -> None:
    """An unreadable manifest may be the newest backup, an unreadable record the proof of one."""
    broken = manifest_at("2026-11-01T00:00:00")
    put_backup(store_url, broken)
    key = f"app/{broken.id}/{name}"
    if key in keys_in(store_url):
        open_store(store_url).delete(key)
    open_store(store_url).create(key, b"{}")
    before = keys_in(store_url)

    with pytest.raises(RetentionRefusedError, match="1 of the store's records cannot be read"):
        prune(store_url)

    assert keys_in(store_url) == before


def test_more_than_the_share_is_refused(store_url: str) -> None:
    """A mistyped figure in the policy costs nothing."""
    before = keys_in(store_url)
    mistyped = PROMISED.model_copy(update={"keep": Keep(last=1, daily=0, weekly=0, monthly=0)})

    with pytest.raises(RetentionRefusedError, match="4 of 5 backups would go"):
        prune_backups(store_url, "app", mistyped, apply=True, clock=CLOCK)

    assert keys_in(store_url) == before


@pytest.mark.parametrize(
    ("lost", "backups", "refused"), [(1, 0, True), (3, 2, True), (2, 2, False), (1, 1, False)]
)
def test_many_dumps_without_manifest_are_not_removed(
    tmp_path: Path,
    lost: int,
    backups: int,
    refused: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """A killed run leaves one. Where most have none, somebody lost the manifests, and the dumps may be all there is."""
    for manifest in DAYS[:backups]:
        put_backup(tmp_path.as_uri(), manifest)
    for days in range(lost):
        dump = manifest_at(NOW - timedelta(days=days + 10)).artifact.key
        open_store(tmp_path.as_uri()).create(dump, b"x")
    before = keys_in(tmp_path.as_uri())

    if refused:
        with pytest.raises(RetentionRefusedError, match=f"{lost} of {backups + lost} dumps have no manifest"):
            prune(tmp_path.as_uri())
        assert keys_in(tmp_path.as_uri()) == before
    else:
        assert len(prune(tmp_path.as_uri()).leftovers) == lost


def test_an_empty_store_is_pruned_without_a_word(tmp_path: Path) -> None:
    """There is nothing to refuse."""
    result = prune(tmp_path.as_uri())

    assert (result.deleted, result.retained, result.leftovers) == ((), (), ())
