"""`mainstay plan`: what an update would do, without touching the work tree."""

from __future__ import annotations

from pathlib import Path

import click

from mainstay.cli.options import answers_in, data_option, json_option, path_argument, template_ref_option
from mainstay.errors import ExitCode
from mainstay.report.update_json import plan_json
from mainstay.report.update_text import plan_text
from mainstay.scaffold.plan import plan_update


@click.command()
@path_argument
@template_ref_option
@data_option
@json_option
def plan(path: Path, ref: str | None, data: tuple[str, ...], as_json: bool) -> int:
    """Show what an update would do to a repository: files, conflicts, and what Copier would lose.

    PATH is the repository; here when it is left out. Nothing in it is changed: two revisions are rendered and merged
    with it in a temporary folder. Ends with 0 when there is nothing to do or nothing in the way, with 1 when there
    are conflicts, or edits that a plain `copier update` would lose without a word.
    """
    planned = plan_update(path, ref=ref, answers=answers_in(data))
    click.echo(plan_json(planned) if as_json else plan_text(planned), nl=False)
    return ExitCode.OK if planned.clean else ExitCode.FAILED
