"""`mainstay dependabot`: check .github/dependabot.yml, show what it lacks, add it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from mainstay.cli.boundary import show_error
from mainstay.cli.options import json_option
from mainstay.dependabot import Checked, check_repository, plan_repository, write_plan
from mainstay.errors import ExitCode, GitHubError
from mainstay.report.dependabot import check_lines, check_summary, plan_lines, plan_summary
from mainstay.scaffold.companion import companion_action
from mainstay.stack.describe import printable

_path_argument = click.argument(
    "path", type=click.Path(path_type=Path, file_okay=False, exists=True), default=Path()
)


@click.group()
def dependabot() -> None:
    """Check .github/dependabot.yml against what the repository is made of, and add what it lacks.

    PATH is the top of the repository; here when it is left out. Your own choices win: nothing is changed or removed,
    comments and style stay.

    \b
    Examples:
      mainstay dependabot check            what is wrong, for people and for CI
      mainstay dependabot check --online   also whether the labels exist
      mainstay dependabot plan             what would be added, and why
      mainstay dependabot apply            add it
      mainstay dependabot apply --create-labels   and make labels that are missing
    """


@dependabot.command()
@_path_argument
@click.option(
    "--online", is_flag=True, help="Ask GitHub for the labels (GITHUB_REPOSITORY and GITHUB_TOKEN are set)."
)
@json_option
def check(path: Path, online: bool, as_json: bool) -> int:
    """Say what is wrong; ends with 1 on findings, with 3 when something could not be read."""
    labels = _labels() if online else None
    checked = check_repository(path, labels=labels)
    _print(check_summary(checked) if as_json else check_lines(checked))
    return _exit_code(checked, online)


def _labels() -> frozenset[str] | None:
    """Return the labels of the repository on GitHub; nothing, and why on standard error, when it does not tell."""
    from mainstay.platform.github import labels_of  # noqa: PLC0415 - only this option needs it

    try:
        return labels_of(os.environ)
    except GitHubError as error:
        show_error(error)
        return None


def _exit_code(checked: Checked, online: bool) -> ExitCode:
    if checked.findings:
        return ExitCode.FAILED
    return ExitCode.INCOMPLETE if checked.unread or (online and checked.unknown) else ExitCode.OK


@dependabot.command()
@_path_argument
@json_option
def plan(path: Path, as_json: bool) -> None:
    """Show what is missing as a diff, with the reason for each edit. Writes nothing."""
    planned = plan_repository(path, companion=companion_action(path))
    _print(plan_summary(planned, written=False) if as_json else plan_lines(planned))


@dependabot.command()
@_path_argument
@click.option(
    "--create-labels",
    is_flag=True,
    help="Make the labels that it names and GitHub lacks (GITHUB_REPOSITORY and GITHUB_TOKEN are set).",
)
@json_option
def apply(path: Path, create_labels: bool, as_json: bool) -> None:
    """Add what is missing, and show it as `plan` does. A file that lacks nothing is not written."""
    planned = plan_repository(path, companion=companion_action(path))
    if planned.merge.edits:
        write_plan(path, planned)
    summary = plan_summary(planned, written=bool(planned.merge.edits))
    lines = plan_lines(planned)
    if create_labels:
        made = _create_labels(path)
        summary |= {"labels_made": made}
        lines += [f"label made: {printable(label)}" for label in made]
    _print(summary if as_json else lines)


def _create_labels(path: Path) -> list[str]:
    from mainstay.dependabot.labels import create_labels  # noqa: PLC0415 - only this option needs GitHub
    from mainstay.platform.github import github_of  # noqa: PLC0415

    return create_labels(path, github_of(os.environ).about)


def _print(result: dict[str, object] | list[str]) -> None:
    click.echo(json.dumps(result, indent=2) if isinstance(result, dict) else "\n".join(result))
