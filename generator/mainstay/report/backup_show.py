"""`mainstay backup show`: one backup on a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mainstay.backup.records import VerificationRecord
from mainstay.report.backup_list import BackupRow
from mainstay.report.backups import age
from mainstay.report.escape import visible
from mainstay.report.quantities import count_text, size_text, span_text

_DIFFERENCES_SHOWN = 10


def backup_details(row: BackupRow, records: tuple[VerificationRecord, ...], store_url: str) -> dict[str, Any]:
    """Return all that is known of a backup for `--json`: the summary, the whole manifest, every verification."""
    return {
        **row.summary(store_url),
        "manifest": row.manifest.model_dump(mode="json"),
        "verifications": [record.model_dump(mode="json") for record in records],
    }


def backup_page(row: BackupRow, records: tuple[VerificationRecord, ...], store_url: str) -> list[str]:
    """Return what a person wants to know of a backup."""
    return [f"{label:11}{visible(text)}".rstrip() for label, text in _facts(row, records, store_url)]


def _facts(
    row: BackupRow, records: tuple[VerificationRecord, ...], store_url: str
) -> Iterator[tuple[str, str]]:
    manifest = row.manifest
    content, artifact = manifest.content, manifest.artifact
    yield "backup", f"{manifest.database} {manifest.id}"
    yield "taken", f"{manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC, {age(manifest.taken_at, row.now)} ago"
    yield "took", span_text(manifest.duration_seconds)
    yield "by", f"mainstay {manifest.tool_version}, {manifest.dump.client}"
    if manifest.run_url:
        yield "run", manifest.run_url
    yield "server", f"{manifest.engine} {manifest.server.version}, {manifest.server.encoding}"
    rows, tables = count_text(content.rows, "row"), count_text(len(content.tables), "table")
    holds = f"{rows} in {tables}, {count_text(content.large_objects.rows, 'large object')}"
    yield "holds", holds if content.known else "unknown"
    for caveat in manifest.caveats:
        yield "caveat", caveat
    if content.extensions:
        yield "extensions", ", ".join(content.extensions)
    yield "dump", f"{size_text(manifest.dump.size_bytes)}, {manifest.dump.format}"
    packed = f"{artifact.compression}, {artifact.encryption or 'not encrypted'}"
    yield "stored", f"{size_text(artifact.size_bytes)}, {packed}"
    yield "in", f"{store_url.rstrip('/')}/{artifact.key}"
    yield "sha256", artifact.sha256
    for recipient in artifact.recipients:
        yield "opens with", recipient
    if row.kept_by is not None:
        yield "kept by", ", ".join(row.kept_by) or "nothing: the next prune deletes it"
    if not records:
        yield "verified", "never"
    for record in sorted(records, key=lambda record: record.verified_at, reverse=True):
        yield from _verification(record)


def _verification(record: VerificationRecord) -> Iterator[tuple[str, str]]:
    when = f"{record.level}, {record.verified_at:%Y-%m-%d %H:%M} UTC"
    yield "verified" if record.verified else "FAILED", f"{when}, in {span_text(record.duration_seconds)}"
    for difference in record.differences[:_DIFFERENCES_SHOWN]:
        yield "", difference
