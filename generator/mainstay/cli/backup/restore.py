"""`mainstay backup restore`."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import click

from mainstay.backup import Manifest, carry_out, identities_in, plan_restore, secret_of, sources_of
from mainstay.cli.backup.request import CLOCK, chosen_backup, common_options, print_result, progress, warn
from mainstay.errors import ExitCode, UsageError
from mainstay.policy import load_policy
from mainstay.report.restore_plan import plan_lines, plan_summary, restored_lines, restored_summary


@click.command()
@click.argument("backup_id", metavar="[ID]", required=False)
@click.option(
    "--at", metavar="TIME", help="The newest taken at or before this time, such as 2026-11-22T14:30Z."
)
@click.option("--latest-proved", is_flag=True, help="The newest that was restored and found equal.")
@click.option(
    "--into", metavar="NAME", help="Name of the new database.  [default: <database>_restored_<time>]"
)
@click.option(
    "--confirm",
    metavar="NAME",
    help="The same name again: replace the database although it is not empty, or is the backup's source.",
)
@click.option(
    "--server-url-env",
    metavar="NAME",
    help="Variable with the URL of the server to restore on.  [default: the one that was backed up]",
)
@click.option("--no-owner", is_flag=True, help="Leave owners and privileges out.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and touch nothing.")
@common_options
def restore(
    repository: Path,
    store: str | None,
    database: str | None,
    as_json: bool,
    backup_id: str | None,
    at: str | None,
    latest_proved: bool,
    into: str | None,
    confirm: str | None,
    server_url_env: str | None,
    no_owner: bool,
    dry_run: bool,
) -> int:
    """Restore a backup into a NEW database; without an ID, --at or --latest-proved the newest.

    A restore is all or nothing. A database that exists is replaced only when it is empty or --confirm repeats its name;
    then the backup is restored beside it, the two change names, and the old one is kept. mainstay never drops it.

    \b
    Example:
      mainstay backup restore --into app_before_the_migration --dry-run
    """
    manifest, store_url = chosen_backup(
        repository, store, database, backup_id, at=_moment(at), latest_proved=latest_proved
    )
    identities = identities_in(os.environ)
    plan = plan_restore(
        manifest,
        store_url,
        server_url=_server_url(repository, manifest, server_url_env),
        into=into or f"{manifest.database.replace('-', '_')}_restored_{manifest.id[:16].lower()}",
        confirm=confirm,
        with_owners=not no_owner,
        identities=identities,
        clock=CLOCK,
    )
    if dry_run:
        now = CLOCK.now()
        print_result(as_json, plan_summary(plan, now), plan_lines(plan, now))
        return plan.problems[0].exit_code if plan.problems else ExitCode.OK
    for problem in plan.problems[1:]:
        warn(problem.message)
    restored = carry_out(plan, identities=identities, clock=CLOCK, progress=progress())
    print_result(as_json, restored_summary(plan, restored), restored_lines(plan, restored))
    return ExitCode.OK


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--at: {text!r} is no time", hint=_TIME_HINT) from error
    if moment.tzinfo is None:
        raise UsageError(f"--at: {text!r} has no time zone", hint=_TIME_HINT)
    return moment


def _server_url(repository: Path, manifest: Manifest, variable: str | None) -> str:
    if variable:
        return secret_of(variable, os.environ)
    return sources_of(load_policy(repository), os.environ, manifest.database)[0].url


_TIME_HINT = "write it as RFC 3339 does: 2026-11-22T14:30:00Z or 2026-11-22T15:30:00+01:00"
