from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.backups import manifest_at, put_backup, put_record, record_of
from mainstay.backup import Manifest, State, Status, backup_status, read_catalog
from mainstay.backup.retention import CLOCK_TOLERANCE
from mainstay.policy.backups import Backups

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROMISED = Backups(store="file:///unused")
SIZES = (40, 41, 39, 40, 42, 40, 38, 1000)
"""Of the dumps before the newest, in millions of bytes; the eighth is too old to count."""


def history(store_url: str, *, newest_at: datetime = NOW - timedelta(hours=9), newest: int = 40) -> Manifest:
    """Write a week of backups; the second newest was restored two days ago. The newest is returned."""
    for days, millions in enumerate(SIZES, start=1):
        older = manifest_at(newest_at - timedelta(days=days), dump_bytes=millions * 1_000_000)
        put_backup(store_url, older)
        if days == 2:
            put_record(store_url, record_of(older, NOW - timedelta(days=2)))
    return put_backup(store_url, manifest_at(newest_at, dump_bytes=newest * 1_000_000))


def status(store: Path) -> Status:
    return backup_status(read_catalog(store.as_uri()), "app", PROMISED, now=NOW)


def test_all_is_well(tmp_path: Path) -> None:
    """Young, of the usual size, and one was restored lately; the figures say by how much."""
    newest = history(tmp_path.as_uri())

    found = status(tmp_path)

    assert (found.state, found.findings, found.state.exit_code) == (State.OK, (), 0)
    assert found.newest == newest
    assert (found.age_seconds, found.usual_bytes) == (9 * 3600, 40_000_000)
    assert found.restored
    assert found.restored.verified_at == NOW - timedelta(days=2)
    assert found.backup_due == NOW + timedelta(hours=17)
    assert found.drill_due == NOW + timedelta(days=5)


def test_no_backup_at_all(tmp_path: Path) -> None:
    """The worst answer that can be read."""
    put_backup(tmp_path.as_uri(), manifest_at(NOW, database="app-staging"))

    found = status(tmp_path)

    assert (found.state, found.state.exit_code) == (State.NEVER, 1)


@pytest.mark.parametrize(
    ("age", "state"), [(timedelta(hours=26), State.OK), (timedelta(hours=26, seconds=1), State.STALE)]
)
def test_the_newest_is_held_against_the_rpo(tmp_path: Path, age: timedelta, state: State) -> None:
    """Exactly at the objective is still within it."""
    history(tmp_path.as_uri(), newest_at=NOW - age)

    assert status(tmp_path).state == state


@pytest.mark.parametrize(
    ("newest", "state"), [(19, State.SHRUNK), (20, State.OK), (80, State.OK), (81, State.GROWN)]
)
def test_the_newest_is_held_against_the_usual_size(tmp_path: Path, newest: int, state: State) -> None:
    """Half to twice the median of the seven before it; one monster long ago does not count."""
    history(tmp_path.as_uri(), newest=newest)

    found = status(tmp_path)

    assert found.state == state
    assert all(f"{newest / 40:.0%} of the usual size" in text for _, text in found.findings)


def test_two_dumps_make_no_usual_size(tmp_path: Path) -> None:
    """A young application grows fast, and nobody needs to hear of it."""
    for days, millions in enumerate((400, 2, 1)):
        put_backup(
            tmp_path.as_uri(), manifest_at(NOW - timedelta(days=days), dump_bytes=millions * 1_000_000)
        )

    found = status(tmp_path)

    assert found.usual_bytes is None
    assert [state for state, _ in found.findings] == [State.UNVERIFIED]


@pytest.mark.parametrize(
    ("level", "ago", "state"),
    [
        ("restored", timedelta(days=7), State.OK),
        ("proved", timedelta(days=7), State.OK),
        ("restored", timedelta(days=8, hours=18), State.OK),  # a weekly drill that began late
        ("restored", timedelta(days=8, hours=18, seconds=1), State.UNVERIFIED),
        ("readable", timedelta(hours=1), State.UNVERIFIED),
        (
            "restored",
            -timedelta(hours=1),
            State.UNKNOWN,
        ),  # a clock is wrong: nobody knows how long ago it was
    ],
)
def test_a_restore_has_to_be_verified_as_often_as_the_policy_says(
    tmp_path: Path, level: str, ago: timedelta, state: State
) -> None:
    """Reading to the end is no restore."""
    newest = put_backup(tmp_path.as_uri(), manifest_at(NOW - timedelta(hours=9)))
    put_record(tmp_path.as_uri(), record_of(newest, NOW - ago, level))

    assert status(tmp_path).state == state


def test_a_failed_verification_of_the_newest_is_told(tmp_path: Path) -> None:
    """Although an older one was restored."""
    newest = history(tmp_path.as_uri())
    put_record(tmp_path.as_uri(), record_of(newest, NOW, "digest", "the manifest says 11 bytes"))

    found = status(tmp_path)

    assert found.findings == (
        (State.UNVERIFIED, "the newest backup failed its verification: the manifest says 11 bytes"),
    )


def test_what_cannot_be_read_comes_before_everything(tmp_path: Path) -> None:
    """The unreadable manifest may be the newest backup: nothing is claimed, the exit code is 3."""
    history(tmp_path.as_uri(), newest_at=NOW - timedelta(days=3))
    broken = put_backup(tmp_path.as_uri(), manifest_at(NOW - timedelta(hours=1)))
    (tmp_path / "app" / broken.id / "manifest.json").write_text("{}")

    found = status(tmp_path)

    assert [state for state, _ in found.findings] == [State.UNKNOWN, State.STALE]
    assert found.state.exit_code == 3


@pytest.mark.parametrize(
    ("ahead", "state"), [(CLOCK_TOLERANCE, State.OK), (timedelta(hours=1), State.UNKNOWN)]
)
def test_a_backup_from_the_future_is_not_young(tmp_path: Path, ahead: timedelta, state: State) -> None:
    """A clock is wrong, and with it every age."""
    history(tmp_path.as_uri(), newest_at=NOW + ahead)

    assert status(tmp_path).state == state


def test_the_gravest_word_wins() -> None:
    """In the order of the states."""
    found = Status("app", ((State.STALE, "old"), (State.UNVERIFIED, "never restored")))

    assert found.state == State.STALE
    assert [state.exit_code for state in State] == [3, 1, 1, 1, 1, 1, 0]
