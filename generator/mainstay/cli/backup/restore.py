"""`mainstay backup restore`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mainstay.backup import Manifest, identities_in, restore_backup, secret_of, sources_of
from mainstay.cli.backup.request import CLOCK, chosen_backup, common_options, print_result, progress
from mainstay.policy import load_policy


@click.command()
@click.argument("backup_id", metavar="[ID]", required=False)
@click.option(
    "--into", metavar="NAME", help="Name of the new database.  [default: <database>_restored_<time>]"
)
@click.option(
    "--server-url-env",
    metavar="NAME",
    help="Variable with the URL of the server to restore on.  [default: the one that was backed up]",
)
@common_options
def restore(
    repository: Path,
    store: str | None,
    database: str | None,
    as_json: bool,
    backup_id: str | None,
    into: str | None,
    server_url_env: str | None,
) -> None:
    """Restore a backup into a NEW database; without an ID the newest.

    No existing database is touched. When the restore fails, the new database is dropped again.

    \b
    Example:
      mainstay backup restore --into app_before_the_migration
    """
    manifest, store_url = chosen_backup(repository, store, database, backup_id)
    restored = restore_backup(
        manifest,
        store_url,
        server_url=_server_url(repository, manifest, server_url_env),
        into=into or f"{manifest.database.replace('-', '_')}_restored_{manifest.id[:16].lower()}",
        identities=identities_in(os.environ),
        clock=CLOCK,
        progress=progress(),
    )
    summary = {
        "id": manifest.id,
        "database": restored.database,
        "rows": manifest.content.rows,
        "restore_seconds": restored.duration_seconds,
    }
    print_result(as_json, summary, [f"restored  {manifest.id} into {restored.database}"])


def _server_url(repository: Path, manifest: Manifest, variable: str | None) -> str:
    if variable:
        return secret_of(variable, os.environ)
    return sources_of(load_policy(repository), os.environ, manifest.database)[0].url
