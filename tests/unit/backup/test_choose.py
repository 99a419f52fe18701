from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.backups import manifest_at, put_backup, put_record, record_of
from mainstay.backup import choose_backup
from mainstay.backup.catalog import manifest_key
from mainstay.errors import StoreError, UsageError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """A store with a backup of each of the last three noons; the middle one was proved."""
    url = tmp_path.as_uri()
    nights = [put_backup(url, manifest_at(NOW - timedelta(days=days))) for days in range(3)]
    put_record(url, record_of(nights[1], NOW, "proved"))
    put_record(url, record_of(nights[2], NOW, "restored"))
    put_record(url, record_of(nights[0], NOW, "readable"))
    return url


@pytest.mark.parametrize(
    ("at", "days"),
    [
        (NOW + timedelta(days=900), 0),
        (NOW, 0),
        (NOW - timedelta(seconds=1), 1),
        (NOW - timedelta(days=1), 1),
        (NOW - timedelta(days=2), 2),
    ],
)
def test_the_newest_at_or_before_a_time(store_url: str, at: datetime, days: int) -> None:
    """What was taken a second later may hold the damage already."""
    assert choose_backup(store_url, "app", at=at).taken_at == NOW - timedelta(days=days)


def test_the_newest_that_was_proved(store_url: str) -> None:
    """A newer one that merely reads to its end is passed over; one whose proof was taken back too."""
    chosen = choose_backup(store_url, "app", latest_proved=True)
    put_record(store_url, record_of(chosen, NOW + timedelta(hours=1), "digest", "it has 3 bytes"))

    assert chosen.taken_at == NOW - timedelta(days=1)
    assert choose_backup(store_url, "app", latest_proved=True).taken_at == NOW - timedelta(days=2)


def test_without_a_condition_the_newest(store_url: str) -> None:
    """As every other verb has it."""
    assert choose_backup(store_url, "app").taken_at == NOW


def test_none_is_said_and_not_replaced_by_another(store_url: str, tmp_path: Path) -> None:
    """A restore of the wrong day is worse than none."""
    (tmp_path / "unproved").mkdir()
    put_backup((tmp_path / "unproved").as_uri(), manifest_at(NOW))

    with pytest.raises(UsageError, match=r"at or before 2026-11-21T11:59:59\+00:00"):
        choose_backup(store_url, "app", at=NOW - timedelta(days=2, seconds=1))
    with pytest.raises(UsageError, match="that was restored and found equal"):
        choose_backup((tmp_path / "unproved").as_uri(), "app", latest_proved=True)


def test_two_conditions_are_one_too_many(store_url: str) -> None:
    """They may mean different backups."""
    for more in ({"at": NOW, "latest_proved": True}, {"backup_id": "x", "at": NOW}):
        with pytest.raises(UsageError, match="exclude each other"):
            choose_backup(store_url, "app", **more)  # type: ignore[arg-type]


def test_what_cannot_be_read_is_not_passed_over(store_url: str, tmp_path: Path) -> None:
    """It may be the backup that is meant; an ID is the way out."""
    newest = choose_backup(store_url, "app")
    (tmp_path / manifest_key("app", newest.id)).write_text("{}")
    older = newest.taken_at - timedelta(days=1)

    with pytest.raises(StoreError, match="may be the backup that is meant") as caught:
        choose_backup(store_url, "app", at=NOW)

    assert "ID" in str(caught.value.hint)
    assert choose_backup(store_url, "app", manifest_at(older).id).taken_at == older
