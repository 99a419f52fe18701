"""`command: audit`."""

from __future__ import annotations

from collections.abc import Mapping

from mainstay.action.inputs import Inputs
from mainstay.action.outcome import Outcome
from mainstay.action.outputs import Annotation, Level
from mainstay.audit import Finding, Report, Severity, exit_code, run_audit
from mainstay.platform.clock import SystemClock
from mainstay.report.markdown import markdown


def audit(inputs: Inputs, _: Mapping[str, str]) -> Outcome:
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
    )


def _annotation(severity: Severity, finding: Finding, report: Report) -> Annotation:
    level = Level.ERROR if severity >= report.fail_on else Level.WARNING
    title = f"SOP-603, {severity.label}"
    return Annotation(f"{finding.message}\n{finding.fix}", level, title, finding.at.path, finding.at.line)
