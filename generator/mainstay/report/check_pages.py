"""The pages of the checks, from their docstrings: `mainstay audit explain`, and docs/checks.md."""

from __future__ import annotations

from collections.abc import Sequence

from mainstay.audit.lines import LINES
from mainstay.audit.model import Check
from mainstay.report.sections import section_text

_INTRODUCTION = """\
# Checks of the audit

<!-- Written by `mainstay audit list --format markdown` from the docstrings in generator/mainstay/audit/checks/. -->

`mainstay audit` asks these questions. Numbers from 100 ask whether something exists, from 200 whether it is alive,
from 300 whether it is well made. `mainstay audit explain ID` shows one page in the terminal.
"""


def check_page(check: Check) -> str:
    """Return the page of one check as plain text."""
    return f"{check.id}: {check.title}\n{_facts(check)}\n\n{check.page}\n\nSee docs/checks.md#{check.id.lower()}\n"


def check_lines(checks: Sequence[Check]) -> list[str]:
    """Return one line per check."""
    return [f"{check.id:8}{check.severity.label:10}{check.sop:10}{check.title}" for check in checks]


def checks_markdown(checks: Sequence[Check]) -> str:
    """Return docs/checks.md."""
    rows = [f"| [{c.id}](#{c.id.lower()}) | {c.severity.label} | {c.sop} | {c.title} |" for c in checks]
    table = "\n".join(
        ["| Check | Severity | SOP-603 | True when it passes |", "| --- | --- | --- | --- |", *rows]
    )
    pages = [f"## {check.id}\n\n**{check.title}.** {_facts(check)}.\n\n{check.page}" for check in checks]
    return "\n\n".join([_INTRODUCTION.rstrip(), table, *_by_line({c.id for c in checks}), *pages]) + "\n"


def _by_line(known: set[str]) -> list[str]:
    """Return the lines of the SOP with their checks; nothing for a list that leaves checks out."""
    if any(set(line.checks) - known for line in LINES):
        return []
    rows = [
        f"| {line.part} | {line.text} | {_linked(line.exists)} | {_linked(line.correct)} | {_linked(line.alive)} |"
        for line in LINES
    ]
    head = ["| Where | Line of SOP-603 | Exists | Correct | Alive |", "| --- | --- | --- | --- | --- |"]
    return ["## Line by line", "\n".join([*head, *rows])]


def _linked(names: Sequence[str]) -> str:
    return ", ".join(f"[{name}](#{name.lower()})" for name in names)


def _facts(check: Check) -> str:
    after = f"; judged once {', '.join(check.requires)} passes" if check.requires else ""
    return f"Severity {check.severity.label}, SOP-603 {section_text(check)}{after}"
