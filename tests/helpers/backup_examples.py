"""The examples in docs/backups.md: made-up backups, judged by the real planner and shown by the real reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from helpers.backups import manifest_at, record_of
from mainstay.backup import Catalog, Manifest, RestorePlan, backup_status, kept_by
from mainstay.backup.engines import Target
from mainstay.backup.restore_plan import problems_of
from mainstay.backup.retention import plan_retention
from mainstay.policy.backups import Backups
from mainstay.report.backup_list import backup_lines, backup_rows
from mainstay.report.backup_status import status_lines
from mainstay.report.restore_plan import plan_lines

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROMISED = Backups(store="s3://acme-backups/shop")
_NIGHT = timedelta(hours=9, minutes=43)
_STORED = b"x" * 9_856_614


def _nights(count: int) -> list[Manifest]:
    """Return a backup of each of the last nights, the newest first; the database grows a little every day."""
    return [
        manifest_at(
            NOW - _NIGHT - timedelta(days=days),
            database="shop",
            dump_bytes=40_000_000 - 20_000 * days,
            stored=_STORED,
            rows=1_234_567 - 1000 * days,
        )
        for days in range(count)
    ]


def _catalog(backups: list[Manifest]) -> Catalog:
    drill = record_of(backups[2], NOW - timedelta(days=2), "proved")
    reads = [record_of(backup, backup.taken_at + timedelta(minutes=20), "readable") for backup in backups[:2]]
    return Catalog(tuple(backups), (), {record.new_key(): record for record in (drill, *reads)})


def retention_table() -> str:
    """Return what is left of two years of nightly backups, and why, with the policy's default figures."""
    plan = plan_retention(_nights(2 * 365), PROMISED.keep)
    rows = [f"| {decision.taken_at:%a %-d %b %Y} | {', '.join(decision.reasons)} |" for decision in plan.kept]
    return "\n".join(["| Backup of the night | Kept by |", "| --- | --- |", *rows])


def list_example() -> str:
    """Return what `mainstay backup list` prints."""
    nights = _nights(10)
    catalog = _catalog([*nights[:7], *nights[8:]])
    rows = backup_rows(catalog, kept_by(catalog, PROMISED.keep, {"shop"}), NOW)
    return "\n".join(["```text", *backup_lines(rows), "```"])


def restore_example() -> str:
    """Return what `mainstay backup restore --dry-run` prints when a database that is in use would be replaced."""
    nights = _nights(8)
    catalog, proved = _catalog(nights), nights[2]
    content = proved.content.model_copy(
        update={"roles": ("shop_owner", "shop_reader"), "extensions": ("pg_trgm", "plpgsql")}
    )
    server = proved.server.model_copy(update={"identity": "postgresql:7581/shop"})
    plan = RestorePlan(
        manifest=proved.model_copy(update={"content": content, "server": server}),
        store_url=PROMISED.store,
        server_url="postgresql://shop_owner:secret@db.example.com/postgres",
        into="shop",
        with_owners=True,
        standing=catalog.standing(proved),
        usual=next(iter(catalog.records.values())),
        target=Target(
            server_url="postgresql://shop_owner:secret@db.example.com/postgres",
            place="db.example.com:5432",
            version="16.14",
            major=16,
            client="pg_restore (PostgreSQL) 16.14",
            exists=True,
            empty=False,
            sessions=12,
            identity="postgresql:7581/shop",
            missing_roles=("shop_reader",),
        ),
        kept_as="shop_before_20261123t120000z",
        problems=(),
    )
    return "\n".join(["```text", *plan_lines(replace(plan, problems=problems_of(plan)), NOW), "```"])


def status_example() -> str:
    """Return what `mainstay backup status` prints."""
    found = backup_status(_catalog(_nights(8)), "shop", PROMISED, now=NOW)
    return "\n".join(["```text", *status_lines([found], PROMISED), "```"])


EXAMPLES: dict[str, Callable[[], str]] = {
    "list": list_example,
    "restore": restore_example,
    "retention": retention_table,
    "status": status_example,
}
"""Parts of docs/backups.md, between `<!-- name -->` and `<!-- /name -->`."""
