from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.backups import keys_in, manifest_at, put_backup, put_record, record_of
from mainstay.backup import Level, Verification, read_catalog, record_verification, verify_and_record
from mainstay.backup.records import LEVELS, VerificationRecord, parse_record, standing_of
from mainstay.backup.stores import open_store
from mainstay.errors import StoreError, VerificationError, WrongKeyError
from mainstay.platform.clock import FixedClock

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BACKUP = manifest_at("2026-11-20T02:17:00")


def found(*differences: str, level: Level = Level.RESTORED) -> Verification:
    return Verification(BACKUP.id, "app", level, differences, 5.0, 4.0)


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """A store that holds one backup."""
    put_backup(tmp_path.as_uri(), BACKUP)
    return tmp_path.as_uri()


def test_the_levels_are_in_the_order_of_what_they_claim() -> None:
    """Records and verification know the same levels."""
    assert tuple(level.value for level in Level) == LEVELS


def test_a_verification_is_recorded_beside_its_manifest(store_url: str) -> None:
    """Level and time stand in the name, so that a person finds it without a tool."""
    record = record_verification(store_url, found(), clock=FixedClock(NOW), run_url="https://ci.example/1")

    (key,) = [key for key in keys_in(store_url) if "verified" in key]
    assert key.startswith(f"app/{BACKUP.id}/verified-restored-20261123T120000Z-")
    assert parse_record(open_store(store_url).read(key, most_bytes=10_000), key) == record
    assert read_catalog(store_url).records == {key: record}
    assert (record.verified, record.verified_at, record.run_url) == (True, NOW, "https://ci.example/1")


def test_two_verifications_in_one_second_are_two_records(store_url: str) -> None:
    """None overwrites the other."""
    for _ in range(2):
        record_verification(store_url, found(), clock=FixedClock(NOW))

    assert len(read_catalog(store_url).records) == 2


def test_the_catalog_knows_the_best_proof_and_when(store_url: str) -> None:
    """The highest level counts, and of one level the newest."""
    put_record(store_url, record_of(BACKUP, "2026-11-20T10:00:00", "restored"))
    put_record(store_url, record_of(BACKUP, "2026-11-21T10:00:00", "restored"))
    put_record(store_url, record_of(BACKUP, "2026-11-22T10:00:00", "readable"))

    catalog = read_catalog(store_url)
    standing = catalog.standing(BACKUP)

    assert standing.proof == record_of(BACKUP, "2026-11-21T10:00:00", "restored")
    assert standing.failure is None
    assert catalog.restored_ids() == {BACKUP.id}


@pytest.mark.parametrize(
    ("history", "proof", "failure"),
    [
        ([], None, None),
        ([("digest", True)], "digest", None),
        ([("readable", True), ("digest", True)], "readable", None),
        ([("proved", True), ("restored", False)], None, "restored"),
        ([("digest", True), ("proved", True), ("restored", False)], "digest", "restored"),
        ([("restored", True), ("digest", False)], None, "digest"),
        ([("restored", False), ("digest", True)], "digest", "restored"),  # the failure still stands
        ([("restored", False), ("restored", True)], "restored", None),
        ([("digest", False), ("proved", True)], "proved", None),
        ([("restored", True), ("proved", False)], "restored", "proved"),
    ],
)
def test_a_failure_takes_back_what_was_claimed(
    history: list[tuple[str, bool]], proof: str | None, failure: str | None
) -> None:
    """At its own level and above; a later success at its level or above makes it good."""
    records = [
        record_of(BACKUP, f"2026-11-21T10:00:{number:02}", level, *([] if good else ["table a is missing"]))
        for number, (level, good) in enumerate(history)
    ]

    standing = standing_of(reversed(records))

    assert (standing.proof and standing.proof.level) == proof
    assert (standing.failure and standing.failure.level) == failure
    assert standing.restored == (proof in {"restored", "proved"})


def test_of_two_at_one_instant_the_failure_counts() -> None:
    """In whatever order the store lists them."""
    good, bad = (
        record_of(BACKUP, "2026-11-21T10:00:00"),
        record_of(BACKUP, "2026-11-21T10:00:00", "restored", "x"),
    )

    assert standing_of([good, bad]) == standing_of([bad, good])
    assert standing_of([bad, good]).failure == bad


@given(st.lists(st.tuples(st.sampled_from(LEVELS), st.booleans()), max_size=8))
def test_proof_and_failure_never_contradict_each_other(history: list[tuple[str, bool]]) -> None:
    """Whatever the history: what is claimed is below what failed, and the last word of a level counts."""
    records = [
        record_of(BACKUP, f"2026-11-21T10:00:{number:02}", level, *([] if good else ["x"]))
        for number, (level, good) in enumerate(history)
    ]

    standing = standing_of(records)

    if standing.proof and standing.failure:
        assert standing.proof.rank < standing.failure.rank
    if records and records[-1].verified:
        assert standing.proof
        assert standing.proof.rank >= records[-1].rank
    if records and not records[-1].verified:
        assert standing.failure == records[-1]


def test_a_store_that_refuses_the_record_is_a_warning(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever verifies may only be let to read: what was found counts all the same."""
    warnings: list[str] = []

    def refuse(_self: object, key: str, _data: bytes) -> None:
        raise StoreError(f"creating {key} failed: access denied")

    monkeypatch.setattr("mainstay.backup.stores.object_store.ObjectStore.create", refuse)
    result = verify_and_record(BACKUP, Level.RESTORED, store_url, found, warn=warnings.append)

    assert result == found()
    assert len(warnings) == 1
    assert warnings[0].startswith("the verification could not be recorded: creating app/")
    assert read_catalog(store_url).records == {}


@pytest.mark.parametrize(
    ("error", "recorded"),
    [
        (VerificationError("the manifest says 11 bytes"), ("the manifest says 11 bytes",)),
        (WrongKeyError("decryption failed"), None),
        (StoreError("no answer"), None),
    ],
)
def test_an_error_is_recorded_when_it_is_about_the_backup(
    store_url: str, error: Exception, recorded: tuple[str, ...] | None
) -> None:
    """A damaged artifact is on record; a wrong key or a store that does not answer says nothing of the backup."""

    def verify() -> Verification:
        raise error

    with pytest.raises(type(error), match=str(error)):
        verify_and_record(BACKUP, Level.READABLE, store_url, verify, warn=pytest.fail)

    failure = read_catalog(store_url).standing(BACKUP).failure
    assert (failure.differences if failure else None) == recorded


def test_a_long_list_of_differences_is_cut(store_url: str) -> None:
    """A record stays small enough to be read."""
    record = record_verification(store_url, found(*(f"table t{n} is missing" for n in range(5000))))

    assert len(record.differences) == 101
    assert record.differences[-1] == "and 4900 more"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: len(text) // 2], "is no record of a verification"),
        (lambda text: text.replace('"version": 1', '"version": 2'), "version"),
        (lambda text: text.replace('"restored"', '"perfect"'), "level"),
        (lambda text: text.replace('"verified": true', '"verified": false'), "contradict each other"),
        (lambda text: text.replace(BACKUP.id, "20260101T000000Z-00000000"), "the record of another backup"),
        (lambda text: text.replace('"app"', '"shop"'), "another backup: shop/"),
    ],
)
def test_a_record_that_cannot_be_read_is_told(
    store_url: str, tmp_path: Path, change: Callable[[str], str], message: str
) -> None:
    """It might be the proof that keeps a backup: it is never taken for absent."""
    path = tmp_path / put_record(store_url, record_of(BACKUP, "2026-11-21T10:00:00"))
    path.write_text(change(path.read_text()))

    catalog = read_catalog(store_url)

    assert len(catalog.unreadable) == 1
    assert message in catalog.unreadable[0]
    assert catalog.restored_ids() == frozenset()


def test_a_record_reads_back_as_it_was() -> None:
    """Nothing is lost on the way through the store."""
    record = record_of(BACKUP, "2026-11-21T10:00:00", "proved", "table a: 1 rows instead of 2")

    assert parse_record(record.to_json(), "here") == record
    assert isinstance(record, VerificationRecord)
