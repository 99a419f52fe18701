"""RB: runbooks (SOP-603 section 9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from mainstay.audit import sop
from mainstay.audit.facts.documents import RUNBOOKS, Documents
from mainstay.audit.facts.markdown import Document
from mainstay.audit.model import Finding, Location, NotApplicable, Severity
from mainstay.audit.registry import check
from mainstay.platform.clock import Clock
from mainstay.policy import Policy
from mainstay.policy.durations import spell_duration
from mainstay.policy.model import Owner

FRONT_MATTER = ("id", "title", "owner", "alerts", "severity_hint", "last_reviewed")


def _runbooks(documents: Documents) -> Iterator[Document]:
    found = False
    for document in documents.runbooks():
        found = True
        yield document
    if not found:
        raise NotApplicable("there is no runbook (RB101)")


@check("RB101", "There are runbooks", Severity.HIGH, sop="9")
def runbooks_exist(documents: Documents) -> Iterator[Finding]:
    """Whoever is woken at three in the morning follows a page, or guesses.

    Fix: restore docs/runbooks/ with `copier update`, and write one for each alert that can wake somebody.
    """
    if not list(documents.runbooks()):
        at, fix = Location(RUNBOOKS), "restore the runbooks from the template"
        yield Finding(message="there is no runbook", at=at, key="missing", fix=fix)


@check("RB102", "Every runbook says what it is about and who owns it", Severity.MEDIUM, sop="9")
def front_matter_is_complete(documents: Documents) -> Iterator[Finding]:
    """Alerts find their runbook, and reminders find its owner, by the front matter at the top of the page.

    Fix: fill the key that the finding names between the two `---` at the top. `owner` is a role of the policy, such
    as devops, or a GitHub user or team.
    """
    ids: dict[str, str] = {}
    for document in _runbooks(documents):
        head = document.front_matter or {}
        for key in FRONT_MATTER:
            if key not in head or head[key] in (None, "", []):
                message = f"front matter: {key} is " + ("empty" if key in head else "missing")
                yield Finding(
                    message=message, at=document.at(1), key=key, fix=f"fill `{key}` at the top of the page"
                )
        owner = str(head.get("owner") or "")
        if owner and owner not in set(Owner) and not owner.startswith("@"):
            message, fix = f"front matter: owner {owner} is nobody", "write a role of the policy, or @user"
            yield Finding(message=message, at=document.at(1), key="owner", fix=fix)
        name = str(head.get("id") or document.path)
        if (other := ids.setdefault(name, document.path)) != document.path:
            message = f"the id {name} is also that of {other}"
            yield Finding(message=message, at=document.at(1), key="id", fix="give each runbook its own id")


@check("RB103", "Every runbook has its parts, in order", Severity.MEDIUM, sop="9")
def sections_are_complete(documents: Documents) -> Iterator[Finding]:
    """Under stress people look for the next step where it stands on every other page.

    The parts are: Trigger, Impact, Variables, First 5 minutes, Decision tree, Diagnose, Mitigate, Verify, Escalate,
    After, References.

    Fix: add the heading that the finding names, or move it to its place.
    """
    for document in _runbooks(documents):
        found = {title: document.titled(title) for title in sop.RUNBOOK_SECTIONS}
        for title, section in found.items():
            if section is None or (
                section.is_empty and not _has_parts(document, section.line, section.level)
            ):
                message = f"the part {title} is " + ("empty" if section else "missing")
                yield Finding(
                    message=message,
                    at=document.at(section.line if section else None),
                    key=title,
                    fix=f"write `## {title}`",
                )
        lines = [section.line for section in found.values() if section]
        if lines != sorted(lines):
            order = ", ".join(sop.RUNBOOK_SECTIONS)
            yield Finding(
                message="its parts are not in order",
                at=document.at(),
                key="order",
                fix=f"use the order {order}",
            )


def _has_parts(document: Document, line: int, level: int) -> bool:
    """Return whether a deeper heading with text follows directly."""
    following = [section for section in document.sections if section.line > line]
    return bool(following) and following[0].level > level and not following[0].is_empty


@check("RB201", "Every runbook was reviewed lately", Severity.MEDIUM, sop="9")
def runbooks_are_reviewed(documents: Documents, policy: Policy, clock: Clock) -> Iterator[Finding]:
    """A runbook for last year's system is worse than none: people trust it.

    The policy says how often (`runbooks.review-every`); a day in the future is refused.

    Fix: have the owner walk through the page on a quiet day, and set `last_reviewed` to that day.
    """
    limit, today = policy.runbooks.review_every, clock.now().date()
    fix = "walk through the page with its owner and set `last_reviewed` to that day"
    for document in _runbooks(documents):
        reviewed = _day((document.front_matter or {}).get("last_reviewed"))
        if reviewed is None:
            message = "it was never reviewed"
        elif reviewed > today:
            message = f"its review lies in the future ({reviewed})"
        elif today - reviewed > limit:
            message = f"its last review ({reviewed}) is more than {spell_duration(limit)} ago"
        else:
            continue
        yield Finding(message=message, at=document.at(1), key="last_reviewed", fix=fix)


def _day(value: object) -> date | None:
    """Return the day that a front matter holds; nothing for `never` and for what is no day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
