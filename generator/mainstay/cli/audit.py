"""`mainstay audit`: run the audit, list its checks, explain one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import click

from mainstay.audit import Report, Severity, exit_code, run_audit
from mainstay.audit.checks import CHECKS
from mainstay.audit.registry import find
from mainstay.errors import UsageError
from mainstay.platform.clock import SystemClock
from mainstay.report.check_pages import check_lines, check_page, checks_markdown
from mainstay.report.json_v1 import checks_json_v1, json_v1
from mainstay.report.markdown import markdown
from mainstay.report.terminal import plain, terminal
from mainstay.report.verdict import verdict


def _for_a_screen(report: Report) -> str:
    """Return colours and groups on a terminal, one line per finding elsewhere."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return plain(report)
    return terminal(report, width=shutil.get_terminal_size().columns, colour=not os.environ.get("NO_COLOR"))


FORMATS: dict[str, Callable[[Report], str]] = {
    "terminal": _for_a_screen,
    "json": json_v1,
    "markdown": markdown,
}
"""A new format is one function and one line here."""

LISTS: dict[str, Callable[[], str]] = {
    "terminal": lambda: "\n".join(check_lines(CHECKS)) + "\n",
    "json": lambda: checks_json_v1(CHECKS),
    "markdown": lambda: checks_markdown(CHECKS),
}


class _RunByDefault(click.Group):
    """A group that runs the audit when no subcommand is named, so that PATH can be given right away."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, args if args and args[0] in own else ["run", *args])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [param.get_help_record(ctx) for param in run.params if isinstance(param, click.Option)]
        with formatter.section("Options"):
            formatter.write_dl([record for record in records if record])
        self.format_commands(ctx, formatter)


@click.group(cls=_RunByDefault, options_metavar="", subcommand_metavar="[PATH] [OPTIONS]")
def audit() -> None:
    """Say what of SOP-603 a repository keeps, and what a person still has to do.

    PATH is the top of the repository; here when it is left out. Files are only read, and nothing is sent anywhere.
    What cannot be read is reported as unknown, never as good.

    \b
    Examples:
      mainstay audit                           this repository
      mainstay audit ../shop --fail-on medium  another one, more strictly
      mainstay audit --select BK,DEP101        backups, and one check more
      mainstay audit --format json --output audit.json
      mainstay audit explain BK101             why a check matters, how to fix it

    \b
    Ends with 0 when nothing fails, 1 with findings at or above --fail-on,
    2 when the request is wrong, 3 when something could not be read.
    """


@audit.command()
@click.argument("path", type=click.Path(path_type=Path, file_okay=False, exists=True), default=Path())
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="terminal",
    help="How the report is written.",
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report into this file."
)
@click.option(
    "--fail-on",
    type=click.Choice([severity.label for severity in Severity]),
    help="Severity from which findings fail the run.  [default: audit.fail-on of the policy]",
)
@click.option(
    "--select", multiple=True, metavar="IDS", help="Run these checks or families only, such as BK,DEP101."
)
@click.option("--ignore", multiple=True, metavar="IDS", help="Leave these checks or families out.")
def run(
    path: Path,
    form: str,
    output: Path | None,
    fail_on: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
) -> int:
    """Run the audit on the repository at PATH; this is what `mainstay audit` does."""
    threshold = Severity.from_label(fail_on) if fail_on else None
    report = run_audit(path, clock=SystemClock(), select=select, ignore=ignore, fail_on=threshold)
    if output is None:
        click.echo(FORMATS[form](report), nl=False)
    else:
        _write(output, plain(report) if form == "terminal" else FORMATS[form](report))
        click.echo(f"{verdict(report)}; report: {output}", err=True)
    return exit_code(report)


@audit.command("list")
@click.option(
    "--format", "form", type=click.Choice(list(LISTS)), default="terminal", help="How the list is written."
)
def list_checks(form: str) -> None:
    """List every check: id, severity, section of the SOP, title."""
    click.echo(LISTS[form](), nl=False)


@audit.command()
@click.argument("check_id", metavar="ID")
def explain(check_id: str) -> None:
    """Show why a check matters and how to fix what it finds."""
    click.echo(check_page(find(CHECKS, check_id)), nl=False)


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{output} cannot be written: {error.strerror}", hint="name another with --output"
        ) from error
