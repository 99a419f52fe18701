"""`mainstay dependabot`: findings and plans as text and as JSON. The JSON is a contract."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from mainstay.dependabot import Checked, Plan
from mainstay.report.escape import visible
from mainstay.report.quantities import count_text

SCHEMA_VERSION = 1


def check_lines(checked: Checked) -> list[str]:
    """Return one line per finding and per thing that is unknown; the verdict comes last."""
    lines = [
        f"{_place(checked.path, finding.line)}  {finding.message}; fix: {finding.fix}"
        for finding in checked.findings
    ]
    lines += [f"unknown  {text}" for text in checked.unknown]
    return [visible(line) for line in [*lines, _verdict(checked)]]


def _verdict(checked: Checked) -> str:
    if checked.findings:
        return f"failed: {count_text(len(checked.findings), 'finding')}"
    return "nothing wrong was found, but not everything is known" if checked.unknown else "passed"


def check_summary(checked: Checked) -> dict[str, Any]:
    """Return what was found for `--json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "path": checked.path,
        "findings": [
            {
                "rule": finding.rule,
                "message": finding.message,
                "line": finding.line,
                "fix": finding.fix,
            }
            for finding in checked.findings
        ],
        "unknown": list(checked.unknown),
    }


def plan_lines(plan: Plan) -> list[str]:
    """Return the diff, then the reason for each edit, then what only a person can do."""
    if not plan.merge.edits:
        return [visible(note) for note in (*plan.merge.notes, f"{plan.path} needs no change")]
    reasons = [f"{_place(plan.path, edit.line)}  {edit.why}" for edit in plan.merge.edits]
    return [visible(line) for line in [*_diff(plan), "", *reasons, *plan.merge.notes]]


def plan_summary(plan: Plan, *, written: bool) -> dict[str, Any]:
    """Return a plan for `--json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "path": plan.path,
        "new": plan.new,
        "written": written,
        "edits": [{"line": edit.line, "why": edit.why} for edit in plan.merge.edits],
        "notes": list(plan.merge.notes),
        "diff": "".join(f"{line}\n" for line in _diff(plan)),
    }


def _diff(plan: Plan) -> Iterator[str]:
    """Yield a unified diff without line ends; carriage returns are not shown as changes of every line."""
    before, after = (text.decode().splitlines() for text in (plan.merge.before, plan.merge.after))
    names = ("/dev/null" if plan.new else f"a/{plan.path}", f"b/{plan.path}")
    yield from difflib.unified_diff(before, after, *names, lineterm="")


def _place(path: str, line: int | None) -> str:
    return f"{path}:{line}" if line else path
