from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from mainstay.backup import Level, Verification
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
    verification = Verification(
        "id", "app", Level.RESTORED, differences, restore_seconds + 1, restore_seconds
    )
    backup = SimpleNamespace(taken_at=NOW - age)
    monkeypatch.setattr("mainstay.backup.drill.find_backup", lambda *_: backup)
    monkeypatch.setattr("mainstay.backup.drill.verify_backup", lambda *_, **__: verification)

    drill: Drill = run_drill("app", PROMISED, clock=FixedClock(NOW))

    assert drill.passed == passed
    assert len(drill.broken_promises) == len(broken)
    assert all(expected in said for expected, said in zip(broken, drill.broken_promises, strict=True))
