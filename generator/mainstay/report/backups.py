"""Backups as text and as JSON. The JSON is a contract: names carry units, times are RFC 3339 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mainstay.backup.manifest import Manifest
from mainstay.backup.verify import Verification
from mainstay.report.quantities import span_text


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago something was, in its largest whole unit."""
    seconds = max(0, int((now - moment).total_seconds()))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def age_seconds(manifest: Manifest, now: datetime) -> int:
    """Return how old a backup is."""
    return max(0, int((now - manifest.taken_at).total_seconds()))


def manifest_summary(manifest: Manifest, store_url: str, now: datetime) -> dict[str, Any]:
    """Return what a caller of `--json` learns about a backup; the manifest in the store says more."""
    return {
        "id": manifest.id,
        "database": manifest.database,
        "engine": manifest.engine,
        "taken_at": manifest.taken_at.isoformat(),
        "age_seconds": age_seconds(manifest, now),
        "duration_seconds": manifest.duration_seconds,
        "store": store_url,
        "key": manifest.artifact.key,
        "dump_size_bytes": manifest.dump.size_bytes,
        "stored_size_bytes": manifest.artifact.size_bytes,
        "sha256": manifest.artifact.sha256,
        "tables": len(manifest.content.tables),
        "rows": manifest.content.rows,
        "server_version": manifest.server.version,
    }


def verification_summary(found: Verification) -> dict[str, Any]:
    """Return the result of a verification for `--json`."""
    return {
        "id": found.backup_id,
        "database": found.database,
        "level": found.level.value,
        "verified": not found.differences,
        "differences": list(found.differences),
        "duration_seconds": found.duration_seconds,
        "restore_seconds": found.restore_seconds,
    }


def verification_lines(found: Verification) -> list[str]:
    """Return the result of a verification for a person, the verdict last."""
    verdict = f"{found.level.value} in {span_text(found.duration_seconds)}"
    if found.differences:
        return [*found.differences, f"NOT VERIFIED  {found.database} {found.backup_id}: {verdict}"]
    return [f"verified  {found.database} {found.backup_id}: {verdict}"]


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table for a person, as wide as its cells."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
