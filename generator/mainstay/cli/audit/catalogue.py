"""`mainstay audit list`, `explain` and `schema`: what the audit asks, and how its answers are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import click

from mainstay.audit import online_checks
from mainstay.audit.checks import CHECKS
from mainstay.audit.model import Check
from mainstay.audit.registry import choose, find
from mainstay.cli.audit.options import selection
from mainstay.report.check_pages import check_lines, check_page, checks_markdown
from mainstay.report.json_v1 import audit_schema, checks_json_v1

LISTS: dict[str, Callable[[Sequence[Check]], str]] = {
    "terminal": lambda checks: "\n".join(check_lines(checks)) + "\n",
    "json": checks_json_v1,
    "markdown": checks_markdown,
}


@click.command("list")
@click.option(
    "--format", "form", type=click.Choice(list(LISTS)), default="terminal", help="How the list is written."
)
@selection
def list_checks(form: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> None:
    """List the checks: id, severity, section of the SOP, title."""
    click.echo(LISTS[form](choose(CHECKS, select, ignore, online=online_checks())), nl=False)


@click.command()
@click.argument("check_id", metavar="ID")
def explain(check_id: str) -> None:
    """Show why a check matters and how to fix what it finds."""
    click.echo(check_page(find(CHECKS, check_id)), nl=False)


@click.command()
def schema() -> None:
    """Print the JSON schema of `--format json`, for tools that read it."""
    click.echo(json.dumps(audit_schema(), indent=2))
