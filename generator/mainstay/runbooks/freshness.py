"""How fresh a runbook is: last year's system is described worse than none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mainstay.policy.durations import parse_duration, spell_duration
from mainstay.runbooks.model import Problem, Runbook, RunbookFolder

if TYPE_CHECKING:
    from mainstay.policy.model import Runbooks

_READ = "walk through the page with its owner and set `last_reviewed` to that day"
_TRY = "try it in a drill; set `last_exercised` to that day and `exercise_evidence` to what shows it"


def reviews_are_recent(folder: RunbookFolder, policy: Runbooks, today: date) -> Iterator[Problem]:
    """Yield reviews that are too long ago, or that lie in the future."""
    for book in folder.books:
        limit, reviewed = _own_limit(book, policy.review_every), book.day("last_reviewed")
        if reviewed and reviewed > today:
            yield _problem(book, "review", f"its review lies in the future ({reviewed})", _READ)
        elif reviewed and today - reviewed > limit:
            message = f"its last review ({reviewed}) is more than {spell_duration(limit)} ago"
            yield _problem(book, "review", message, _READ)


def reviewed_at_all(folder: RunbookFolder, _policy: Runbooks, _today: date) -> Iterator[Problem]:
    """Yield runbooks that nobody has read against this system yet."""
    for book in folder.books:
        if book.day("last_reviewed") is None:
            yield _problem(book, "never-reviewed", "it was never reviewed", _READ, due=True)


def exercises_are_recent(folder: RunbookFolder, policy: Runbooks, today: date) -> Iterator[Problem]:
    """Yield runbooks that were reviewed, and not tried for too long. Reading comes before trying."""
    limit = policy.exercise_every
    for book in folder.books:
        exercised = book.day("last_exercised")
        if exercised is None:
            if book.day("last_reviewed"):
                yield _problem(book, "exercise", "it was never exercised", _TRY, due=True)
        elif exercised > today:
            yield _problem(book, "exercise", f"its exercise lies in the future ({exercised})", _TRY)
        elif not book.head.get("exercise_evidence"):
            yield _problem(book, "exercise", "its exercise has no evidence", "link what shows the exercise")
        elif today - exercised > limit:
            message = f"its last exercise ({exercised}) is more than {spell_duration(limit)} ago"
            yield _problem(book, "exercise", message, _TRY, due=True)


def _own_limit(book: Runbook, limit: timedelta) -> timedelta:
    """Return the shorter one of the policy's span and the page's own."""
    try:
        return min(limit, parse_duration(str(book.head.get("review_every"))))
    except ValueError:
        return limit


def _problem(book: Runbook, rule: str, message: str, fix: str, *, due: bool = False) -> Problem:
    key = "last_exercised" if rule == "exercise" else "last_reviewed"
    return Problem(rule=rule, path=book.path, line=book.line(key), key=key, message=message, fix=fix, due=due)
