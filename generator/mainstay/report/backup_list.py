"""`mainstay backup list` and `prune`: which backups there are, what was proved of them, and what keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mainstay.backup.catalog import Catalog
from mainstay.backup.manifest import Manifest
from mainstay.backup.prune import PruneResult
from mainstay.backup.records import Standing
from mainstay.report.backups import age, columns, manifest_summary
from mainstay.report.quantities import count_text, size_text

_HEADER = ("ID", "DATABASE", "AGE", "STORED", "ROWS", "VERIFIED", "KEPT BY")


@dataclass(frozen=True, slots=True)
class BackupRow:
    """A backup, what was proved of it, and what keeps it; `None` where no policy was asked."""

    manifest: Manifest
    standing: Standing
    kept_by: tuple[str, ...] | None
    now: datetime

    def cells(self) -> tuple[str, ...]:
        """Return the row for a person: of what keeps a backup only the strongest."""
        return (
            self.manifest.id,
            self.manifest.database,
            age(self.manifest.taken_at, self.now),
            size_text(self.manifest.artifact.size_bytes),
            f"{self.manifest.content.rows:,}" if self.manifest.content.known else "?",
            verified_word(self.standing),
            *(() if self.kept_by is None else ((*self.kept_by, "-")[0],)),
        )

    def summary(self, store_url: str) -> dict[str, Any]:
        """Return the row for `--json`."""
        proof, failure = self.standing.proof, self.standing.failure
        return {
            **manifest_summary(self.manifest, store_url, self.now),
            "verified_level": proof.level if proof else None,
            "verified_at": proof.verified_at.isoformat() if proof else None,
            "failed_level": failure.level if failure else None,
            "failed_at": failure.verified_at.isoformat() if failure else None,
            "kept_by": None if self.kept_by is None else list(self.kept_by),
        }


def backup_rows(
    catalog: Catalog, kept_by: Mapping[str, tuple[str, ...]] | None, now: datetime
) -> list[BackupRow]:
    """Return a row for each backup, newest first."""
    return [
        BackupRow(
            manifest,
            catalog.standing(manifest),
            None if kept_by is None else kept_by.get(manifest.id, ()),
            now,
        )
        for manifest in catalog.backups
    ]


def backup_lines(rows: Sequence[BackupRow]) -> list[str]:
    """Return a table of backups for a person."""
    if not rows:
        return ["no backups"]
    cells = [row.cells() for row in rows]
    return columns([_HEADER[: len(cells[0])], *cells])


def verified_word(standing: Standing) -> str:
    """Return the highest proved level, `failed` when a failure stands, `-` when nothing was verified."""
    if standing.failure:
        return "failed"
    return standing.proof.level if standing.proof else "-"


def prune_summary(result: PruneResult) -> dict[str, Any]:
    """Return what a prune did, or would do, for `--json`."""
    return {
        "database": result.database,
        "applied": result.applied,
        "decisions": [
            {
                "id": decision.backup_id,
                "taken_at": decision.taken_at.isoformat(),
                "kept": decision.kept,
                "kept_by": list(decision.reasons),
            }
            for decision in result.plan.decisions
        ],
        "deleted": list(result.deleted),
        "retained": list(result.retained),
        "leftovers": [{"id": left.backup_id, "keys": list(left.keys)} for left in result.leftovers],
        "freed_bytes": result.freed_bytes,
    }


def prune_lines(results: Sequence[PruneResult]) -> list[str]:
    """Return a table of decisions for a person, then what follows from them, for each database."""
    return [line for result in results for line in _prune_lines(result)]


def _prune_lines(result: PruneResult) -> Iterator[str]:
    rows = [
        (
            decision.backup_id,
            _word(result, decision.backup_id, kept=decision.kept),
            ", ".join(decision.reasons),
        )
        for decision in result.plan.decisions
    ]
    if rows:
        yield from columns([("ID", "DECISION", "KEPT BY"), *rows])
    for left in result.leftovers:
        does = "removed" if result.applied else "would remove"
        yield f"{does} {count_text(len(left.keys), 'object')} of {left.backup_id}, which has no manifest"
    if result.retained:
        yield f"retained by the store, which does not let them go: {', '.join(result.retained)}"
    kept, size = len(result.plan.kept), size_text(result.freed_bytes)
    deleted = f"{count_text(len(result.deleted), 'backup')} ({size})"
    if result.applied:
        yield f"pruned  {result.database}: deleted {deleted}, kept {kept}"
    else:
        yield f"dry run  {result.database}: would delete {deleted}, keep {kept}; --apply deletes"


def _word(result: PruneResult, backup_id: str, *, kept: bool) -> str:
    if kept:
        return "keep"
    return "retained" if backup_id in result.retained else "delete"
