"""The audit as JSON, version 1: a contract. Readers ignore keys that they do not know; no key changes its meaning.

Times are RFC 3339 in UTC, outcomes and severities the words of the command line. The model may change, this does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from mainstay.audit.model import Check, Finding, Outcome, Report, Result, Severity, Waived
from mainstay.audit.run import exit_code

SCHEMA_VERSION = 1


def json_v1(report: Report) -> str:
    """Return the report as a JSON document."""
    return _text(
        {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": "mainstay", "version": report.tool_version},
            "generated_at": report.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "fail_on": report.fail_on.label,
            "exit_code": int(exit_code(report)),
            "totals": {
                "checks": {outcome.value: report.outcomes[outcome] for outcome in Outcome},
                "findings": {severity.label: report.severities[severity] for severity in Severity},
                "waived": sum(len(result.waived) for result in report.results),
                "incomplete": len(report.incomplete),
            },
            "results": [_result(result) for result in report.results],
        }
    )


def checks_json_v1(checks: Iterable[Check]) -> str:
    """Return what the checks are as a JSON document."""
    return _text(
        {"schema_version": SCHEMA_VERSION, "checks": [_check(item) | {"page": item.page} for item in checks]}
    )


def _text(tree: dict[str, Any]) -> str:
    return json.dumps(tree, indent=2) + "\n"


def _check(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "family": check.family,
        "title": check.title,
        "severity": check.severity.label,
        "sop": check.sop,
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "check": _check(result.check),
        "outcome": result.outcome.value,
        "incomplete": result.incomplete,
        "reason": result.reason,
        "findings": [_finding(finding, result.check) for finding in result.findings],
        "waived": [_waived(waived, result.check) for waived in result.waived],
    }


def _finding(finding: Finding, check: Check) -> dict[str, Any]:
    return {
        "message": finding.message,
        "location": {"path": finding.at.path, "line": finding.at.line},
        "fix": finding.fix,
        "note": finding.note,
        "key": finding.key,
        "fingerprint": finding.fingerprint(check.id),
        "evidence": dict(finding.evidence),
    }


def _waived(waived: Waived, check: Check) -> dict[str, Any]:
    return {
        "finding": _finding(waived.finding, check),
        "reason": waived.reason,
        "expires": waived.expires.isoformat(),
        "approved_by": waived.approved_by,
    }
