"""`mainstay adopt`: the SOP for a repository that has some of it already."""

from __future__ import annotations

from pathlib import Path

import click

from mainstay.cli.options import answers_in, data_option, path_argument, template_ref_option
from mainstay.report.escape import visible
from mainstay.report.quantities import count_text
from mainstay.scaffold import answers_for, find_source, require_ready
from mainstay.scaffold.adopt import Adoption, adopt_target
from mainstay.scaffold.answers import default_branch, notes_on
from mainstay.stack import LocalTree, describe_stack, detect_stack
from mainstay.stack.describe import printable


@click.command()
@path_argument
@click.option("--write", is_flag=True, help="Do it. Without this, nothing is written.")
@click.option(
    "--take",
    multiple=True,
    metavar="FILE",
    help="Change this file as the diff shows; git must have it as it is. Repeatable.",
)
@data_option
@click.option(
    "--source", metavar="URL", help="Where the template comes from, such as gh:OWNER/REPO or a folder."
)
@template_ref_option
def adopt(
    path: Path,
    write: bool,
    take: tuple[str, ...],
    data: tuple[str, ...],
    source: str | None,
    ref: str | None,
) -> None:
    """Show what the SOP brings to a repository that has a dependabot.yml, runbooks or documents already.

    PATH is the repository; here when it is left out. Nothing is written without --write, and then your files stay as
    they are, except those that --take names. A dependabot.yml that is taken keeps all your entries and comments, and
    gets what it lacks. Asks nothing: what cannot be detected takes its default, or --data.
    """
    repository = require_ready(path)
    tree = LocalTree(repository.root)
    stack = detect_stack(tree)
    for line in (*describe_stack(stack), *(f"note: {printable(note)}" for note in notes_on(stack))):
        click.echo(line)
    answers, _ = answers_for(stack, repository.root.name, tree.paths())
    answers |= {"default_branch": default_branch(repository), **answers_in(data)}
    template = find_source(repository.root, url=source, ref=ref)
    _report(adopt_target(repository.root, answers, template, take=take, write=write), written=write)


def _report(adoption: Adoption, *, written: bool) -> None:
    for path, difference in adoption.differences.items():
        state = "taken" if path in adoption.taken else "kept as it is"
        click.echo(f"\n{visible(path)}: {state}; taking it means")
        click.echo("\n".join(visible(line) for line in difference.splitlines()))
    click.echo()
    for word, paths in (("new", adoption.created), ("taken", adoption.taken), ("kept", adoption.kept)):
        for path in paths:
            click.echo(f"  {word:<8}{visible(path)}")
    for note in adoption.notes:
        click.echo(f"note: {visible(note)}")
    done = "" if written else " would be"
    click.echo(
        f"\n{count_text(len(adoption.created), 'file')}{done} created, {len(adoption.taken)} changed, "
        f"{len(adoption.kept)} of yours kept"
    )
    click.echo(
        'Next: git add -A && git commit -m "Adopt SOP-603", then mainstay audit'
        if written
        else "Nothing was written. Next: mainstay adopt --write, with --take FILE for what you want changed"
    )
