"""`mainstay diff`: what a repository changed in the files that the template manages."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mainstay.cli.options import path_argument
from mainstay.errors import ExitCode
from mainstay.scaffold.local_changes import local_changes


@click.command()
@path_argument
@click.option("--stat", is_flag=True, help="Only say how much changed in which file.")
@click.option("--exit-code", is_flag=True, help="End with 1 when something changed.")
def diff(path: Path, stat: bool, exit_code: bool) -> int:
    """Show what you changed in managed files, against a fresh render of the revision that you have.

    PATH is the repository; here when it is left out. Seeded files are yours and left out; line ends and the pins
    that Dependabot moved count as no change.
    """
    changed = local_changes(path, stat=stat, colour=sys.stdout.isatty())
    click.echo(changed, nl=False)
    return ExitCode.FAILED if changed and exit_code else ExitCode.OK
