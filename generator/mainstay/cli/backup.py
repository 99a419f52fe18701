"""`mainstay backup`: take, list, verify and restore backups as the policy says."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mainstay.backup import (
    Level,
    Manifest,
    find_backup,
    identities_in,
    read_catalog,
    restore_backup,
    secret_of,
    sources_of,
    take_backup,
    verify_backup,
)
from mainstay.cli.options import json_option, repository_option
from mainstay.errors import ExitCode, UsageError
from mainstay.platform.clock import SystemClock
from mainstay.policy import POLICY_PATH, Policy, load_policy
from mainstay.progress import Progress
from mainstay.report.backups import (
    backup_lines,
    manifest_summary,
    verification_lines,
    verification_summary,
)
from mainstay.report.progress import progress_on

_Command = Callable[..., Any]
CLOCK = SystemClock()


@click.group()
def backup() -> None:
    """Take, list, verify and restore backups.

    Databases, store and figures come from .github/mainstay.yml; connection URLs and credentials from the environment.
    """


def _common(command: _Command) -> _Command:
    """Add the options that every backup command has."""
    command = click.option(
        "--store", metavar="URL", help="Store instead of the policy's: s3://… or file:///…"
    )(command)
    return repository_option(json_option(command))


database_option = click.option("--database", metavar="NAME", help="Database, as the policy names it.")


@backup.command()
@database_option
@_common
def take(repository: Path, store: str | None, database: str | None, as_json: bool) -> None:
    """Back up the policy's databases, or one of them.

    \b
    Example:
      DATABASE_URL=postgresql://… mainstay backup take --database app
    """
    policy = load_policy(repository)
    store_url = _store_url(policy, store)
    manifests = [
        take_backup(
            source,
            store_url,
            encrypt_to=policy.backups.encrypt_to if policy.backups else (),
            clock=CLOCK,
            progress=_progress(),
            run_url=_run_url(),
        )
        for source in sources_of(policy, os.environ, database)
    ]
    _print(
        as_json,
        [manifest_summary(manifest, store_url, CLOCK.now()) for manifest in manifests],
        [f"backed up  {manifest.database} {manifest.id}" for manifest in manifests],
    )


@backup.command(name="list")
@database_option
@_common
def list_(repository: Path, store: str | None, database: str | None, as_json: bool) -> int:
    """List the backups in the store, newest first.

    Ends with 3 when a manifest cannot be read: what it stands for is unknown, not absent.
    """
    store_url = _store_url(None if store else load_policy(repository), store)
    catalog = read_catalog(store_url, database)
    now = CLOCK.now()
    _print(
        as_json,
        [manifest_summary(manifest, store_url, now) for manifest in catalog.backups],
        backup_lines(catalog, now),
    )
    for problem in catalog.unreadable:
        click.echo(f"warning: {problem}", err=True)
    return ExitCode.INCOMPLETE if catalog.unreadable else ExitCode.OK


@backup.command()
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
@database_option
@_common
def verify(
    repository: Path,
    store: str | None,
    database: str | None,
    as_json: bool,
    backup_id: str | None,
    level: str,
    server_url_env: str | None,
) -> int:
    """Verify a backup; without an ID the newest.

    Level `restored` starts a throw-away server of the same version unless --server-url-env names another one. It only
    touches a database of its own. Ends with 4 when the backup is not what its manifest says.

    \b
    Example:
      mainstay backup verify --level restored
    """
    manifest, store_url = _chosen(repository, store, database, backup_id)
    found = verify_backup(
        manifest,
        store_url,
        level=Level(level),
        server_url=secret_of(server_url_env, os.environ) if server_url_env else None,
        identities=identities_in(os.environ),
        assertions=_assertions(repository, manifest),
        clock=CLOCK,
        progress=_progress(),
    )
    _print(as_json, verification_summary(found), verification_lines(found))
    return ExitCode.NOT_VERIFIED if found.differences else ExitCode.OK


@backup.command()
@click.argument("backup_id", metavar="[ID]", required=False)
@click.option(
    "--into", metavar="NAME", help="Name of the new database.  [default: <database>_restored_<time>]"
)
@click.option(
    "--server-url-env",
    metavar="NAME",
    help="Variable with the URL of the server to restore on.  [default: the one that was backed up]",
)
@database_option
@_common
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
    manifest, store_url = _chosen(repository, store, database, backup_id)
    restored = restore_backup(
        manifest,
        store_url,
        server_url=_server_url(repository, manifest, server_url_env),
        into=into or f"{manifest.database.replace('-', '_')}_restored_{manifest.id[:16].lower()}",
        identities=identities_in(os.environ),
        clock=CLOCK,
        progress=_progress(),
    )
    summary = {
        "id": manifest.id,
        "database": restored.database,
        "rows": manifest.content.rows,
        "restore_seconds": restored.duration_seconds,
    }
    _print(as_json, summary, [f"restored  {manifest.id} into {restored.database}"])


def _assertions(repository: Path, manifest: Manifest) -> list[str]:
    if not (repository / POLICY_PATH).exists():
        return []
    database = load_policy(repository).databases.get(manifest.database)
    return database.assertions if database else []


def _server_url(repository: Path, manifest: Manifest, variable: str | None) -> str:
    if variable:
        return secret_of(variable, os.environ)
    return sources_of(load_policy(repository), os.environ, manifest.database)[0].url


def _chosen(
    repository: Path, store: str | None, database: str | None, backup_id: str | None
) -> tuple[Manifest, str]:
    policy = None if store and database else load_policy(repository)
    store_url = _store_url(policy, store)
    return find_backup(store_url, database or _only_database(policy), backup_id), store_url


def _only_database(policy: Policy | None) -> str:
    names = list(policy.databases) if policy else []
    if len(names) != 1:
        raise UsageError(f"the policy names {len(names)} databases", hint="say which one: --database NAME")
    return names[0]


def _store_url(policy: Policy | None, store: str | None) -> str:
    if store:
        return store
    if policy is None or policy.backups is None:
        raise UsageError(
            "the policy names no store", hint="set backups.store in .github/mainstay.yml, or --store URL"
        )
    return policy.backups.store


def _progress() -> Progress:
    return progress_on(sys.stderr, CLOCK)


def _run_url() -> str | None:
    """Return the address of the workflow run that this is, for the manifest."""
    parts = [os.environ.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    server, repository, run = parts
    return f"{server}/{repository}/actions/runs/{run}" if all(parts) else None


def _print(as_json: bool, data: object, lines: list[str]) -> None:
    click.echo(json.dumps(data, indent=2) if as_json else "\n".join(lines))
