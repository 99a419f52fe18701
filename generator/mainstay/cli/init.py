"""`mainstay init`: look at a repository, ask what cannot be known, and put the SOP into it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import click

from mainstay.cli.options import answers_in, data_option, path_argument, template_ref_option
from mainstay.errors import UsageError
from mainstay.scaffold import (
    InitResult,
    InvalidAnswerError,
    OnExisting,
    answers_for,
    find_source,
    init_target,
    require_ready,
)
from mainstay.scaffold.answers import Answers, default_branch, notes_on
from mainstay.stack import LocalTree, describe_stack, detect_stack
from mainstay.stack.describe import printable

_PEOPLE_AND_PLACES = ("timezone", "dev_team", "on_call", "production_url", "status_page")
"""What no file of a repository tells. Every other role falls back to dev_team."""
_LISTS = frozenset({"on_call"})


@click.command()
@path_argument
@click.option("--defaults", is_flag=True, help="Ask nothing. Without a terminal nothing is asked either.")
@data_option
@click.option(
    "--source", metavar="URL", help="Where the template comes from, such as gh:OWNER/REPO or a folder."
)
@template_ref_option
@click.option("--keep-existing", is_flag=True, help="Keep files that are there with other content.")
@click.option("--overwrite", is_flag=True, help="Replace them; git must have the old ones.")
@click.option("--dry-run", is_flag=True, help="Show what would be created, and write nothing.")
def init(
    path: Path,
    defaults: bool,
    data: tuple[str, ...],
    source: str | None,
    ref: str | None,
    keep_existing: bool,
    overwrite: bool,
    dry_run: bool,
) -> None:
    """Put SOP-603 into a git repository: policy, workflows, runbooks, checklists, Dependabot.

    PATH is the repository; here when it is left out. What it is made of is detected and shown. All files are
    written or none, and none of yours is replaced unasked.
    """
    if keep_existing and overwrite:
        raise UsageError("--keep-existing and --overwrite exclude each other")
    on_existing = (
        OnExisting.KEEP if keep_existing else OnExisting.OVERWRITE if overwrite else OnExisting.REFUSE
    )
    repository = require_ready(path)
    template = find_source(repository.root, url=source, ref=ref)
    tree = LocalTree(repository.root)
    stack = detect_stack(tree)
    for line in (*describe_stack(stack), *(f"note: {printable(note)}" for note in notes_on(stack))):
        click.echo(line)
    answers, undecided = answers_for(stack, repository.root.name, tree.paths())
    given = answers_in(data)
    answers |= {"default_branch": default_branch(repository), **given}
    put = partial(init_target, repository.root, source=template, on_existing=on_existing)
    if not defaults and _is_terminal():
        questions = [key for key in (*undecided, *_PEOPLE_AND_PLACES) if key not in given]
        result = _init_asking(put, answers, questions, dry_run)
    else:
        if open_questions := [key for key in undecided if key not in given]:
            click.echo(
                "note: not decided: " + ", ".join(f"--data {key}={answers[key]}" for key in open_questions)
            )
        result = put(answers, dry_run=dry_run)
    _report(result, dry_run)


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _init_asking(
    put: Callable[..., InitResult], answers: Answers, keys: Sequence[str], dry_run: bool
) -> InitResult:
    """Ask the questions and put the template in place; ask again for an answer that the template refuses."""
    trial = put(answers, dry_run=True)
    found: Answers = {}
    for key in keys:
        found[key] = _ask(key, trial)
    while True:
        try:
            return put({**answers, **found}, dry_run=dry_run)
        except InvalidAnswerError as error:
            if error.key not in found:
                raise
            click.echo(error.message, err=True)
            found[error.key] = _ask(error.key, trial)


def _ask(key: str, trial: InitResult) -> object:
    """Return what somebody types, by the help, the choices and the default that the template has for a question."""
    question, default = trial.questions.get(key, {}), trial.answers.get(key)
    click.echo()
    click.echo(question.get("help", key))
    choices = question.get("choices")
    kind = click.Choice(choices) if isinstance(choices, list) else None
    shown = " ".join(map(str, default)) if isinstance(default, list) else str(default or "")
    answer = str(click.prompt(key, default=shown, type=kind, show_default=bool(shown)))
    return answer.replace(",", " ").split() if key in _LISTS else answer


def _report(result: InitResult, dry_run: bool) -> None:
    click.echo()
    click.echo(f"{'Would create' if dry_run else 'Created'} {len(result.created)} files in {result.root}")
    for line in _tree(result.created):
        click.echo(f"  {printable(line)}")
    for words, paths in (
        ("kept as they were", result.kept),
        ("replaced", result.overwritten),
        ("merged, your entries stay", result.merged),
    ):
        if paths:
            click.echo(f"{words}: {', '.join(paths)}")
    for note in result.notes:
        click.echo(f"note: {printable(note)}")
    if not dry_run:
        click.echo("\nNext:")
        click.echo("  1. Read the policy and put your people in it:   .github/mainstay.yml")
        click.echo("  2. Ask the audit what a human still has to do:  mainstay audit")
        click.echo(
            '  3. Commit:                                      git add -A && git commit -m "Adopt SOP-603"'
        )
        click.echo("Later, for a newer revision of the SOP:          mainstay plan, then mainstay update")


def _tree(paths: Iterable[str]) -> list[str]:
    """Return one line per folder with the files in it."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        folders.setdefault(f"{folder}/" if folder else "./", []).append(name)
    width = max((len(folder) for folder in folders), default=0) + 2
    return [
        line
        for folder, names in sorted(folders.items())
        for line in textwrap.wrap(
            f"{folder:<{width}}{', '.join(names)}", 76, subsequent_indent=" " * width, break_on_hyphens=False
        )
    ]
