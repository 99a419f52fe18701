from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.backups import manifest_at, put_backup
from mainstay.backup import Level, Verification, read_catalog
from mainstay.backup.drill import Drill, run_drill
from mainstay.platform.clock import FixedClock
from mainstay.policy.backups import Backups

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROMISED = Backups(store="file:///srv/backups", rpo=timedelta(hours=26), rto=timedelta(hours=4))


@pytest.mark.parametrize(
    ("age", "restore_seconds", "differences", "broken", "passed"),
    [
        (timedelta(hours=26), 4 * 3600, (), [], True),
        (
            timedelta(hours=26, seconds=1),
            10,
            (),
            ["older than the recovery point objective of 26 hours"],
            False,
        ),
        (timedelta(hours=1), 4 * 3600 + 1, (), ["longer than the recovery time objective of 4 hours"], False),
        (timedelta(hours=1), 10, ("table a is missing",), [], False),
    ],
)
def test_a_drill_is_held_against_what_the_policy_promises(
    monkeypatch: pytest.MonkeyPatch,
    age: timedelta,
    restore_seconds: float,
    differences: tuple[str, ...],
    broken: list[str],
    passed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Exactly at the objective is still within it; one second more is not."""
    backup = manifest_at(NOW - age)
    verification = Verification(
        backup.id, "app", Level.RESTORED, differences, restore_seconds + 1, restore_seconds
    )
    monkeypatch.setattr("mainstay.backup.drill.find_backup", lambda *_: backup)
    monkeypatch.setattr("mainstay.backup.drill.verify_backup", lambda *_, **__: verification)

    drill: Drill = run_drill("app", PROMISED, clock=FixedClock(NOW))

    assert drill.passed == passed
    assert len(drill.broken_promises) == len(broken)
    assert all(expected in said for expected, said in zip(broken, drill.broken_promises, strict=True))


def test_a_drill_is_recorded_beside_its_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is how retention knows what to keep, and `backup status` when the next drill is due."""
    store_url = tmp_path.as_uri()
    backup = put_backup(store_url, manifest_at(NOW - timedelta(hours=9)))
    verification = Verification(backup.id, "app", Level.RESTORED, (), 5.0, 4.0)
    monkeypatch.setattr("mainstay.backup.drill.verify_backup", lambda *_, **__: verification)

    run_drill(
        "app", Backups(store=store_url), clock=FixedClock(NOW), warn=pytest.fail, run_url="https://ci/1"
    )

    proof = read_catalog(store_url).standing(backup).proof
    assert proof
    assert (proof.level, proof.verified_at, proof.restore_seconds) == ("restored", NOW, 4.0)
    assert proof.run_url == "https://ci/1"


def test_a_drill_whose_record_is_refused_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The identity of the drill may only be let to read: it warns."""
    warnings: list[str] = []
    backup = manifest_at(NOW - timedelta(hours=9))
    verification = Verification(backup.id, "app", Level.RESTORED, (), 5.0, 4.0)
    monkeypatch.setattr("mainstay.backup.drill.find_backup", lambda *_: backup)
    monkeypatch.setattr("mainstay.backup.drill.verify_backup", lambda *_, **__: verification)

    drill = run_drill("app", PROMISED, clock=FixedClock(NOW), warn=warnings.append)

    assert drill.passed
    assert len(warnings) == 1
