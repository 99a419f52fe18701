"""`mainstay backup restore`: what it would do, and what it did."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from mainstay.backup.engines import Target
from mainstay.backup.restore import Restoration
from mainstay.backup.restore_plan import RestorePlan
from mainstay.report.backup_list import verified_word
from mainstay.report.backups import age, manifest_summary
from mainstay.report.escape import visible
from mainstay.report.quantities import count_text, size_text, span_text

_WIDTH = 80
_INDENT = " " * 11


def plan_lines(plan: RestorePlan, now: datetime) -> list[str]:
    """Return a plan for a person, at most 80 columns wide, what stands in its way last."""
    lines = [f"{plan.manifest.database} {plan.manifest.id}"]
    for label, text in _facts(plan, now):
        lines += _wrapped(f"  {label:9}", visible(text), _INDENT)
    for problem in plan.problems:
        lines += _wrapped("  ! ", visible(problem.message), "    ")
        if problem.hint:
            lines += _wrapped("    hint: ", visible(problem.hint), "          ")
    verdict = "would be refused" if plan.problems else "would restore"
    return [*lines, f"dry run  {verdict}; nothing was touched"]


def _wrapped(first: str, text: str, later: str) -> Sequence[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _facts(plan: RestorePlan, now: datetime) -> Iterator[tuple[str, str]]:
    manifest, target = plan.manifest, plan.target
    yield "taken", f"{manifest.taken_at:%Y-%m-%d %H:%M} UTC, {age(manifest.taken_at, now)} ago"
    rows = (
        f"{count_text(manifest.content.rows, 'row')} in {count_text(len(manifest.content.tables), 'table')}"
    )
    size = f"{size_text(manifest.dump.size_bytes)} ({size_text(manifest.artifact.size_bytes)} stored)"
    yield "holds", f"{rows}, {size}" if manifest.content.known else size
    word = verified_word(plan.standing)
    yield "verified", "never" if word == "-" else word
    if target is None:
        yield "into", f"{plan.into}, which must not exist; {manifest.engine} servers are not looked at before"
    else:
        yield from _target_facts(plan, target)
    yield "takes", _usual(plan)


def _target_facts(plan: RestorePlan, target: Target) -> Iterator[tuple[str, str]]:
    manifest = plan.manifest
    yield "into", f"{plan.into} on {target.place}, {_state(target)}"
    if plan.kept_as:
        yield "replaces", f"it; what is there now stays as {plan.kept_as}"
    yield "server", f"{target.version}; the backup is of {manifest.server.version}"
    yield "client", target.client or f"none for version {manifest.server.major}"
    yield "owners", "and privileges are restored" if plan.with_owners else "all of it belongs to who restores"
    yield "roles", _needs(manifest.content.roles, target.missing_roles)
    yield "needs", _needs(manifest.content.extensions, target.missing_extensions, "extensions ")


def _state(target: Target) -> str:
    if not target.exists:
        return "which does not exist yet"
    filled = "empty" if target.empty else "not empty"
    return f"which exists: {filled}, {count_text(target.sessions, 'session')}"


def _needs(names: Sequence[str], missing: Sequence[str], noun: str = "") -> str:
    if not names:
        return "none" if not noun else f"no {noun.strip()}"
    lacking = f"; missing: {', '.join(missing)}" if missing else ""
    return f"{noun}{', '.join(names)}{lacking}"


def _usual(plan: RestorePlan) -> str:
    if plan.usual is None or plan.usual.restore_seconds is None:
        return "unknown: no restore was recorded yet"
    return f"about {span_text(plan.usual.restore_seconds)}, as on {plan.usual.verified_at:%Y-%m-%d}"


def plan_summary(plan: RestorePlan, now: datetime) -> dict[str, Any]:
    """Return a plan for `--json`."""
    target = plan.target
    return {
        "backup": manifest_summary(plan.manifest, plan.store_url, now),
        "verified_level": plan.standing.proof.level if plan.standing.proof else None,
        "failed_level": plan.standing.failure.level if plan.standing.failure else None,
        "into": plan.into,
        "with_owners": plan.with_owners,
        "kept_as": plan.kept_as,
        "target": target
        and {
            "place": target.place,
            "server_version": target.version,
            "client": target.client or None,
            "exists": target.exists,
            "empty": target.empty,
            "sessions": target.sessions,
            "missing_roles": list(target.missing_roles),
            "missing_extensions": list(target.missing_extensions),
        },
        "usual_restore_seconds": plan.usual.restore_seconds if plan.usual else None,
        "problems": [{"message": problem.message, "hint": problem.hint} for problem in plan.problems],
    }


def restored_lines(plan: RestorePlan, restored: Restoration) -> list[str]:
    """Return what a restore did, for a person."""
    done = [f"restored  {plan.manifest.id} into {visible(restored.database)}"]
    if plan.kept_as:
        done.append(f"kept      {visible(plan.kept_as)}: what was there before; drop it when nobody needs it")
    return done


def restored_summary(plan: RestorePlan, restored: Restoration) -> dict[str, Any]:
    """Return what a restore did, for `--json`."""
    return {
        "id": plan.manifest.id,
        "database": restored.database,
        "kept_as": plan.kept_as,
        "rows": plan.manifest.content.rows,
        "restore_seconds": restored.duration_seconds,
    }
