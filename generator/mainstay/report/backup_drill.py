"""`mainstay backup drill`: what was proved, and how long a recovery takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mainstay.backup.drill import Drill
from mainstay.report.quantities import span_text


def drill_lines(drills: Sequence[Drill]) -> list[str]:
    """Return a line for each drill, for a person."""
    return [_line(drill) for drill in drills]


def _line(drill: Drill) -> str:
    found = drill.verification
    word = found.level.value if drill.passed else "NOT PASSED"
    took = span_text(found.restore_seconds or 0.0)
    return (
        f"{word}  {found.database} {found.backup_id}: {span_text(drill.age_seconds)} old, restored in {took}"
    )


def drill_summary(drill: Drill) -> dict[str, Any]:
    """Return what came of a drill, for `--json` and for the Action's report."""
    found = drill.verification
    return {
        "id": drill.manifest.id,
        "database": drill.manifest.database,
        "passed": drill.passed,
        "level": found.level.value,
        "age_seconds": drill.age_seconds,
        "restore_seconds": found.restore_seconds,
        "differences": list(found.differences),
        "broken_promises": list(drill.broken_promises),
        "caveats": list(found.caveats),
    }
