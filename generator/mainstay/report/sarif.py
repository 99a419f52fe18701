"""The audit as SARIF 2.1.0, for GitHub code scanning and other readers of static analysis.

Every check is a rule in every report: a rule that is missing would leave its old alerts open. What came to no end
is a result too: GitHub closes alerts that it does not see again, and "not read" is not "repaired".
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from mainstay.audit.checks import CHECKS
from mainstay.audit.model import Check, Finding, Location, Report, Result, Severity, Waived
from mainstay.policy import POLICY_PATH
from mainstay.report.escape import visible
from mainstay.report.sections import section_text

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS_AT_MOST = 5000
"""GitHub takes 25,000 results and keeps 5,000 of them; the gravest come first."""
_TEXT_AT_MOST = 1000
"""GitHub refuses descriptions of more than 1,024 characters."""
_LEVELS = {
    Severity.LOW: ("note", "2.0"),
    Severity.MEDIUM: ("warning", "5.0"),
    Severity.HIGH: ("error", "8.0"),
    Severity.CRITICAL: ("error", "9.5"),
}
"""Severity -> the level of SARIF, and the figure that GitHub shows the same word for."""
_FINGERPRINT = "mainstay/v1"


def sarif(report: Report) -> str:
    """Return the report as a SARIF log with one run: GitHub refuses a second of the same tool and category."""
    rules = {check.id: check for check in (*CHECKS, *(result.check for result in report.results))}
    order = {check_id: number for number, check_id in enumerate(rules)}
    count = sum(len(each.findings) + len(each.waived) + each.incomplete for each in report.results)
    asked = {result.check.id for result in report.results if not result.not_asked}
    whole = asked.issuperset(check.id for check in CHECKS)
    run = {
        "tool": {
            "driver": {
                "name": "mainstay",
                "semanticVersion": report.tool_version,
                "rules": [_rule(check) for check in rules.values()],
            }
        },
        # What a part of the checks found must not close the alerts of the others.
        "automationDetails": {"id": "mainstay/audit/" if whole else "mainstay/audit-selection/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.incomplete,
                "endTimeUtc": report.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
                "toolExecutionNotifications": [
                    *(_notification(each) for each in report.incomplete),
                    *_left_out(count),
                ],
            }
        ],
        "results": list(itertools.islice(_results(report, order), RESULTS_AT_MOST)),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(check: Check) -> dict[str, Any]:
    level, figure = _LEVELS[check.severity]
    return {
        "id": check.id,
        "name": check.title[:255],
        "shortDescription": {"text": _text(check.title)},
        "fullDescription": {"text": _text(check.page or check.title)},
        "help": {"text": check.page or check.title, "markdown": check.page or check.title},
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["SOP-603", f"SOP-603 {section_text(check)}", check.family],
            "precision": "very-high",
            "problem.severity": {"note": "recommendation"}.get(level, level),
            "security-severity": figure,
        },
    }


def _results(report: Report, order: dict[str, int]) -> Iterator[dict[str, Any]]:
    for result in sorted(report.results, key=lambda each: -each.check.severity):
        for finding in result.findings:
            entry = _result(result.check, finding, order)
            if report.known or report.gone:
                entry["baselineState"] = "unchanged" if report.is_known(result.check, finding) else "new"
            yield entry
        for waived in result.waived:
            yield _result(result.check, waived.finding, order) | {"suppressions": [_suppression(waived)]}
        if result.incomplete:
            yield _result(result.check, _unread(result), order)


def _result(check: Check, finding: Finding, order: dict[str, int]) -> dict[str, Any]:
    note = f" ({finding.note})" if finding.note else ""
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.at.path), "uriBaseId": "%SRCROOT%"}}
    # GitHub shows a result only where it has a region.
    place["region"] = {"startLine": finding.at.line or 1}
    return {
        "ruleId": check.id,
        "ruleIndex": order[check.id],
        "level": _LEVELS[check.severity][0],
        "message": {"text": _text(f"{finding.message}{note}. To fix: {finding.fix}")},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {_FINGERPRINT: finding.fingerprint(check.id)},
    }


def _unread(result: Result) -> Finding:
    """Return a finding that says that nothing is known; it stands where the duty is declared."""
    message = f"{result.outcome.value if not result.findings else 'not completed'}: {result.reason}"
    at = result.findings[0].at if result.findings else Location(POLICY_PATH.as_posix())
    return Finding(message=message, at=at, key="incomplete", fix="let the audit read what it needs")


def _suppression(waived: Waived) -> dict[str, Any]:
    approved = f", approved by {waived.approved_by}" if waived.approved_by else ""
    text = f"{waived.reason} (until {waived.expires}{approved})"
    return {"kind": "external", "status": "accepted", "justification": _text(text)}


def _notification(result: Result) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": _text(f"{result.check.id} {result.outcome.value}: {result.reason}")},
        "associatedRule": {"id": result.check.id},
    }


def _left_out(count: int) -> Iterator[dict[str, Any]]:
    if count > RESULTS_AT_MOST:
        text = f"{count - RESULTS_AT_MOST} results of the least severity are left out"
        yield {"level": "warning", "message": {"text": text}}


def _uri(path: str) -> str:
    """Return a path as a relative URI; file names may hold any byte."""
    return quote(path.encode("utf-8", "surrogateescape")) or "."


def _text(text: str) -> str:
    """Return text in which nothing is a link or a character that does something."""
    lines = "\n".join(visible(line) for line in itertools.islice(text.split("\n"), 200))
    shown = lines.replace("[", "\\[").replace("]", "\\]") if "](" in lines else lines
    return shown if len(shown) <= _TEXT_AT_MOST else shown[: _TEXT_AT_MOST - 1] + "…"
