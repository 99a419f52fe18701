"""`mainstay backup take`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mainstay.backup import Manifest, sources_of, take_backup
from mainstay.backup.signalling import Channels, backups_told, channels_of
from mainstay.backup.signals import BackupFailed, BackupSucceeded, reason_of
from mainstay.backup.source import databases_of
from mainstay.cli.backup.request import (
    CLOCK,
    common_options,
    print_result,
    progress,
    run_url,
    store_url_of,
    warn,
)
from mainstay.errors import MainstayError
from mainstay.policy import Policy, load_policy
from mainstay.policy.backups import Guards
from mainstay.report.backups import manifest_summary


@click.command()
@click.option(
    "--accept-drop", is_flag=True, help="Keep the backup although it is empty or far smaller than the last."
)
@common_options
def take(repository: Path, store: str | None, database: str | None, as_json: bool, accept_drop: bool) -> None:
    """Back up the policy's databases, or one of them.

    One that fails does not keep the others from being taken. The policy's heartbeat and notifications are told; with
    --store nobody is, because that is not the backup that was promised.

    \b
    Example:
      DATABASE_URL=postgresql://… mainstay backup take --database app
    """
    policy = load_policy(repository)
    store_url, names = store_url_of(policy, store), databases_of(policy, database)
    channels = Channels() if store else channels_of(policy.backups, os.environ, warn, run_url=run_url())
    manifests: list[Manifest] = []
    failures: list[MainstayError] = []
    with backups_told(names, channels, whole=database is None) as events:
        for source in sources_of(policy, os.environ, database):
            try:
                manifest = take_backup(
                    source,
                    store_url,
                    encrypt_to=policy.backups.encrypt_to if policy.backups else (),
                    guards=_guards(policy, accept_drop=accept_drop),
                    clock=CLOCK,
                    progress=progress(),
                    run_url=run_url(),
                )
            except MainstayError as error:
                failures.append(error)
                events.append(BackupFailed(source.name, reason_of(error)))
            else:
                manifests.append(manifest)
                for caveat in manifest.caveats:
                    warn(f"{source.name}: {caveat}")
                events.append(BackupSucceeded(source.name, manifest.id))
    if manifests:
        print_result(
            as_json,
            [manifest_summary(manifest, store_url, CLOCK.now()) for manifest in manifests],
            [f"backed up  {manifest.database} {manifest.id}" for manifest in manifests],
        )
    for failure in failures[1:]:
        warn(failure.message)
    if failures:
        raise failures[0]


def _guards(policy: Policy, *, accept_drop: bool) -> Guards:
    guards = policy.backups.guards if policy.backups else Guards()
    return guards.model_copy(update={"on_empty": "warn", "on_drop": "warn"}) if accept_drop else guards
