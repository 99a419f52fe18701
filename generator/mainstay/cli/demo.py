"""`mainstay demo`: the whole loop once, on this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mainstay.cli.options import json_option
from mainstay.errors import ExitCode
from mainstay.platform.clock import SystemClock

_ROWS = 200_000


@click.command()
@click.option(
    "--s3", "use_s3", is_flag=True, help="Keep the backup on an S3 endpoint that runs in this process."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("mainstay-demo"),
    show_default=True,
    metavar="DIR",
    help="Where the reports go. Nothing else is left behind.",
)
@click.option(
    "--rows",
    type=click.IntRange(1000, 10_000_000),
    default=_ROWS,
    show_default=True,
    help="Least number of rows in the data set.",
)
@json_option
def demo(use_s3: bool, output: Path, rows: int, as_json: bool) -> int:
    """Show the whole loop: scaffold, back up, destroy, restore, prove equal, audit.

    A sample repository gets its SOP. Its real PostgreSQL database is backed up, dropped, restored and compared.
    Ends with 4 when the restored database differs. Findings of the audit do not count as a failure: a new
    repository has some.
    """
    from mainstay.demo import folder_store, run_demo, s3_store  # noqa: PLC0415 - `--help` stays instant
    from mainstay.demo.text import verdict_text  # noqa: PLC0415
    from mainstay.report.progress import progress_on  # noqa: PLC0415

    clock = SystemClock()
    store = s3_store if use_s3 else folder_store
    verdict = run_demo(output, store, rows=rows, clock=clock, progress=progress_on(sys.stderr, clock))
    click.echo(verdict.to_json() if as_json else "\n" + verdict_text(verdict))
    if not verdict.proved:
        return ExitCode.NOT_VERIFIED
    return ExitCode.INCOMPLETE if verdict.audit.crashed else ExitCode.OK
