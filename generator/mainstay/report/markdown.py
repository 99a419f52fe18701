"""The audit as Markdown: a step summary or a comment. Nothing in it comes alive that a repository wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mainstay.audit.model import Check, Finding, Report, Result
from mainstay.report.escape import markdown_code, markdown_text
from mainstay.report.verdict import verdict

_SHOWN = 200
"""Findings per report. GitHub cuts a step summary at 1 MiB and a comment at 65,536 characters."""


def markdown(report: Report) -> str:
    """Return the report as Markdown: verdict, findings with the gravest first, what was not read, what is waived."""
    parts = [f"## SOP-603 audit\n\n**{verdict(report)}**", *_sections(report)]
    return "\n\n".join(parts) + "\n"


def _sections(report: Report) -> Iterator[str]:
    worst_first = sorted(report.results, key=lambda result: -result.check.severity)
    findings = [_row(result.check, finding, report) for result in worst_first for finding in result.findings]
    if findings:
        yield _table(("Check", "Severity", "Where", "Finding", "How to fix it"), findings[:_SHOWN])
    if len(findings) > _SHOWN:
        yield f"{len(findings) - _SHOWN} more findings are in the JSON report."
    if report.gone:
        yield "### Gone since the baseline\n\n" + "\n".join(
            f"- {markdown_text(line)}" for line in report.gone[:_SHOWN]
        )
    if report.incomplete:
        rows = (
            (result.check.id, result.outcome.value, markdown_text(result.reason))
            for result in report.incomplete
        )
        yield "### Could not be completed\n\n" + _table(("Check", "Outcome", "Why"), rows)
    if report.not_asked:
        names = ", ".join(result.check.id for result in report.not_asked)
        yield f"### Not asked\n\nThis audit left these out; they are not known to be good: {names}."
    waived = [row for result in report.results for row in _waived_rows(result)]
    if waived:
        yield "### Waived\n\n" + _table(("Check", "Where", "Finding", "Reason", "Until"), waived)


def _row(check: Check, finding: Finding, report: Report) -> tuple[str, ...]:
    message = markdown_text(finding.message) + (f" ({markdown_text(finding.note)})" if finding.note else "")
    message += " (in the baseline)" if report.is_known(check, finding) else ""
    return (
        check.id,
        check.severity.label,
        markdown_code(str(finding.at)),
        message,
        markdown_text(finding.fix),
    )


def _waived_rows(result: Result) -> Iterator[tuple[str, ...]]:
    for waived in result.waived:
        finding = waived.finding
        where, what = markdown_code(str(finding.at)), markdown_text(finding.message)
        yield (result.check.id, where, what, markdown_text(waived.reason), waived.expires.isoformat())


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
