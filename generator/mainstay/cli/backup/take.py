"""`mainstay backup take`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mainstay.backup import sources_of, take_backup
from mainstay.cli.backup.request import CLOCK, common_options, print_result, progress, run_url, store_url_of
from mainstay.policy import load_policy
from mainstay.report.backups import manifest_summary


@click.command()
@common_options
def take(repository: Path, store: str | None, database: str | None, as_json: bool) -> None:
    """Back up the policy's databases, or one of them.

    \b
    Example:
      DATABASE_URL=postgresql://… mainstay backup take --database app
    """
    policy = load_policy(repository)
    store_url = store_url_of(policy, store)
    manifests = [
        take_backup(
            source,
            store_url,
            encrypt_to=policy.backups.encrypt_to if policy.backups else (),
            clock=CLOCK,
            progress=progress(),
            run_url=run_url(),
        )
        for source in sources_of(policy, os.environ, database)
    ]
    print_result(
        as_json,
        [manifest_summary(manifest, store_url, CLOCK.now()) for manifest in manifests],
        [f"backed up  {manifest.database} {manifest.id}" for manifest in manifests],
    )
