"""`mainstay evidence`: read, verify and add to the ledger of what was done."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mainstay.errors import ExitCode, UsageError
from mainstay.evidence import (
    BRANCH,
    KINDS,
    PATH,
    Event,
    EvidenceError,
    Ledger,
    parse_ledger,
    read_ledger,
    record,
)
from mainstay.platform.clock import SystemClock
from mainstay.report.evidence import ledger_json, ledger_lines
from mainstay.report.quantities import count_text

_KNOWN = 50


@click.group()
def evidence() -> None:
    """Show, verify and write the record of what was done: backups, drills, audits, incidents, checklists.

    The ledger is a file of JSON lines on the branch mainstay-evidence of the repository on GitHub. Each line carries
    the digest of the line before it, so that none can be changed or removed unseen. GITHUB_REPOSITORY and GITHUB_TOKEN
    say where; --file reads a copy instead.
    """


_file = click.option(
    "--file",
    "copy",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Read this file instead of the branch, such as `git show origin/mainstay-evidence:ledger.jsonl`.",
)


@evidence.command("list")
@_file
@click.option("--kind", type=click.Choice(KINDS), help="Only this kind.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=_KNOWN, show_default=True, help="How many lines."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_entries(copy: Path | None, kind: str | None, limit: int, *, as_json: bool) -> None:
    """Show the newest lines of the ledger, newest first."""
    ledger = _ledger(copy)
    entries = [entry for entry in reversed(ledger.entries) if kind in {None, entry.kind}][:limit]
    click.echo(ledger_json(entries) if as_json else "\n".join(ledger_lines(entries)))


@evidence.command()
@_file
def verify(copy: Path | None) -> int:
    """Check that no line was changed, removed or put in between. Ends with 4 when one was."""
    ledger = _ledger(copy)
    for each in ledger.breaks:
        click.echo(f"line {each.line}: {each.why}")
    count = count_text(len(ledger.entries), "line")
    click.echo(f"broken: {len(ledger.breaks)} of {count}" if ledger.breaks else f"whole: {count}")
    return ExitCode.NOT_VERIFIED if ledger.breaks else ExitCode.OK


@evidence.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("subject")
@click.option("--failed", is_flag=True, help="It did not go well.")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="What proves it; repeatable.")
@click.option("--run-url", metavar="URL", help="The run, issue or page that shows it.")
def append(kind: str, subject: str, facts: tuple[str, ...], run_url: str | None, *, failed: bool) -> None:
    """Add a line: KIND of thing, and the SUBJECT that it was done to.

    \b
    Example:
      mainstay evidence append drill app --fact restore_seconds=42 --run-url https://...
    """
    from mainstay.platform.github import github_of  # noqa: PLC0415 - only a command that writes needs it

    event = Event(
        kind=kind,
        subject=subject,
        passed=not failed,
        at=SystemClock().now(),
        facts=dict(map(_fact, facts)),
        run_url=run_url,
    )
    commit = record(github_of(os.environ).writer, [event])
    click.echo(f"recorded on {BRANCH}: {commit}")


def _fact(text: str) -> tuple[str, str | int | float]:
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise UsageError(f"--fact {text!r} is no NAME=VALUE")
    for kind in (int, float):
        try:
            return name, kind(value)
        except ValueError:
            continue
    return name, value


def _ledger(copy: Path | None) -> Ledger:
    if copy is not None:
        try:
            return parse_ledger(copy.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise EvidenceError(f"{copy} cannot be read: {type(error).__name__}") from error
    from mainstay.platform.github import github_of  # noqa: PLC0415 - a copy needs no network

    found = read_ledger(github_of(os.environ).contents)
    if found is None:
        raise EvidenceError(
            f"there is no {PATH} on the branch {BRANCH} yet", hint="the first recorded run begins it"
        )
    return found
