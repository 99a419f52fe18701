"""Which backups are kept, and why: grandfather, father, son. Nothing here reads a store, a clock or a policy file.

Days, ISO weeks, months and years are those of UTC. The newest backup of a period stands for it. Only periods that have
a backup count: after weeks without one, nothing of the old is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from mainstay.errors import RetentionRefusedError
from mainstay.policy.backups import Backups, Keep
from mainstay.policy.durations import spell_duration

CLOCK_TOLERANCE = timedelta(minutes=15)
"""A backup may be this much younger than now: two clocks are never quite equal."""


class Dated(Protocol):
    """What the planner knows of a backup; a manifest is one."""

    @property
    def id(self) -> str:
        """Its id, which sorts by time."""
        ...

    @property
    def taken_at(self) -> datetime:
        """The instant whose content it holds, aware."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one backup.

    Attributes:
        reasons: What keeps it, the strongest first: `newest`, `proved`, `last`, `daily`, `weekly`, `monthly`,
            `yearly`. None means that it is deleted.
    """

    backup_id: str
    taken_at: datetime
    reasons: tuple[str, ...]

    @property
    def kept(self) -> bool:
        """Whether the backup stays."""
        return bool(self.reasons)

    @property
    def reason(self) -> str:
        """The strongest reason, in a word."""
        return self.reasons[0] if self.reasons else "not kept by the policy"


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """A decision for each backup of a database, newest first."""

    decisions: tuple[Decision, ...]

    @property
    def kept(self) -> tuple[Decision, ...]:
        """What stays."""
        return tuple(decision for decision in self.decisions if decision.kept)

    @property
    def deleted(self) -> tuple[Decision, ...]:
        """What goes."""
        return tuple(decision for decision in self.decisions if not decision.kept)


def plan_retention(backups: Iterable[Dated], keep: Keep, *, proved: Collection[str] = ()) -> RetentionPlan:
    """Return what to do with each backup of one database.

    The newest is always kept, and so is the newest of those that were `proved`: restored and found equal.

    Args:
        backups: Those that have a manifest, in any order.
        keep: How many of each age the policy keeps.
        proved: Ids of the backups that were restored and compared.
    """
    newest_first = sorted(backups, key=lambda backup: (backup.taken_at, backup.id), reverse=True)
    kept = {reason: set(ids) for reason, ids in _kept(newest_first, keep, proved)}
    return RetentionPlan(
        tuple(
            Decision(
                backup.id, backup.taken_at, tuple(reason for reason, ids in kept.items() if backup.id in ids)
            )
            for backup in newest_first
        )
    )


def _kept(
    newest_first: Sequence[Dated], keep: Keep, proved: Collection[str]
) -> Iterator[tuple[str, list[str]]]:
    ids = [backup.id for backup in newest_first]
    yield "newest", ids[:1]
    yield "proved", [backup_id for backup_id in ids if backup_id in proved][:1]
    yield "last", ids[: keep.last]
    for reason, period_of in _PERIODS.items():
        newest_of_period: dict[tuple[int, ...], str] = {}
        for backup in newest_first:
            newest_of_period.setdefault(period_of(backup.taken_at.astimezone(UTC)), backup.id)
        yield reason, list(newest_of_period.values())[: getattr(keep, reason)]


_PERIODS: dict[str, Callable[[datetime], tuple[int, ...]]] = {
    "daily": lambda at: (at.year, at.month, at.day),
    # The ISO year: 1 January can belong to week 53 of the year before.
    "weekly": lambda at: at.isocalendar()[:2],
    "monthly": lambda at: (at.year, at.month),
    "yearly": lambda at: (at.year,),
}


def refuse_rash_plan(
    plan: RetentionPlan, promised: Backups, *, now: datetime, unreadable: Sequence[str] = ()
) -> None:
    """Let a plan pass that may be carried out.

    Raises:
        RetentionRefusedError: Something in the store cannot be read, the newest backup is older than the policy
            allows or from the future, or the plan deletes more than the policy's share, or everything.
    """
    for objection, hint in _objections(plan, promised, now, unreadable):
        raise RetentionRefusedError(f"nothing was pruned: {objection}", hint=hint)


def _objections(
    plan: RetentionPlan, promised: Backups, now: datetime, unreadable: Sequence[str]
) -> Iterator[tuple[str, str]]:
    if unreadable:
        yield (
            f"{len(unreadable)} of the store's records cannot be read, the first: {unreadable[0]}",
            "find out what happened to it: what it stands for is unknown, so nothing else is given up",
        )
    if not plan.decisions:
        return
    age = now - plan.decisions[0].taken_at
    if age < -CLOCK_TOLERANCE:
        yield (
            f"{plan.decisions[0].backup_id} was taken in the future",
            "a clock is wrong: the database server's, this machine's, or that of whoever took it",
        )
    if age > promised.rpo:
        yield (
            f"the newest backup is older than the recovery point objective of {spell_duration(promised.rpo)}",
            "the last runs failed: mend them first, old backups are what is left",
        )
    deleted, share = len(plan.deleted), promised.prune.largest_share
    if deleted and (not plan.kept or deleted > share * len(plan.decisions)):
        yield (
            f"{deleted} of {len(plan.decisions)} backups would go, the policy allows {int(share * 100)}% in one run",
            "when that is what you want, raise backups.prune.largest-share",
        )
