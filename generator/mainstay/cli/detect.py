"""`mainstay detect`: what a repository is made of, and which file proves it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from mainstay.cli.options import json_option
from mainstay.stack import GitTree, LocalTree, describe_stack, detect_stack


@click.command()
@click.argument("path", type=click.Path(path_type=Path, file_okay=False, exists=True), default=Path())
@click.option("--ref", metavar="REF", help="Look at a branch, a tag or a commit instead of the files here.")
@json_option
def detect(path: Path, ref: str | None, as_json: bool) -> None:
    """Show what a repository is made of, each conclusion with the file that proves it.

    PATH is the top of the repository; here when it is left out. Nothing is changed and nothing is executed.
    """
    stack = detect_stack(GitTree(path, ref) if ref else LocalTree(path))
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(stack), indent=2))
        return
    for line in describe_stack(stack):
        click.echo(line)
