"""`mainstay backup list`."""

from __future__ import annotations

from pathlib import Path

import click

from mainstay.backup import read_catalog
from mainstay.cli.backup.request import CLOCK, common_options, keepers, print_result, store_url_of, warn
from mainstay.errors import ExitCode
from mainstay.policy import load_policy
from mainstay.report.backup_list import backup_lines, backup_rows


@click.command(name="list")
@common_options
def list_backups(repository: Path, store: str | None, database: str | None, as_json: bool) -> int:
    """List the backups in the store, newest first.

    VERIFIED is the highest level that was proved, KEPT BY what in the policy keeps a backup; the next prune deletes
    those without. With --store no policy is asked, and nothing is said about keeping. Ends with 3 when a manifest or a
    record cannot be read: what it stands for is unknown, not absent.
    """
    policy = None if store else load_policy(repository)
    store_url = store_url_of(policy, store)
    catalog = read_catalog(store_url, database)
    rows = backup_rows(catalog, keepers(catalog, policy), CLOCK.now())
    print_result(as_json, [row.summary(store_url) for row in rows], backup_lines(rows))
    for problem in catalog.unreadable:
        warn(problem)
    return ExitCode.INCOMPLETE if catalog.unreadable else ExitCode.OK
