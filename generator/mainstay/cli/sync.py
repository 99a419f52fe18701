"""`mainstay sync`: make the tables in the documents agree with the policy."""

from __future__ import annotations

from pathlib import Path

import click

from mainstay.errors import ExitCode
from mainstay.policy import load_policy
from mainstay.scaffold import sync_documents


@click.command()
@click.argument("path", type=click.Path(path_type=Path, file_okay=False, exists=True), default=Path())
@click.option(
    "--check", is_flag=True, help="Write nothing; end with 1 when a document disagrees with the policy."
)
def sync(path: Path, check: bool) -> int:
    """Rewrite the tables in docs/ from .github/mainstay.yml; only what stands between markers changes.

    PATH is the top of the repository; here when it is left out.
    """
    outdated = sync_documents(path, load_policy(path), check=check)
    for name in outdated:
        click.echo(f"{'differs' if check else 'rewritten'}: {name}")
    if not outdated:
        click.echo("every table agrees with the policy")
    if outdated and check:
        click.echo("run `mainstay sync` to rewrite them", err=True)
        return ExitCode.FAILED
    return ExitCode.OK
