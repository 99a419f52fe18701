"""`mainstay runbook`: say what is wrong with runbooks, list them, begin a new one."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mainstay.cli.boundary import show_error
from mainstay.cli.options import json_option, path_argument
from mainstay.errors import ExitCode, RunbookError
from mainstay.platform.clock import SystemClock
from mainstay.policy import load_policy
from mainstay.policy.model import Owner
from mainstay.report.runbooks import lint_lines, lint_summary, list_lines, list_summary
from mainstay.runbooks import lint as lint_folder
from mainstay.runbooks.create import Outline, new_runbook
from mainstay.runbooks.pairing import row_for
from mainstay.runbooks.repository import listed, read_runbooks


@click.group()
def runbook() -> None:
    """Say what is wrong with the runbooks in docs/runbooks/, list them, begin a new one.

    PATH is the top of the repository; here when it is left out. The audit asks the same questions (RB).

    \b
    Examples:
      mainstay runbook lint    what is wrong, and what is due
      mainstay runbook list    who owns what, and how fresh it is
      mainstay runbook new "Search is down" --alert SearchDown
    """


@runbook.command()
@path_argument
@click.option("--strict", is_flag=True, help="Fail on what is due too: pages that nobody read or tried yet.")
@json_option
def lint(path: Path, strict: bool, as_json: bool) -> int:
    """Say what is wrong; ends with 1 on problems, with 3 when a page could not be read.

    Front matter, parts, variables, placeholders, commands that change something where one only looks, reviews and
    exercises that are too long ago by the policy, alerts without a page.
    """
    folder = read_runbooks(path)
    problems = lint_folder(folder, load_policy(path).runbooks, SystemClock().now().date())
    _print(lint_summary(folder, problems) if as_json else lint_lines(folder, problems))
    if any(strict or not problem.due for problem in problems):
        return ExitCode.FAILED
    return ExitCode.INCOMPLETE if folder.unread else ExitCode.OK


@runbook.command("list")
@path_argument
@json_option
def list_runbooks(path: Path, as_json: bool) -> int:
    """List id, title, owner, severity, and how long ago each was reviewed and exercised."""
    folder, today = read_runbooks(path), SystemClock().now().date()
    rows = listed(folder)
    _print(list_summary(rows, folder.unread, today) if as_json else list_lines(rows, today))
    if not as_json:
        for why in folder.unread:
            show_error(RunbookError(why))
    return ExitCode.INCOMPLETE if folder.unread else ExitCode.OK


@runbook.command()
@click.argument("title")
@path_argument
@click.option("--alert", "alerts", multiple=True, required=True, help="Alert that it answers. Repeatable.")
@click.option(
    "--owner",
    default=Owner.DEV_TEAM.value,
    show_default=True,
    help="A role of the policy, or @user.",
)
@click.option(
    "--severity",
    "severities",
    type=click.Choice(["P1", "P2", "P3", "P4"]),
    multiple=True,
    default=["P2"],
    show_default=True,
    help="What it mostly is. Repeatable.",
)
def new(title: str, path: Path, alerts: tuple[str, ...], owner: str, severities: tuple[str, ...]) -> None:
    """Begin a runbook with the next free id, from RB-50 on; no file is ever overwritten.

    What you have to write is marked TODO; `mainstay runbook lint` names each.
    """
    outline = Outline(title, owner, alerts, severities, service=path.resolve().name)
    written = new_runbook(path, read_runbooks(path), outline)
    row = next(row_for(book) for book in read_runbooks(path).books if book.path == written)
    _print([f"wrote {written}", "Add it to docs/runbooks/README.md:", row])


def _print(result: dict[str, object] | list[str]) -> None:
    click.echo(json.dumps(result, indent=2) if isinstance(result, dict) else "\n".join(result))
