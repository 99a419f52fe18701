"""Incidents and checklists, as the issues that they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from mainstay.platform.clock import Clock
from mainstay.platform.github import GitHub, Issue, IssueEvent

INCIDENT, MAINTENANCE = "incident", "maintenance"
_SEVERITY = re.compile(r"(P[1-4])\b")
_EXERCISE = re.compile(r"exercise\b|drill\b", re.IGNORECASE)
_CHECKLIST = re.compile(r"(Weekly|Monthly|Quarterly) maintenance (\S+)")
_LOOKED_BACK = timedelta(days=200)


@dataclass(frozen=True, slots=True)
class Incident:
    """An issue with the label `incident`.

    Attributes:
        severity: `P1` to `P4`, from the start of the title; empty when it does not say.
        exercise: Whether it is an exercise, which harmed nobody.
    """

    issue: Issue
    severity: str
    exercise: bool

    @property
    def false_alarm(self) -> bool:
        """Whether it was closed as not planned."""
        return self.issue.state_reason in {"not_planned", "duplicate"}


@dataclass(frozen=True, slots=True)
class Incidents:
    """All incidents, oldest first."""

    incidents: tuple[Incident, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """An issue with a checklist of one period, such as `weekly` and `2026-W48`."""

    issue: Issue
    kind: str
    period: str

    @property
    def open_lines(self) -> int:
        """How many lines are not ticked."""
        return len(re.findall(r"^\s*[-*] \[ \]", self.issue.body, re.MULTILINE))


@dataclass(frozen=True, slots=True)
class Checklists:
    """The checklists of the last months, oldest first."""

    checklists: tuple[Checklist, ...]


@dataclass(frozen=True, slots=True)
class ChecklistClosings:
    """Number of a closed checklist -> the events of its issue."""

    events: dict[int, tuple[IssueEvent, ...]]


def incidents(github: GitHub) -> Incidents:
    """Return the incidents."""
    return Incidents(tuple(map(_incident, github.issues.find(label=INCIDENT))))


def checklists(github: GitHub, clock: Clock) -> Checklists:
    """Return the checklists."""
    found = github.issues.find(label=MAINTENANCE, since=clock.now() - _LOOKED_BACK)
    return Checklists(tuple(_checklists(found)))


def checklist_closings(github: GitHub, checklists: Checklists) -> ChecklistClosings:
    """Return how the newest checklists were closed; the older ones were looked at when they were the newest."""
    closed = [each.issue for each in checklists.checklists if each.issue.closed_at][-4:]
    return ChecklistClosings({issue.number: github.issues.events(issue.number) for issue in closed})


def _incident(issue: Issue) -> Incident:
    severity = _SEVERITY.match(issue.title)
    return Incident(issue, severity[1] if severity else "", bool(_EXERCISE.match(issue.title)))


def _checklists(issues: Iterable[Issue]) -> Iterable[Checklist]:
    for issue in issues:
        if match := _CHECKLIST.fullmatch(issue.title.strip()):
            yield Checklist(issue, match[1].lower(), match[2])


PERIODS: dict[str, Callable[[date], str]] = {
    "weekly": lambda day: "{}-W{:02}".format(*day.isocalendar()[:2]),
    "monthly": lambda day: f"{day:%Y-%m}",
    "quarterly": lambda day: f"{day.year}-Q{(day.month + 2) // 3}",
}
"""Kind of checklist -> the name of the period that a day is in."""
