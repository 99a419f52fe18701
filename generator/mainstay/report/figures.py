"""An audit in a few numbers: what the evidence ledger records of it, and the plot of the trend is made from."""

from __future__ import annotations

from mainstay.audit.model import Outcome, Report, Severity


def figures(report: Report) -> dict[str, int]:
    """Return how many checks passed and were judged, how many findings stand, and what could not be read."""
    judged = len(report.results) - report.outcomes[Outcome.NOT_APPLICABLE] - len(report.not_asked)
    return {
        "passed": report.outcomes[Outcome.PASS],
        "judged": judged,
        "findings": report.severities.total(),
        **{severity.label: report.severities[severity] for severity in Severity},
        "incomplete": len(report.incomplete),
        "not_asked": len(report.not_asked),
    }
