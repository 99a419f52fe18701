"""BK2xx: the backups as they are in the store (SOP-603 section 4). A green workflow is no backup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise

from mainstay.audit import sop
from mainstay.audit.facts.ledger import Evidence
from mainstay.audit.facts.policy import PolicyFile
from mainstay.audit.facts.store import StoredBackups, StoreSettings
from mainstay.audit.model import Finding, Location, NotApplicable, Severity, Unavailable
from mainstay.audit.registry import check
from mainstay.platform.clock import Clock
from mainstay.policy.durations import spell_duration

_WATCHED = timedelta(days=7)
_TAKE = "run the backup workflow (`gh workflow run backup.yml`), or `mainstay backup take`, and read why it failed"
_DRILL = (
    "run the drill (`gh workflow run restore-drill.yml`), or `mainstay backup drill`, and mend what it names"
)


def _stale(stored: StoredBackups, file: PolicyFile, states: Iterable[str], fix: str) -> Iterator[Finding]:
    """Yield what `mainstay backup status` says in these words, a finding each."""
    for name, status in stored.statuses.items():
        for state, message in (found for found in status.findings if found[0] in states):
            yield _finding(file, name, state, message, fix)
    _require_readable(stored)


def _finding(file: PolicyFile, name: str, key: str, message: str, fix: str) -> Finding:
    return Finding(message=f"{name}: {message}", at=file.at("databases", name), key=f"{name} {key}", fix=fix)


def _require_readable(stored: StoredBackups) -> None:
    if stored.unreadable:
        raise Unavailable(f"part of the store cannot be read (BK208): {stored.unreadable[0]}")


def _require_backups(stored: StoredBackups) -> None:
    _require_readable(stored)
    if not stored.newest():
        raise NotApplicable("there is no backup yet (BK201)")


@check("BK201", "The newest backup is younger than the recovery point objective", Severity.CRITICAL, sop="4")
def newest_is_fresh(stored: StoredBackups, file: PolicyFile) -> Iterator[Finding]:
    """A backup that silently stopped is noticed on the day it is needed.

    The manifest in the store counts, not the colour of a workflow.

    Fix: run the backup workflow, or `mainstay backup take`, and mend what its log names. On the first day: give the
    workflow its secrets, then start it once by hand.
    """
    yield from _stale(stored, file, ("never", "stale"), _TAKE)


@check("BK202", "The newest backup has its usual size", Severity.HIGH, sop="4")
def size_is_usual(stored: StoredBackups, file: PolicyFile) -> Iterator[Finding]:
    """A dump of half the size is a dump of half the data, or of the wrong database.

    The newest dump is held against the median of the seven before it.

    Fix: look at what changed (`mainstay backup show`). If the change is right, the next backups make it usual.
    """
    fix = (
        "look at what changed with `mainstay backup show`; restore an older backup beside it if rows are gone"
    )
    yield from _stale(stored, file, ("shrunk", "grown"), fix)
    _require_backups(stored)


@check("BK203", "A backup was restored and compared within the policy's time", Severity.HIGH, sop="4")
def restore_is_proved(stored: StoredBackups, file: PolicyFile) -> Iterator[Finding]:
    """Nobody wants backups; everybody wants restores.

    A drill restores into a scratch database and compares each table with the manifest. A failed verification of the
    newest backup counts as well.

    Fix: run the restore drill, and mend what it names.
    """
    for name, catalog in stored.catalogs.items():
        if catalog.backups:
            found = (each for each in stored.statuses[name].findings if each[0] == "unverified")
            yield from (
                _finding(file, name, f"unverified {n}", each[1], _DRILL) for n, each in enumerate(found)
            )
    _require_backups(stored)


@check("BK204", "The last restore was faster than the recovery time objective", Severity.MEDIUM, sop="4")
def restore_is_fast(stored: StoredBackups, file: PolicyFile) -> Iterator[Finding]:
    """A restore that takes longer than a P1 may is a promise that cannot be kept.

    Fix: restore with more jobs or onto a larger server, make the database smaller, or change `backups.rto` and with
    it what a P1 promises.
    """
    limit = stored.promised.rto
    measured = False
    for name, status in stored.statuses.items():
        if status.restored is None or status.restored.restore_seconds is None:
            continue
        measured = True
        if (took := timedelta(seconds=round(status.restored.restore_seconds))) > limit:
            message = f"the last restore took longer than {spell_duration(limit)}"
            evidence = {"seconds": str(int(took.total_seconds())), "backup": status.restored.backup_id}
            fix = "make the restore faster, or change `backups.rto` and what a P1 promises"
            yield Finding(
                message=f"{name}: {message}",
                at=file.at("backups", "rto"),
                key=f"{name} rto",
                fix=fix,
                evidence=evidence,
            )
    _require_readable(stored)
    if not measured:
        raise NotApplicable("no backup was restored yet (BK203)")


@check("BK205", "No day of the last week is without a backup", Severity.MEDIUM, sop="4")
def retention_is_kept(stored: StoredBackups, file: PolicyFile, clock: Clock) -> Iterator[Finding]:
    """Damage that is found late needs the backup from before it. A gap means a run failed, or a hand deleted one.

    Between two backups of the last week no more may pass than the recovery point objective; the oldest of them is
    compared with the one before it.

    Fix: find out from the runs of the backup workflow what happened in that night; nothing brings the backup back.
    """
    rpo, since = stored.promised.rpo, clock.now() - _WATCHED
    for name, catalog in stored.catalogs.items():
        times = sorted([*(manifest.taken_at for manifest in catalog.backups), *stored.doubtful.values()])
        for older, newer in pairwise(times):
            if newer > since and newer - older > rpo:
                message = f"no backup from {older:%Y-%m-%d %H:%M} to {newer:%Y-%m-%d %H:%M} UTC"
                fix = "find out what happened in that night; waive it for a week when you know"
                yield _finding(file, name, f"gap {newer:%Y-%m-%d}", message, fix)
    _require_backups(stored)


@check("BK206", "Backups are encrypted for those whom the policy names", Severity.HIGH, sop="4")
def encryption_is_kept(stored: StoredBackups, file: PolicyFile) -> Iterator[Finding]:
    """A stolen backup is a stolen database. What is encrypted for a key that nobody has is no backup either.

    Fix: take a new backup: it is encrypted for `backups.encrypt-to`. Let the old ones age out, or delete them.
    """
    wanted = set(stored.promised.encrypt_to)
    if not wanted:
        raise NotApplicable("the policy asks for no encryption (`backups.encrypt-to`)")
    for name, newest in stored.newest().items():
        if set(newest.artifact.recipients) != wanted:
            said = "encrypted for other keys" if newest.artifact.encryption else "not encrypted"
            yield _finding(file, name, "encryption", f"the newest backup is {said}", "take a new backup")
    _require_backups(stored)


@check("BK207", "The store protects what it holds", Severity.MEDIUM, sop="4")
def store_is_protected(settings: StoreSettings, file: PolicyFile) -> Iterator[Finding]:
    """Versioning and object lock keep a mistake or a stolen key from deleting every backup at once.

    S3 is asked for versioning, object lock, encryption and public access, a folder for who may look in and for room.

    Fix: `mainstay backup store` shows each setting and the command that changes it.
    """
    for setting in settings.settings:
        if setting.good is False:
            yield Finding(
                message=f"{setting.name}: {setting.found}",
                at=file.at("backups", "store"),
                key=setting.name,
                fix=f"change it; this shows it: {setting.look}",
            )
    unknown = [setting for setting in settings.settings if setting.good is None]
    if settings.settings and len(unknown) == len(settings.settings):
        raise NotApplicable(f"mainstay cannot ask this store; look yourself: {unknown[0].look}")
    if unknown:
        raise Unavailable("; ".join(f"{each.name}: {each.found}" for each in unknown))


@check("BK208", "Every record in the store can be read", Severity.HIGH, sop="4")
def records_are_readable(stored: StoredBackups, file: PolicyFile) -> Iterator[Finding]:
    """A manifest carries a digest of itself. One that does not fit was changed, and what it stands for is in doubt.

    Fix: bring back the object's former version if the store keeps versions, and find out who wrote to it.
    """
    for number, problem in enumerate(stored.unreadable):
        fix = "restore the object's former version, and find out who wrote to it"
        at = file.at("backups", "store")
        yield Finding(message=problem, at=at, key=f"unreadable {number}", fix=fix)


@check("BK209", "The store holds the backup that was last recorded", Severity.HIGH, sop="4")
def store_and_ledger_agree(stored: StoredBackups, evidence: Evidence, file: PolicyFile) -> Iterator[Finding]:
    """Two witnesses: the store holds the backup, the ledger says that a run took it. One alone can be wrong.

    A backup that the ledger names and the store does not hold was deleted. One that nobody recorded was not taken by
    the workflow.

    Fix: find out who deleted the backup, or take backups through the workflow, whose last job records them.
    """
    recorded = {name: evidence.newest("backup", name) for name in stored.catalogs}
    if not any(recorded.values()):
        raise NotApplicable("the ledger records no backup yet (SOP204)")
    for name, catalog in stored.catalogs.items():
        entry, held = recorded[name], {*stored.doubtful, *(manifest.id for manifest in catalog.backups)}
        if entry and entry.passed and str(entry.facts.get("id")) not in held:
            message = f"the backup {entry.facts.get('id')} was recorded and is not in the store"
            yield _finding(file, name, "gone", message, "find out who deleted it, and take a new one")
        if catalog.backups and entry and catalog.backups[0].taken_at - entry.at > stored.promised.rpo:
            message = "the newest backups were recorded by no run"
            yield _finding(file, name, "unrecorded", message, "take backups through the workflow")
    _require_readable(stored)


@check("BK210", "Disaster recovery was tested within the quarter", Severity.HIGH, sop="1")
def recovery_is_tested(evidence: Evidence, stored: StoredBackups, clock: Clock) -> Iterator[Finding]:
    """The SOP's quarterly test: a restore that a run made and recorded, not a line that somebody ticked.

    Fix: run the restore drill; its last job records the result in the ledger.
    """
    at = Location(".github/workflows/restore-drill.yml")
    if not stored.newest():
        raise NotApplicable("there is no backup yet (BK201)")
    for name in stored.newest():
        passed = (entry for entry in evidence.ledger.of("drill", name) if entry.passed)
        newest = next(passed, None)
        if newest is None or clock.now() - newest.at > sop.DRILL_EVERY:
            message = f"{name}: no passed drill is recorded within {spell_duration(sop.DRILL_EVERY)}"
            yield Finding(message=message, at=at, key=f"{name} drill", fix=_DRILL)
