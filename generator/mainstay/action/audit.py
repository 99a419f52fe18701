"""`command: audit`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from mainstay.action.inputs import Inputs
from mainstay.action.outcome import Outcome
from mainstay.action.outputs import Annotation, Level
from mainstay.audit import Finding, Report, Severity, exit_code, run_audit
from mainstay.platform.clock import SystemClock
from mainstay.report.markdown import markdown
from mainstay.report.sarif import sarif


def audit(inputs: Inputs, environ: Mapping[str, str]) -> Outcome:
    """Say what of the SOP the repository keeps."""
    fail_on = Severity.from_label(inputs.fail_on) if inputs.fail_on else None
    report = run_audit(inputs.root, clock=SystemClock(), fail_on=fail_on)
    found = [(result.check.severity, finding) for result in report.results for finding in result.findings]
    found.sort(key=lambda entry: -entry[0])
    return Outcome(
        "",
        exit_code(report),
        details=markdown(report),
        report={severity.label: report.severities[severity] for severity in Severity},
        annotations=tuple(_annotation(severity, finding, report) for severity, finding in found),
        outputs=_files(report, environ),
    )


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
