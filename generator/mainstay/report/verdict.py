"""The last line of every audit report: what came out, in words."""

from __future__ import annotations

from mainstay.audit.model import Outcome, Report, Severity
from mainstay.report.quantities import count_text


def verdict(report: Report) -> str:
    """Return one sentence: the verdict, and the figures behind it."""
    return f"{judgement(report)}: {', '.join(_figures(report))}"


def judgement(report: Report) -> str:
    """Return the verdict in a word or two."""
    if report.failing:
        return "failed"
    if report.incomplete:
        return "incomplete"
    if report.severities:
        return "passed with findings"
    judged = report.outcomes[Outcome.PASS] + report.outcomes[Outcome.WAIVED]
    return "passed" if judged else "nothing to judge"


def _figures(report: Report) -> list[str]:
    findings = report.severities.total()
    by_severity = [f"{report.severities[s]} {s.label}" for s in reversed(Severity) if report.severities[s]]
    figures = [count_text(findings, "finding") + (f" ({', '.join(by_severity)})" if findings else "")]
    figures.append(f"{report.outcomes[Outcome.PASS]} of {count_text(len(report.results), 'check')} passed")
    if waived := sum(len(result.waived) for result in report.results):
        figures.append(f"{waived} waived")
    if report.incomplete:
        figures.append(f"{len(report.incomplete)} could not be completed")
    if report.not_asked:
        figures.append(f"{len(report.not_asked)} not asked")
    if known := sum(
        report.is_known(each.check, finding) for each in report.results for finding in each.findings
    ):
        figures.append(f"{known} in the baseline")
    if report.gone:
        figures.append(f"{len(report.gone)} gone since")
    return figures
