"""What the verbs of `mainstay backup` are asked: shared options, and the policy, store and backup that they mean."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mainstay.backup import Catalog, Manifest, choose_backup, kept_by
from mainstay.cli.options import json_option, repository_option
from mainstay.errors import UsageError
from mainstay.platform.clock import SystemClock
from mainstay.policy import POLICY_PATH, Policy, load_policy
from mainstay.policy.backups import Backups
from mainstay.progress import Progress
from mainstay.report.progress import progress_on

_Command = Callable[..., Any]
CLOCK = SystemClock()

store_option = click.option(
    "--store", metavar="URL", help="Store instead of the policy's: s3://… gs://… az://… file:///…"
)
database_option = click.option("--database", metavar="NAME", help="Database, as the policy names it.")


def common_options(command: _Command) -> _Command:
    """Add the options that every verb has."""
    return repository_option(json_option(store_option(database_option(command))))


def chosen_backup(
    repository: Path,
    store: str | None,
    database: str | None,
    backup_id: str | None,
    *,
    at: datetime | None = None,
    latest_proved: bool = False,
) -> tuple[Manifest, str]:
    """Return the backup that is meant, by default the newest, and the URL of its store."""
    policy = None if store and database else load_policy(repository)
    store_url, name = store_url_of(policy, store), database or _only_database(policy)
    return choose_backup(store_url, name, backup_id, at=at, latest_proved=latest_proved), store_url


def keepers(catalog: Catalog, policy: Policy | None) -> dict[str, tuple[str, ...]] | None:
    """Return what keeps each backup, by id; none where there is no policy to ask."""
    if policy is None or policy.backups is None:
        return None
    return kept_by(catalog, policy.backups.keep, policy.databases)


def policy_if_any(repository: Path) -> Policy | None:
    """Return the policy of the repository; none where there is no policy file."""
    return load_policy(repository) if (repository / POLICY_PATH).exists() else None


def promises_of(policy: Policy) -> Backups:
    """Return what the policy promises about backups."""
    if policy.backups is None:
        raise UsageError("the policy has no backups", hint="set backups.store in .github/mainstay.yml")
    return policy.backups


def store_url_of(policy: Policy | None, store: str | None) -> str:
    """Return the URL of the store: the one that was given, or the policy's."""
    if store:
        return store
    if policy is None or policy.backups is None:
        raise UsageError(
            "the policy names no store", hint="set backups.store in .github/mainstay.yml, or --store URL"
        )
    return policy.backups.store


def progress() -> Progress:
    """Return a progress display on standard error."""
    return progress_on(sys.stderr, CLOCK)


def run_url() -> str | None:
    """Return the address of the workflow run that this is, for manifests and records."""
    parts = [os.environ.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    server, repository, run = parts
    return f"{server}/{repository}/actions/runs/{run}" if all(parts) else None


def warn(text: str) -> None:
    """Say something on standard error that does not end the command."""
    click.echo(f"warning: {text}", err=True)


def print_result(as_json: bool, data: object, lines: list[str]) -> None:
    """Print the result for a program or for a person."""
    click.echo(json.dumps(data, indent=2) if as_json else "\n".join(lines))


def _only_database(policy: Policy | None) -> str:
    names = list(policy.databases) if policy else []
    if len(names) != 1:
        raise UsageError(f"the policy names {len(names)} databases", hint="say which one: --database NAME")
    return names[0]
