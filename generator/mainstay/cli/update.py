"""`mainstay update`: bring a repository to a newer revision of the SOP, and lose nothing."""

from __future__ import annotations

from pathlib import Path

import click

from mainstay.cli.options import answers_in, data_option, path_argument, template_ref_option
from mainstay.errors import ExitCode
from mainstay.report.update_text import done_text
from mainstay.scaffold.plan import Choices
from mainstay.scaffold.update import update_target


@click.command()
@path_argument
@template_ref_option
@data_option
@click.option("--keep", multiple=True, metavar="FILE", help="Leave this file as you have it. Repeatable.")
@click.option(
    "--accept-loss",
    multiple=True,
    metavar="FILE",
    help="Take what the template has for this file, and lose what you wrote in it. Repeatable.",
)
def update(
    path: Path, ref: str | None, data: tuple[str, ...], keep: tuple[str, ...], accept_loss: tuple[str, ...]
) -> int:
    """Bring a repository to the newest revision of the SOP, as `mainstay plan` showed it.

    PATH is the repository; here when it is left out. Everything in it must be committed. Asks nothing: answers stay,
    new questions take their default. What would lose work is refused, and nothing is changed, until --keep or
    --accept-loss says which side counts. Ends with 1 while a conflict is left to decide.
    """
    choices = Choices(keep, accept_loss)
    done = update_target(path, ref=ref, answers=answers_in(data), choices=choices)
    click.echo(done_text(done), nl=False)
    return ExitCode.FAILED if done.conflicts else ExitCode.OK
