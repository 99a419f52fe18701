"""RB2xx, ROLL2xx: were the runbooks used, and changed by what was learned? (SOP-603 sections 7 and 9)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mainstay.audit import sop
from mainstay.audit.facts.documents import RUNBOOKS, Documents
from mainstay.audit.facts.history import Change, History
from mainstay.audit.facts.markdown import Document
from mainstay.audit.model import Finding, NotApplicable, Severity
from mainstay.audit.registry import check
from mainstay.platform.clock import Clock
from mainstay.policy.durations import spell_duration

_BULK = 4
"""So many pages reviewed in one commit that changes nothing else are pages that nobody read."""
_NAMED = re.compile(r"(?:docs/)?runbooks/([A-Za-z0-9._-]+\.md)|\b(RB-\d{2,3})\b")
_ROLLBACK = re.compile(r"roll-?back", re.IGNORECASE)
_POST_MORTEM_DAY = re.compile(r"docs/incidents/(\d{4}-\d{2}-\d{2})")


def _runbooks(documents: Documents) -> list[Document]:
    found = list(documents.runbooks())
    if not found:
        raise NotApplicable("there is no runbook (RB101)")
    return found


def _exercised(document: Document) -> date | None:
    return _day((document.front_matter or {}).get("last_exercised"))


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return None


def _overdue(document: Document, limit: timedelta, today: date) -> str:
    """Return what is wrong with the last exercise of a runbook; nothing when all is well."""
    exercised = _exercised(document)
    if exercised is None:
        return "it was never exercised"
    if exercised > today:
        return f"its exercise lies in the future ({exercised})"
    if not (document.front_matter or {}).get("exercise_evidence"):
        return "its exercise has no evidence"
    return (
        f"its last exercise ({exercised}) is more than {spell_duration(limit)} ago"
        if today - exercised > limit
        else ""
    )


@check("RB211", "Reviews change more than dates", Severity.MEDIUM, sop="9")
def reviews_are_real(documents: Documents, history: History) -> Iterator[Finding]:
    """Ten review dates set in one commit that changes nothing else were set by somebody who read nothing.

    A commit that changes one line each in four runbooks or more, and nothing else in them, is no review.

    Fix: read the pages one at a time with their owners, and commit what you corrected with each date.
    """
    documents_by_path = {document.path: document for document in _runbooks(documents)}
    for path, document in documents_by_path.items():
        newest = next(history.of(path), None)
        if newest and _bumps(newest)[(1, 1)] >= _BULK and newest.lines[path] == (1, 1):
            yield Finding(
                message="its review date was set together with those of other pages, and nothing else changed",
                at=document.at(1),
                key="bulk",
                fix="read it with its owner, and commit what you corrected",
                evidence={"commit": newest.sha},
            )


def _bumps(change: Change) -> Counter[tuple[int, int]]:
    return Counter(lines for path, lines in change.lines.items() if path.startswith(RUNBOOKS))


@check("RB212", "Runbooks that an incident used were reviewed after it", Severity.MEDIUM, sop="9")
def runbooks_learn(documents: Documents) -> Iterator[Finding]:
    """The night that a page was used is the best review it will ever get, if somebody writes down what was wrong.

    A runbook that a post-mortem names has to be reviewed on the day of the incident or later.

    Fix: correct the page by what the post-mortem says, and set `last_reviewed`.
    """
    pages = {document.path.rpartition("/")[2].casefold(): document for document in _runbooks(documents)}
    pages |= {str((each.front_matter or {}).get("id")).casefold(): each for each in pages.values()}
    for post_mortem in documents.post_mortems():
        match = _POST_MORTEM_DAY.match(post_mortem.path)
        incident_day = _day(match[1]) if match else None
        names = {(path or name).casefold() for path, name in _NAMED.findall("\n".join(post_mortem.prose))}
        for document in {pages[name].path: pages[name] for name in sorted(names & set(pages))}.values():
            reviewed = _day((document.front_matter or {}).get("last_reviewed"))
            if incident_day and reviewed and reviewed < incident_day:
                message = f"it was used in {post_mortem.path} and not reviewed since"
                fix = "correct it by what the post-mortem says, and set `last_reviewed`"
                yield Finding(message=message, at=document.at(1), key=post_mortem.path, fix=fix)


@check(
    "ROLL201", "Rolling back was exercised within the quarter", Severity.MEDIUM, sop="7", requires=["ROLL101"]
)
def rollback_is_exercised(documents: Documents, clock: Clock) -> Iterator[Finding]:
    """Rolling back is the first thing to try in most outages, and the worst moment to try it first.

    Fix: roll back a deployment where it harms nobody, and set `last_exercised` and `exercise_evidence` in the runbook.
    """
    fix = "roll back a deployment where it harms nobody, and set `last_exercised` and `exercise_evidence`"
    found = (each for each in _runbooks(documents) if _ROLLBACK.search(each.path))
    reviewed = [each for each in found if _day((each.front_matter or {}).get("last_reviewed"))]
    if not reviewed:
        raise NotApplicable("reading comes before trying: it was not reviewed yet (RB203)")
    for document in reviewed:
        if wrong := _overdue(document, sop.DRILL_EVERY, clock.now().date()):
            yield Finding(message=wrong, at=document.at(1), key="last_exercised", fix=fix)
