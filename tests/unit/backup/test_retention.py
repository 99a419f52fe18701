from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.backup.retention import (
    CLOCK_TOLERANCE,
    Decision,
    RetentionPlan,
    plan_retention,
    refuse_rash_plan,
)
from mainstay.errors import RetentionRefusedError
from mainstay.policy.backups import Backups, Keep, Prune

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROMISED = Backups(store="file:///srv/backups")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Backup:
    """What the planner knows of a backup."""

    id: str
    taken_at: datetime


def at(text: str) -> Backup:
    taken_at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return Backup(text, taken_at)


def kept_ids(backups: Sequence[Backup], keep: Keep, proved: Collection[str] = ()) -> set[str]:
    return {decision.backup_id for decision in plan_retention(backups, keep, proved=proved).kept}


# --- the model: one question per backup, asked the slow way, sharing no code with the planner


def model_keeps(backup: Backup, backups: Sequence[Backup], keep: Keep, proved: Collection[str]) -> bool:
    """Say whether a backup stays, by counting what is newer than it."""

    def newer(other: Backup, than: Backup) -> bool:
        return (other.taken_at, other.id) > (than.taken_at, than.id)

    def period_text(pattern: str) -> Callable[[Backup], str]:
        return lambda one: one.taken_at.astimezone(UTC).strftime(pattern)

    newer_ones = [other for other in backups if newer(other, backup)]
    if not newer_ones or len(newer_ones) < keep.last:
        return True
    if backup.id in proved and not any(other.id in proved for other in newer_ones):
        return True
    for count, pattern in (
        (keep.daily, "%Y-%m-%d"),
        (keep.weekly, "%G-W%V"),
        (keep.monthly, "%Y-%m"),
        (keep.yearly, "%Y"),
    ):
        period = period_text(pattern)
        stands_for_it = not any(period(other) == period(backup) for other in newer_ones)
        if stands_for_it and len({period(other) for other in newer_ones}) < count:
            return True
    return False


EDGES = [
    datetime(2020, 12, 31, 23, 59, 59, tzinfo=UTC),  # week 53 of 2020, as is 3 January 2021
    datetime(2021, 1, 3, 23, 59, 59, tzinfo=UTC),
    datetime(2021, 1, 4, tzinfo=UTC),
    datetime(2024, 2, 29, 12, tzinfo=UTC),
    datetime(2024, 12, 30, tzinfo=UTC),  # week 1 of 2025
    datetime(2026, 12, 31, 23, 30, tzinfo=UTC),  # next year already, an hour east of Greenwich
]
ZONES = [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12)), timezone(timedelta(hours=5.5))]
MOMENTS = st.one_of(
    st.sampled_from(EDGES),
    st.builds(
        lambda edge, seconds: edge + timedelta(seconds=seconds),
        st.sampled_from(EDGES),
        st.integers(-3 * 86_400, 3 * 86_400),
    ),
    st.integers(0, 3 * 365 * 24).map(lambda hours: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
)
KEEPS = st.builds(
    Keep,
    last=st.integers(1, 5),
    daily=st.integers(0, 9),
    weekly=st.integers(0, 9),
    monthly=st.integers(0, 9),
    yearly=st.integers(0, 4),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Backup], set[str]]:
    """Backups in any order, in any zone, several at one instant, and which of them were proved."""
    moments = draw(st.lists(MOMENTS, max_size=40))
    backups = [
        Backup(f"{number:03}", moment.astimezone(draw(st.sampled_from(ZONES))))
        for number, moment in enumerate(moments)
    ]
    proved = draw(st.sets(st.sampled_from([b.id for b in backups]))) if backups else set()
    return draw(st.permutations(backups)), proved


@given(histories(), KEEPS)
def test_exactly_what_the_model_keeps_is_kept(history: tuple[list[Backup], set[str]], keep: Keep) -> None:
    """Over year ends, week 53, leap days, gaps, many a day and equal times, in any order and zone."""
    backups, proved = history

    expected = {backup.id for backup in backups if model_keeps(backup, backups, keep, proved)}

    assert kept_ids(backups, keep, proved) == expected


@given(histories(), KEEPS)
def test_the_newest_and_the_newest_proved_are_never_deleted(
    history: tuple[list[Backup], set[str]], keep: Keep
) -> None:
    """Whatever the policy's counts say."""
    backups, proved = history
    newest_first = sorted(backups, key=lambda backup: (backup.taken_at, backup.id), reverse=True)

    kept = kept_ids(backups, keep, proved)

    assert {backup.id for backup in newest_first[:1]} <= kept
    assert {backup.id for backup in [b for b in newest_first if b.id in proved][:1]} <= kept


@given(histories(), KEEPS)
def test_planning_again_after_pruning_deletes_nothing(
    history: tuple[list[Backup], set[str]], keep: Keep
) -> None:
    """A second prune on the same day finds nothing to do."""
    backups, proved = history
    kept = kept_ids(backups, keep, proved)

    left = [backup for backup in backups if backup.id in kept]

    assert kept_ids(left, keep, proved) == kept


@given(histories(), KEEPS, st.sampled_from(list(Keep.model_fields)), st.integers(1, 5))
def test_a_higher_count_never_deletes_more(
    history: tuple[list[Backup], set[str]], keep: Keep, name: str, more: int
) -> None:
    """Whoever raises a figure keeps at least what was kept before."""
    backups, proved = history
    generous = keep.model_copy(update={name: getattr(keep, name) + more})

    assert kept_ids(backups, keep, proved) <= kept_ids(backups, generous, proved)


@given(histories(), KEEPS)
def test_every_backup_gets_one_decision_newest_first(
    history: tuple[list[Backup], set[str]], keep: Keep
) -> None:
    """None is forgotten, none is named twice."""
    backups, proved = history

    plan = plan_retention(backups, keep, proved=proved)

    assert [d.backup_id for d in plan.decisions] == [
        backup.id for backup in sorted(backups, key=lambda b: (b.taken_at, b.id), reverse=True)
    ]
    assert len(plan.kept) + len(plan.deleted) == len(backups)


def test_three_years_of_nightly_prunes_leave_what_the_policy_says() -> None:
    """Pruning every night gives what one prune at the end would: grandfathers grow from sons."""
    keep = Keep(last=3, daily=7, weekly=5, monthly=12, yearly=2)
    nights = [at(f"{datetime(2023, 11, 24, 2, 17) + number * DAY}") for number in range(3 * 365 + 1)]  # noqa: DTZ001 - `at` says UTC
    left: list[Backup] = []

    for night in nights:
        left.append(night)
        kept = kept_ids(left, keep)
        left = [backup for backup in left if backup.id in kept]

    assert {backup.id for backup in left} == kept_ids(nights, keep)
    assert [f"{backup.taken_at:%Y-%m-%d}" for backup in left] == [
        *("2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"),
        *("2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"),
        *("2026-11-01", "2026-11-08", "2026-11-15", "2026-11-17", "2026-11-18", "2026-11-19"),
        *("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"),
    ]


@pytest.mark.parametrize(
    ("older", "newer", "kept"),
    [
        ("2020-12-31T02:00", "2021-01-03T02:00", False),  # one ISO week, two years
        ("2021-01-03T02:00", "2021-01-04T02:00", True),
        ("2024-12-29T02:00", "2024-12-30T02:00", True),
        ("2024-12-30T02:00", "2025-01-01T02:00", False),  # 30 December 2024 is in week 1 of 2025
    ],
)
def test_weeks_are_those_of_iso_8601(older: str, newer: str, kept: bool) -> None:  # noqa: FBT001 - a column
    """A week belongs to one year only, and begins on Monday."""
    decision = plan_retention(
        [at(older), at(newer)], Keep(last=1, daily=0, weekly=2, monthly=0, yearly=0)
    ).decisions[1]

    assert decision.kept is kept


def test_a_day_ends_at_midnight_utc() -> None:
    """Not at the server's midnight, nor at the reader's."""
    berlin = timezone(timedelta(hours=1))
    evening = Backup("a", datetime(2026, 11, 22, 23, 59, tzinfo=UTC).astimezone(berlin))
    night = Backup("b", datetime(2026, 11, 23, 0, 1, tzinfo=UTC).astimezone(berlin))

    assert kept_ids([evening, night], Keep(last=1, daily=2, weekly=0, monthly=0)) == {"a", "b"}


def test_every_decision_names_its_reasons() -> None:
    """The strongest first; what nothing keeps says so."""
    backups = [at(f"2026-11-{day:02}T02:00") for day in (20, 21, 22, 23)] + [at("2026-10-31T02:00")]

    plan = plan_retention(
        backups, Keep(last=1, daily=2, weekly=0, monthly=2), proved={"2026-11-20T02:00", "2026-10-31T02:00"}
    )

    assert [(d.backup_id[5:10], d.reasons) for d in plan.decisions] == [
        ("11-23", ("newest", "last", "daily", "monthly")),
        ("11-22", ("daily",)),
        ("11-21", ()),
        ("11-20", ("proved",)),
        ("10-31", ("monthly",)),
    ]
    assert [d.reason for d in plan.decisions[:3]] == ["newest", "daily", "not kept by the policy"]


def test_a_long_absence_costs_nothing() -> None:
    """Periods without a backup do not count: nobody loses their history to a holiday."""
    before = [at(f"2026-08-{day:02}T02:00") for day in range(1, 8)]

    assert kept_ids([*before, at("2026-11-23T02:00")], Keep(last=1, daily=8)) == {
        backup.id for backup in [*before, at("2026-11-23T02:00")]
    }


# --- refusals


def plan_of(*, kept: int, deleted: int, newest: datetime = NOW - HOUR) -> RetentionPlan:
    decisions = [Decision(f"{n:03}", newest - n * DAY, ("newest",)) for n in range(kept + deleted)]
    return RetentionPlan(
        tuple(replace(d, reasons=()) if number >= kept else d for number, d in enumerate(decisions))
    )


@pytest.mark.parametrize(
    "plan",
    [
        plan_of(kept=1, deleted=1),
        plan_of(kept=20, deleted=0),
        plan_of(kept=3, deleted=1, newest=NOW - timedelta(hours=26)),
        plan_of(kept=3, deleted=1, newest=NOW + CLOCK_TOLERANCE),
        RetentionPlan(()),
    ],
)
def test_a_sane_plan_passes(plan: RetentionPlan) -> None:
    """Up to the share and up to the recovery point objective, exactly; and an empty store is no scandal."""
    refuse_rash_plan(plan, PROMISED, now=NOW)


@pytest.mark.parametrize(
    ("plan", "unreadable", "message"),
    [
        (plan_of(kept=2, deleted=3), (), "3 of 5 backups would go, the policy allows 50% in one run"),
        (plan_of(kept=0, deleted=2), (), "2 of 2 backups would go"),
        (
            plan_of(kept=3, deleted=1, newest=NOW - timedelta(hours=26, seconds=1)),
            (),
            "the newest backup is older than the recovery point objective of 26 hours",
        ),
        (plan_of(kept=3, deleted=1, newest=NOW + timedelta(hours=1)), (), "000 was taken in the future"),
        (
            plan_of(kept=3, deleted=1),
            ("app/x is broken",),
            "1 of the store's records cannot be read, the first: app/x",
        ),
    ],
)
def test_a_rash_plan_is_refused(plan: RetentionPlan, unreadable: tuple[str, ...], message: str) -> None:
    """With what is wrong and what to do; nothing is deleted."""
    with pytest.raises(RetentionRefusedError) as caught:
        refuse_rash_plan(plan, PROMISED, now=NOW, unreadable=unreadable)

    assert caught.value.message.startswith("nothing was pruned: ")
    assert message in caught.value.message
    assert caught.value.hint


def test_everything_is_refused_even_when_the_share_allows_it() -> None:
    """100% means whatever the policy does not keep, never all there is."""
    all_of_it = PROMISED.model_copy(update={"prune": Prune.model_validate({"largest-share": "100%"})})
    assert all_of_it.prune.largest_share == Fraction(1)

    refuse_rash_plan(plan_of(kept=1, deleted=99), all_of_it, now=NOW)
    with pytest.raises(RetentionRefusedError, match="2 of 2 backups would go"):
        refuse_rash_plan(plan_of(kept=0, deleted=2), all_of_it, now=NOW)
