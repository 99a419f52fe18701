"""`mainstay backup show`."""

from __future__ import annotations

from pathlib import Path

import click

from mainstay.backup import read_catalog
from mainstay.cli.backup.request import (
    CLOCK,
    chosen_backup,
    common_options,
    keepers,
    policy_if_any,
    print_result,
)
from mainstay.report.backup_list import backup_rows
from mainstay.report.backup_show import backup_details, backup_page


@click.command()
@click.argument("backup_id", metavar="[ID]", required=False)
@common_options
def show(
    repository: Path, store: str | None, database: str | None, as_json: bool, backup_id: str | None
) -> None:
    """Show one backup: what it holds, how it is stored, what verified it; without an ID the newest."""
    manifest, store_url = chosen_backup(repository, store, database, backup_id)
    catalog = read_catalog(store_url, manifest.database)
    rows = backup_rows(catalog, keepers(catalog, None if store else policy_if_any(repository)), CLOCK.now())
    row = next(row for row in rows if row.manifest.id == manifest.id)
    records = catalog.records_of(manifest)
    print_result(as_json, backup_details(row, records, store_url), backup_page(row, records, store_url))
