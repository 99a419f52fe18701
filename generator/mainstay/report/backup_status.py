"""`mainstay backup status`: how the backups stand against the policy, the most important word first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from mainstay.backup.status import Status
from mainstay.policy.backups import Backups
from mainstay.policy.durations import spell_duration
from mainstay.report.escape import visible
from mainstay.report.quantities import size_text, span_text


def status_lines(found: Sequence[Status], promised: Backups) -> list[str]:
    """Return for each database a word, what is not as promised, and the figures."""
    return [line for status in found for line in _lines(status, promised)]


def _lines(status: Status, promised: Backups) -> Iterator[str]:
    yield f"{status.state.value}  {status.database}"
    for _, text in status.findings:
        yield f"  ! {visible(text)}"
    for label, text in _figures(status, promised):
        yield f"  {label:9}{text}"


def _figures(status: Status, promised: Backups) -> Iterator[tuple[str, str]]:
    if status.newest is None or status.age_seconds is None:
        return
    yield "newest", f"{status.newest.id}"
    yield "age", f"{span_text(status.age_seconds)}, at most {spell_duration(promised.rpo)}"
    size_bytes = status.newest.dump.size_bytes
    usual = f", usually {size_text(status.usual_bytes)}" if status.usual_bytes else ""
    yield "dump", f"{size_text(size_bytes)}{usual}"
    if restored := status.restored:
        took = f" in {span_text(restored.restore_seconds)}" if restored.restore_seconds else ""
        every = spell_duration(promised.drill_every)
        yield "restored", restored.backup_id
        yield "drill", f"{_minute(restored.verified_at)}, {restored.level}{took}; every {every}"
    drill = f", drill by {_minute(status.drill_due)}" if status.drill_due else ", drill now"
    yield "due", f"backup by {_minute(status.backup_due)}{drill}"


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "-"


def status_summary(status: Status) -> dict[str, Any]:
    """Return how the backups of a database stand, for `--json`."""
    newest, restored = status.newest, status.restored
    return {
        "database": status.database,
        "state": status.state.value,
        "findings": [{"state": state.value, "message": text} for state, text in status.findings],
        "newest_id": newest.id if newest else None,
        "age_seconds": status.age_seconds,
        "dump_size_bytes": newest.dump.size_bytes if newest else None,
        "usual_dump_size_bytes": status.usual_bytes,
        "restored_id": restored.backup_id if restored else None,
        "restored_level": restored.level if restored else None,
        "restored_at": restored.verified_at.isoformat() if restored else None,
        "restore_seconds": restored.restore_seconds if restored else None,
        "backup_due_at": status.backup_due.isoformat() if status.backup_due else None,
        "drill_due_at": status.drill_due.isoformat() if status.drill_due else None,
    }
