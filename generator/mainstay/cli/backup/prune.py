"""`mainstay backup prune`."""

from __future__ import annotations

from pathlib import Path

import click

from mainstay.backup import PruneResult, prune_backups
from mainstay.backup.source import databases_of
from mainstay.cli.backup.request import (
    CLOCK,
    common_options,
    print_result,
    promises_of,
    store_url_of,
)
from mainstay.cli.boundary import show_error
from mainstay.errors import ExitCode, MainstayError
from mainstay.policy import load_policy
from mainstay.report.backup_list import prune_lines, prune_summary


@click.command()
@click.option("--apply", is_flag=True, help="Delete. Without it nothing is changed.")
@common_options
def prune(repository: Path, store: str | None, database: str | None, as_json: bool, apply: bool) -> int:
    """Show which backups the policy no longer keeps; with --apply, delete them.

    Never the newest, never the newest that was restored and compared. Refused when the last backup is missing, when
    anything in the store cannot be read, and when more would go than backups.prune.largest-share. Objects that no
    manifest names are left alone, but for leftovers of interrupted runs that are older than a day.
    """
    policy = load_policy(repository)
    promised, store_url = promises_of(policy), store_url_of(policy, store)
    results: list[PruneResult] = []
    code = ExitCode.OK
    for name in databases_of(policy, database):
        try:
            results.append(prune_backups(store_url, name, promised, apply=apply, clock=CLOCK))
        except MainstayError as error:
            show_error(error, about=name)
            code = max(code, error.exit_code)
    if results or as_json:
        print_result(as_json, [prune_summary(result) for result in results], prune_lines(results))
    return code
