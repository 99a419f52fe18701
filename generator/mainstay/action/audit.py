"""`command: audit`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from mainstay.action.inputs import Inputs
from mainstay.action.outcome import Outcome
from mainstay.action.outputs import Annotation, Level
from mainstay.audit import Finding, Online, Report, Severity, exit_code, run_audit
from mainstay.platform.clock import SystemClock
from mainstay.platform.github import github_of
from mainstay.report.figures import figures
from mainstay.report.markdown import markdown
from mainstay.report.sarif import sarif

_PROPOSALS = {"merge_group", "pull_request", "pull_request_target"}


def audit(inputs: Inputs, environ: Mapping[str, str]) -> Outcome:
    """Say what of the SOP the repository keeps."""
    fail_on = Severity.from_label(inputs.fail_on) if inputs.fail_on else None
    report = run_audit(inputs.root, clock=SystemClock(), online=_way_out(environ), fail_on=fail_on)
    found = [(result.check.severity, finding) for result in report.results for finding in result.findings]
    found.sort(key=lambda entry: -entry[0])
    return Outcome(
        "",
        exit_code(report),
        details=markdown(report),
        report=figures(report),
        annotations=tuple(_annotation(severity, finding, report) for severity, finding in found),
        outputs=_files(report, environ),
    )


def _way_out(environ: Mapping[str, str]) -> Online | None:
    """Return how to ask beyond the checkout.

    A pull request is judged by what it changes, and gets no secrets. Elsewhere the workflow decides: the audit asks
    what it is given a token for (docs/adr/0013-online-and-offline.md).
    """
    if environ.get("GITHUB_EVENT_NAME") in _PROPOSALS or not environ.get("GITHUB_TOKEN"):
        return None
    return Online(lambda: github_of(environ), environ)


def _files(report: Report, environ: Mapping[str, str]) -> dict[str, str]:
    """Write the report where later steps of the job find it; the runner empties that folder."""
    if not (folder := environ.get("RUNNER_TEMP")):
        return {}
    file = Path(folder, f"mainstay-{secrets.token_hex(8)}.sarif")
    file.write_text(sarif(report), encoding="utf-8")
    return {"sarif": str(file)}


def _annotation(severity: Severity, finding: Finding, report: Report) -> Annotation:
    level = Level.ERROR if severity >= report.fail_on else Level.WARNING
    title = f"SOP-603, {severity.label}"
    return Annotation(f"{finding.message}\n{finding.fix}", level, title, finding.at.path, finding.at.line)
