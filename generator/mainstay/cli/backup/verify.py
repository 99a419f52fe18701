"""`mainstay backup verify`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mainstay.backup import (
    Level,
    Manifest,
    Verification,
    identities_in,
    scratch_url_of,
    verify_and_record,
    verify_backup,
)
from mainstay.cli.backup.request import (
    CLOCK,
    chosen_backup,
    common_options,
    policy_if_any,
    print_result,
    progress,
    run_url,
    warn,
)
from mainstay.errors import ExitCode
from mainstay.report.backups import verification_lines, verification_summary


@click.command()
@click.argument("backup_id", metavar="[ID]", required=False)
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    default=Level.READABLE.value,
    show_default=True,
    help="digest: the bytes are those that were stored. readable: the engine's tool reads them to the end. "
    "restored: restored into a scratch database and compared row by row. "
    "proved: besides, looked through for damage, and the policy's assertions hold.",
)
@click.option(
    "--server-url-env", metavar="NAME", help="Variable with the URL of the scratch server for `restored`."
)
@click.option("--no-record", is_flag=True, help="Do not record the result beside the manifest in the store.")
@common_options
def verify(
    repository: Path,
    store: str | None,
    database: str | None,
    as_json: bool,
    backup_id: str | None,
    level: str,
    server_url_env: str | None,
    no_record: bool,
) -> int:
    """Verify a backup; without an ID the newest.

    Level `restored` starts a throw-away server of the same version unless --server-url-env names another one. It only
    touches a database of its own. The result is recorded in the store, where `backup list` and `backup status` find
    it. Ends with 4 when the backup is not what its manifest says.

    \b
    Example:
      mainstay backup verify --level restored
    """
    manifest, store_url = chosen_backup(repository, store, database, backup_id)

    def verified() -> Verification:
        return verify_backup(
            manifest,
            store_url,
            level=Level(level),
            server_url=scratch_url_of(
                policy_if_any(repository), manifest.database, os.environ, server_url_env
            ),
            identities=identities_in(os.environ),
            assertions=_assertions(repository, manifest),
            clock=CLOCK,
            progress=progress(),
        )

    found = (
        verified()
        if no_record
        else verify_and_record(
            manifest, Level(level), store_url, verified, warn=warn, clock=CLOCK, run_url=run_url()
        )
    )
    print_result(as_json, verification_summary(found), verification_lines(found))
    return ExitCode.NOT_VERIFIED if found.differences else ExitCode.OK


def _assertions(repository: Path, manifest: Manifest) -> list[str]:
    policy = policy_if_any(repository)
    database = policy.databases.get(manifest.database) if policy else None
    return database.assertions if database else []
