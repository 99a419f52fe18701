"""`mainstay audit run`, which `mainstay audit` means without a verb."""

from __future__ import annotations

from pathlib import Path

import click

from mainstay.audit import Severity, exit_code, run_audit
from mainstay.audit.baseline import baseline_of, baseline_text, compare, read_baseline
from mainstay.cli.audit.evidence import write_evidence
from mainstay.cli.audit.history import past_audits
from mainstay.cli.audit.options import online_option, selection, way_out
from mainstay.cli.audit.outputs import FORMATS, Output, OutputType, Shown, write_file, write_outputs
from mainstay.cli.options import path_argument
from mainstay.platform.clock import SystemClock

_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@path_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="terminal",
    help="How the report is written on standard output.",
)
@click.option(
    "--output",
    "outputs",
    type=OutputType(),
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write the report into this file too; its ending says the format. Repeatable.",
)
@click.option(
    "--fail-on",
    type=click.Choice([severity.label for severity in Severity]),
    help="Severity from which findings fail the run.  [default: audit.fail-on of the policy]",
)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a bundle for an auditor into this empty folder: results, inputs, controls, sums.",
)
@online_option
@selection
@click.option("--baseline", type=_file, metavar="FILE", help="Fail only on what this file does not hold.")
@click.option(
    "--write-baseline", type=_file, metavar="FILE", help="Write what is found as a baseline for later runs."
)
def run(
    path: Path,
    form: str,
    outputs: tuple[Output, ...],
    fail_on: str | None,
    evidence: Path | None,
    online: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    baseline: Path | None,
    write_baseline: Path | None,
) -> int:
    """Run the audit on the repository at PATH; this is what `mainstay audit` does."""
    threshold = Severity.from_label(fail_on) if fail_on else None
    known, beyond = read_baseline(baseline) if baseline else None, way_out(online=online)
    report = run_audit(
        path, clock=SystemClock(), online=beyond, select=select, ignore=ignore, fail_on=threshold
    )
    report = compare(report, known) if known else report
    shown = Shown(report, lambda: past_audits(path, beyond))
    click.echo(FORMATS[form](shown), nl=False)
    write_outputs(shown, outputs)
    if evidence:
        write_evidence(shown, path, evidence)
        click.echo(f"evidence: {evidence}", err=True)
    if write_baseline:
        write_file(write_baseline, baseline_text(baseline_of(report)))
    return exit_code(report)
