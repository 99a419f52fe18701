"""From what the steps left behind to the verdict."""

from __future__ import annotations

from mainstay.audit import Outcome, Report
from mainstay.backup import Content, compare_content
from mainstay.demo.loop import Loop
from mainstay.demo.verdict import Audited, Backup, Compared, StepTaken, Unmet, Verdict
from mainstay.errors import PolicyError
from mainstay.report.verdict import verdict


def judge(loop: Loop, steps: tuple[StepTaken, ...]) -> Verdict:
    """Return the verdict on a loop whose steps have all been taken.

    Raises:
        PolicyError: The scaffolded policy promises no recovery time.
    """
    return Verdict(
        steps=steps,
        created=loop.created,
        compared=compare(loop.before, loop.after),
        backup=_backup(loop),
        audit=_audited(loop.report),
    )


def compare(before: Content, after: Content) -> Compared:
    """Return the proof, or what stands against it.

    A sequence that moved on is no loss for a backup of a living database. Here nobody writes, so both directions
    have to agree.
    """
    return Compared(
        tables=len(before.tables),
        rows=before.rows,
        sequences=len(before.sequences),
        objects=sum(before.objects.values()),
        large_objects=before.large_objects.rows,
        differences=compare_content(before, after) or compare_content(after, before),
    )


def _backup(loop: Loop) -> Backup:
    if loop.policy.backups is None:
        raise PolicyError("the scaffolded policy has no `backups`: the template did not see the database")
    return Backup(
        id=loop.manifest.id,
        store=loop.store_url.partition("://")[0] + "://",
        database_bytes=loop.database_bytes,
        dump_bytes=loop.manifest.dump.size_bytes,
        stored_bytes=loop.manifest.artifact.size_bytes,
        restore_seconds=loop.restoration.duration_seconds,
        allowed_seconds=loop.policy.backups.rto.total_seconds(),
    )


def _audited(report: Report) -> Audited:
    unmet = [
        Unmet(result.check.id, result.check.severity.label, result.check.title, len(result.findings))
        for result in sorted(report.results, key=lambda result: -result.check.severity)
        if result.findings
    ]
    crashed = [result.check.id for result in report.results if result.outcome is Outcome.ERROR]
    return Audited(verdict(report), tuple(unmet), tuple(crashed))
