"""What mainstay repairs by itself: for some checks a function that returns the files as they should be.

A safe fix cannot break what works: it adds what the SOP wants where nothing was said. An unsafe one may, such as
taking a permission away that a job uses; it has to be asked for. Nothing is ever removed, no value is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mainstay.audit.fixes.change import Change, Refused
from mainstay.audit.fixes.dependencies import updates_configured
from mainstay.audit.fixes.documents import tables_synced
from mainstay.audit.fixes.workflows import keys_added, lacks
from mainstay.audit.model import Finding, Report

Finds = Sequence[tuple[str, Finding]]
"""Findings with the ids of their checks."""

Apply = Callable[[Path, Finds], Iterable[Change | Refused]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written.

    Attributes:
        changes: The files, each once, sorted.
        withheld: How many findings have a fix that is unsafe and was not asked for.
        refused: Files that cannot be repaired, with the reason, in sentences.
    """

    changes: tuple[Change, ...]
    withheld: int
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Fix:
    """How findings are repaired.

    Attributes:
        covers: Whether it repairs a finding of a check.
        apply: Returns the files as they should be; one for all findings that it covers.
        safe: Whether it cannot break what works.
    """

    covers: Callable[[str, Finding], bool]
    apply: Apply
    safe: bool = True


_UPDATES = {"DEP101", "DEP102", "DEP301"}

FIXES = (
    _Fix(lambda check, _: check in _UPDATES, updates_configured),
    _Fix(lambda check, finding: check == "SOP301" and "mainstay sync" in finding.fix, tables_synced),
    _Fix(lambda check, finding: lacks(check, finding, safe=True), keys_added),
    _Fix(lambda check, finding: lacks(check, finding, safe=False), keys_added, safe=False),
)
"""A new fix is one line here."""


def plan_fixes(root: Path, report: Report, *, unsafe: bool = False) -> Plan:
    """Return what would repair the findings of a report; nothing is written.

    Args:
        root: The top of the repository.
        report: What the audit found there.
        unsafe: Whether fixes may break what works.
    """
    every = [(result.check.id, finding) for result in report.results for finding in result.findings]
    done: dict[Apply, list[tuple[str, Finding]]] = {}
    withheld = 0
    for fix in FIXES:
        covered = [(check, finding) for check, finding in every if fix.covers(check, finding)]
        if covered and (fix.safe or unsafe):
            done.setdefault(fix.apply, []).extend(covered)
        elif covered:
            withheld += len(covered)
    found = [each for apply, covered in done.items() for each in apply(root, covered)]
    changes = sorted((each for each in found if isinstance(each, Change)), key=lambda each: each.path)
    return Plan(
        tuple(each for each in changes if each.after != each.before),
        withheld,
        tuple(each.why for each in found if isinstance(each, Refused)),
    )


def write_fixes(root: Path, plan: Plan) -> None:
    """Write what was planned, each file whole or not at all, and only where it is still as it was read.

    Raises:
        FixError: A file changed meanwhile, or cannot be written.
    """
    for change in plan.changes:
        change.write(root)
