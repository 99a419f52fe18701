"""`mainstay backup status`."""

from __future__ import annotations

from pathlib import Path

import click

from mainstay.backup import backup_status, read_catalog
from mainstay.backup.source import databases_of
from mainstay.cli.backup.request import (
    CLOCK,
    common_options,
    print_result,
    promises_of,
    store_url_of,
)
from mainstay.policy import load_policy
from mainstay.report.backup_status import status_lines, status_summary


@click.command()
@common_options
def status(repository: Path, store: str | None, database: str | None, as_json: bool) -> int:
    """Compare the backups with what the policy promises: age, size, verified restores.

    Ends with 0 when all is well, with 1 when something is not as promised, with 3 when something cannot be read and
    nothing is claimed. The word is the gravest of: unknown, never, stale, shrunk, grown, unverified, ok.
    """
    policy = load_policy(repository)
    promised, now = promises_of(policy), CLOCK.now()
    catalog = read_catalog(store_url_of(policy, store))
    found = [backup_status(catalog, name, promised, now=now) for name in databases_of(policy, database)]
    print_result(as_json, [status_summary(one) for one in found], status_lines(found, promised))
    return max(one.state.exit_code for one in found)
