"""The audit as JSON, version 1: a contract. Readers ignore keys that they do not know; no key changes its meaning.

Times are RFC 3339 in UTC, outcomes and severities the words of the command line. The model may change, this does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mainstay.audit.model import Check, Finding, Outcome, Report, Result, Severity, Waived
from mainstay.audit.run import exit_code
from mainstay.report.sections import sections

SCHEMA_VERSION = 1

SeverityWord = Literal["low", "medium", "high", "critical"]
OutcomeWord = Literal["pass", "fail", "unknown", "error", "not_applicable", "waived"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Tool(_Part):
    """The program that ran the audit."""

    name: Literal["mainstay"] = "mainstay"
    version: str


class CheckPart(_Part):
    """One question that the audit asks."""

    id: str = Field(pattern=r"^[A-Z]{2,4}[1-3][0-9]{2}$")
    family: str
    """The letters of the id."""
    title: str
    """The sentence that is true when the check passes."""
    severity: SeverityWord
    sop: str
    """Section of SOP-603, `1` to `10`, or `outputs`."""


class ListedCheck(CheckPart):
    """A check with its page."""

    page: str
    """Why the check matters and how to fix what it finds."""


class LocationPart(_Part):
    """A place in the repository."""

    path: str
    """Relative to the top of the repository, with forward slashes."""
    line: int | None = Field(ge=1)


class FindingPart(_Part):
    """One thing that is not as the SOP wants it."""

    message: str
    location: LocationPart
    fix: str
    """What a person does about it."""
    note: str
    """What the audit adds, such as a waiver that has expired."""
    key: str
    """What tells it from other findings of its check in its file: no line, no age."""
    fingerprint: str = Field(pattern=r"^[0-9a-f]{20}$")
    """Its identity between runs."""
    known: bool
    """Whether the baseline holds it; then it does not fail the run."""
    evidence: dict[str, str]
    """Values that the judgement rests on."""


class WaivedPart(_Part):
    """A finding that the policy accepts for now."""

    finding: FindingPart
    reason: str
    expires: str
    """The last day of the waiver, such as 2027-01-31."""
    approved_by: str | None


class ResultPart(_Part):
    """What one check said."""

    check: CheckPart
    outcome: OutcomeWord
    incomplete: bool
    """Whether something that it needed could not be read. Never take such a result for good."""
    reason: str
    """Why it is unknown, not applicable, in error or incomplete."""
    findings: list[FindingPart]
    waived: list[WaivedPart]


class Totals(_Part):
    """How many of everything."""

    checks: dict[OutcomeWord, int]
    findings: dict[SeverityWord, int]
    waived: int
    known: int
    """Findings that the baseline holds."""
    incomplete: int


class SectionPart(_Part):
    """How much of one section of the SOP is kept."""

    sop: str
    title: str
    passed: int
    judged: int
    """Checks that had something to judge, those that came to no end included."""


class AuditDocument(_Part):
    """One run of `mainstay audit`."""

    schema_version: Literal[1] = 1
    tool: Tool
    generated_at: str
    """RFC 3339, in UTC."""
    fail_on: SeverityWord
    """Findings of this severity and above fail the run."""
    exit_code: int
    totals: Totals
    sections: list[SectionPart]
    results: list[ResultPart]
    gone: list[str]
    """What the baseline holds and the run does not find any more."""


def json_v1(report: Report) -> str:
    """Return the report as a JSON document."""
    return _text(_document(report).model_dump())


def checks_json_v1(checks: Iterable[Check]) -> str:
    """Return what the checks are as a JSON document."""
    listed = [ListedCheck(**_check(check).model_dump(), page=check.page).model_dump() for check in checks]
    return _text({"schema_version": SCHEMA_VERSION, "checks": listed})


def audit_schema() -> dict[str, Any]:
    """Return the JSON schema (2020-12) of `mainstay audit --format json`, for tools that read it."""
    schema = AuditDocument.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _document(report: Report) -> AuditDocument:
    known = sum(report.is_known(result.check, each) for result in report.results for each in result.findings)
    return AuditDocument(
        tool=Tool(version=report.tool_version),
        generated_at=report.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        fail_on=_word(report.fail_on),
        exit_code=int(exit_code(report)),
        totals=Totals(
            checks={outcome.value: report.outcomes[outcome] for outcome in Outcome},
            findings={_word(severity): report.severities[severity] for severity in Severity},
            waived=sum(len(result.waived) for result in report.results),
            known=known,
            incomplete=len(report.incomplete),
        ),
        sections=[
            SectionPart(sop=each.id, title=each.title, passed=each.passed, judged=each.judged)
            for each in sections(report)
        ],
        results=[_result(result, report) for result in report.results],
        gone=[_unicode(text) for text in report.gone],
    )


def _check(check: Check) -> CheckPart:
    return CheckPart(
        id=check.id, family=check.family, title=check.title, severity=_word(check.severity), sop=check.sop
    )


def _result(result: Result, report: Report) -> ResultPart:
    return ResultPart(
        check=_check(result.check),
        outcome=result.outcome.value,
        incomplete=result.incomplete,
        reason=_unicode(result.reason),
        findings=[_finding(finding, result.check, report) for finding in result.findings],
        waived=[_waived(waived, result.check, report) for waived in result.waived],
    )


def _finding(finding: Finding, check: Check, report: Report) -> FindingPart:
    return FindingPart(
        message=_unicode(finding.message),
        location=LocationPart(path=_unicode(finding.at.path), line=finding.at.line),
        fix=_unicode(finding.fix),
        note=_unicode(finding.note),
        key=_unicode(finding.key),
        fingerprint=finding.fingerprint(check.id),
        known=report.is_known(check, finding),
        evidence={name: _unicode(value) for name, value in finding.evidence.items()},
    )


def _waived(waived: Waived, check: Check, report: Report) -> WaivedPart:
    return WaivedPart(
        finding=_finding(waived.finding, check, report),
        reason=_unicode(waived.reason),
        expires=waived.expires.isoformat(),
        approved_by=waived.approved_by,
    )


def _word(severity: Severity) -> SeverityWord:
    return severity.label  # type: ignore[return-value] # the names of the enumeration are these words


def _unicode(text: str) -> str:
    """Return the text without halves of characters: file names may hold any byte, JSON readers want Unicode."""
    return text.encode("utf-8", "backslashreplace").decode()


def _text(tree: dict[str, Any]) -> str:
    return json.dumps(tree, indent=2) + "\n"
