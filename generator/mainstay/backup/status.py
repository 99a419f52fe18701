"""How the backups of a database stand against what the policy promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from mainstay.backup.catalog import Catalog
from mainstay.backup.manifest import Manifest
from mainstay.backup.records import RESTORED_OR_MORE, VerificationRecord
from mainstay.backup.retention import CLOCK_TOLERANCE
from mainstay.errors import ExitCode
from mainstay.policy.backups import Backups
from mainstay.policy.durations import spell_duration

_HISTORY, _HISTORY_AT_LEAST = 7, 3
_USUAL = (0.5, 2.0)
_LATE_BY = 0.25
"""A drill may be late by this part of its span: GitHub starts what is scheduled late, and a drill takes its time."""


class State(StrEnum):
    """How backups stand, in a word; the gravest first."""

    UNKNOWN = "unknown"
    """Something could not be read, so nothing is claimed."""
    NEVER = "never"
    """There is no backup."""
    STALE = "stale"
    """The newest backup is older than the recovery point objective."""
    SHRUNK = "shrunk"
    """The newest dump is less than half of what is usual."""
    GROWN = "grown"
    """The newest dump is more than twice of what is usual."""
    UNVERIFIED = "unverified"
    """No backup was restored and compared within the policy's time, or the newest failed its verification."""
    OK = "ok"

    @property
    def exit_code(self) -> ExitCode:
        """What `mainstay backup status` ends with."""
        return {State.OK: ExitCode.OK, State.UNKNOWN: ExitCode.INCOMPLETE}.get(self, ExitCode.FAILED)


@dataclass(frozen=True, slots=True)
class Status:
    """How the backups of one database stand.

    Attributes:
        findings: What is not as promised, the gravest first. None means that all is well.
        newest: The newest backup.
        age_seconds: How old its content is.
        usual_bytes: Median size of the dumps before it; none while there are too few to tell.
        restored: The newest verification that restored a backup and found it equal.
        backup_due: When the newest backup becomes older than the recovery point objective.
        drill_due: When the next restore has to have been verified.
    """

    database: str
    findings: tuple[tuple[State, str], ...]
    newest: Manifest | None = None
    age_seconds: float | None = None
    usual_bytes: int | None = None
    restored: VerificationRecord | None = None
    backup_due: datetime | None = None
    drill_due: datetime | None = None

    @property
    def state(self) -> State:
        """The gravest finding's word."""
        return self.findings[0][0] if self.findings else State.OK


def backup_status(catalog: Catalog, database: str, promised: Backups, *, now: datetime) -> Status:
    """Return how the backups of a database stand against the policy.

    Args:
        catalog: What the store holds.
        database: Its name in the policy.
        promised: The objectives.
        now: The current time.
    """
    own = catalog.of(database)
    restored = _last_restored(own)
    order = list(State)
    findings = sorted(_findings(own, restored, promised, now), key=lambda finding: order.index(finding[0]))
    if not own.backups:
        return Status(database, tuple(findings))
    newest = _newest(own)
    return Status(
        database=database,
        findings=tuple(findings),
        newest=newest,
        age_seconds=max(0.0, (now - newest.taken_at).total_seconds()),
        usual_bytes=_usual_bytes(own, newest),
        restored=restored,
        backup_due=newest.taken_at + promised.rpo,
        drill_due=restored.verified_at + promised.drill_every if restored else None,
    )


def _findings(
    own: Catalog, restored: VerificationRecord | None, promised: Backups, now: datetime
) -> Iterator[tuple[State, str]]:
    for problem in own.unreadable:
        yield State.UNKNOWN, problem
    if not own.backups:
        yield State.NEVER, "there is no backup"
        return
    newest = _newest(own)
    yield from _age(newest, promised.rpo, now)
    yield from _size(newest, _usual_bytes(own, newest))
    yield from _proof(own, newest, restored, promised.drill_every, now)


def _age(newest: Manifest, rpo: timedelta, now: datetime) -> Iterator[tuple[State, str]]:
    if newest.taken_at - now > CLOCK_TOLERANCE:
        yield State.UNKNOWN, "the newest backup was taken in the future: a clock is wrong"
    if now - newest.taken_at > rpo:
        yield (
            State.STALE,
            f"the newest backup is older than the recovery point objective of {spell_duration(rpo)}",
        )


def _size(newest: Manifest, usual_bytes: int | None) -> Iterator[tuple[State, str]]:
    if not usual_bytes:
        return
    ratio = newest.dump.size_bytes / usual_bytes
    text = f"the newest dump has {ratio:.0%} of the usual size"
    if ratio < _USUAL[0]:
        yield State.SHRUNK, text
    if ratio > _USUAL[1]:
        yield State.GROWN, text


def _proof(
    own: Catalog,
    newest: Manifest,
    restored: VerificationRecord | None,
    drill_every: timedelta,
    now: datetime,
) -> Iterator[tuple[State, str]]:
    if failure := own.standing(newest).failure:
        yield State.UNVERIFIED, f"the newest backup failed its verification: {failure.differences[0]}"
    if restored is None:
        yield State.UNVERIFIED, "no backup was ever restored and compared"
    elif restored.verified_at - now > CLOCK_TOLERANCE:
        yield State.UNKNOWN, "the last verified restore was in the future: a clock is wrong"
    elif now - restored.verified_at > drill_every * (1 + _LATE_BY):
        yield (
            State.UNVERIFIED,
            f"the last verified restore is longer ago than {spell_duration(drill_every)} and a quarter of it",
        )


def _newest(own: Catalog) -> Manifest:
    return max(own.backups, key=lambda manifest: (manifest.taken_at, manifest.id))


def _usual_bytes(own: Catalog, newest: Manifest) -> int | None:
    """Return the median size of the dumps before the newest; none while there are too few to call a size usual."""
    newest_first = sorted(own.backups, key=lambda manifest: (manifest.taken_at, manifest.id), reverse=True)
    sizes = [manifest.dump.size_bytes for manifest in newest_first if manifest != newest][:_HISTORY]
    return round(median(sizes)) if len(sizes) >= _HISTORY_AT_LEAST else None


def _last_restored(own: Catalog) -> VerificationRecord | None:
    """Return the newest proof of a restore that no later failure took back."""
    proofs = [own.standing(manifest).proof for manifest in own.backups]
    good = [proof for proof in proofs if proof and proof.level in RESTORED_OR_MORE]
    return max(good, key=lambda proof: proof.verified_at, default=None)
