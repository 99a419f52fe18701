"""Every rule for runbooks. The command line and the audit run the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from mainstay.runbooks import freshness
from mainstay.runbooks.commands import changes_have_cautions, forbidden_commands, reading_changes_nothing
from mainstay.runbooks.head import front_matter
from mainstay.runbooks.model import Problem, RunbookFolder
from mainstay.runbooks.pairing import alerts_have_runbooks
from mainstay.runbooks.placeholders import placeholders, unfinished
from mainstay.runbooks.shape import every_way_leads_on, sections
from mainstay.runbooks.variables import variables

if TYPE_CHECKING:
    from mainstay.policy.model import Runbooks

RULES: dict[str, Callable[[RunbookFolder], Iterator[Problem]]] = {
    "front-matter": front_matter,
    "sections": sections,
    "leads-on": every_way_leads_on,
    "variables": variables,
    "read-only": reading_changes_nothing,
    "caution": changes_have_cautions,
    "forbidden": forbidden_commands,
    "alerts": alerts_have_runbooks,
    "placeholder": placeholders,
    "unfinished": unfinished,
}
"""Name -> what looks for it. A new rule is one function and one row here."""

DUE: dict[str, Callable[[RunbookFolder, Runbooks, date], Iterator[Problem]]] = {
    "review": freshness.reviews_are_recent,
    "never-reviewed": freshness.reviewed_at_all,
    "exercise": freshness.exercises_are_recent,
}
"""The same for rules that depend on the day and on the policy."""


def rule_problems(folder: RunbookFolder, *rules: str) -> Iterator[Problem]:
    """Yield what breaks some of the rules that need no policy."""
    for rule in rules:
        yield from RULES[rule](folder)


def due_problems(folder: RunbookFolder, policy: Runbooks, today: date, rule: str) -> Iterator[Problem]:
    """Yield what breaks one of the rules on freshness."""
    yield from DUE[rule](folder, policy, today)


def lint(folder: RunbookFolder, policy: Runbooks, today: date) -> list[Problem]:
    """Return everything that is wrong, in the order of files and lines."""
    found = list(rule_problems(folder, *RULES))
    for rule in DUE:
        found += due_problems(folder, policy, today, rule)
    return sorted(found, key=lambda problem: (problem.path, problem.line, problem.rule))
