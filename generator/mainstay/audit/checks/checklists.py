"""MNT2xx: are the checklists worked through? (SOP-603 section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mainstay.audit.facts.issues import PERIODS, Checklist, ChecklistClosings, Checklists
from mainstay.audit.model import Finding, Location, NotApplicable, Severity
from mainstay.audit.registry import check
from mainstay.platform.clock import Clock
from mainstay.policy import Policy

_PAGE = "docs/maintenance/weekly-checklist.md"
_GRACE = {"weekly": timedelta(days=2), "monthly": timedelta(days=5), "quarterly": timedelta(days=10)}
"""How late into a period its issue may be opened: a Monday may be a holiday."""
_CARRIED_AT_MOST = timedelta(days=31)
_TICKED_IN = timedelta(seconds=60)
_BOT = "[bot]"


@check("MNT201", "The checklists of this week, month and quarter are open or done", Severity.MEDIUM, sop="10")
def checklists_are_begun(checklists: Checklists, policy: Policy, clock: Clock) -> Iterator[Finding]:
    """A list in a file has no date and no name. What is looked at is an issue of its period.

    The issue has the label `maintenance` and a title such as `Weekly maintenance 2026-W48`.

    Fix: docs/maintenance/weekly-checklist.md shows the command that opens it.
    """
    now = clock.now().astimezone(ZoneInfo(policy.timezone))
    known = {(each.kind, each.period) for each in checklists.checklists}
    for kind, period_of in PERIODS.items():
        # The period that a day within the grace belongs to is still the one before.
        if (kind, period_of(now)) in known or (kind, period_of(now - _GRACE[kind])) in known:
            continue
        yield Finding(
            message=f"there is no {kind} checklist for {period_of(now)}",
            at=Location(_PAGE),
            key=f"{kind} missing",
            fix=f"open an issue `{kind.capitalize()} maintenance {period_of(now)}` with the label `maintenance`",
        )


@check("MNT202", "No checklist is carried over for more than a month", Severity.MEDIUM, sop="10")
def checklists_are_finished(checklists: Checklists, clock: Clock) -> Iterator[Finding]:
    """A line that is carried over for months is a line that nobody does. Say so, and drop or automate it.

    Fix: tick what was done, carry what was not into this period's issue with the reason, and close the old one.
    """
    if not checklists.checklists:
        raise NotApplicable("no checklist was opened yet (MNT201)")
    for each in checklists.checklists:
        limit = _CARRIED_AT_MOST + _LENGTHS[each.kind]
        if each.issue.state == "open" and clock.now() - each.issue.created_at > limit:
            yield _finding(
                each, "open", "is still open more than a month after its period", "tick, carry over, close"
            )


_LENGTHS = {"weekly": timedelta(days=7), "monthly": timedelta(days=31), "quarterly": timedelta(days=92)}


@check("MNT203", "Checklists are ticked by people who looked", Severity.MEDIUM, sop="10")
def checklists_are_honest(checklists: Checklists, closings: ChecklistClosings) -> Iterator[Finding]:
    """A checklist that is done within a minute, by a bot, long after its period or with lines left open was not done.

    The newest closed ones are looked at: who closed them, how long after they were opened, and what was not ticked.

    Fix: reopen it and look; carry what cannot be done into the next one, with the reason.
    """
    if not closings.events:
        raise NotApplicable("no checklist was closed yet (MNT202)")
    for each in (each for each in checklists.checklists if each.issue.number in closings.events):
        closed = next(
            (event for event in reversed(closings.events[each.issue.number]) if event.event == "closed"), None
        )
        rules = (
            ("ticked", each.open_lines > 0, f"was closed with {each.open_lines} lines not ticked"),
            ("bot", closed is not None and str(closed.actor).endswith(_BOT), "was closed by a bot"),
            ("haste", _took(each) < _TICKED_IN, "was done within a minute"),
            ("late", _took(each) > 2 * _LENGTHS[each.kind], "was closed long after its period"),
        )
        for key, broken, message in rules:
            if broken:
                yield _finding(each, key, message, "reopen it and look, or carry over what is left")


def _took(each: Checklist) -> timedelta:
    closed: datetime | None = each.issue.closed_at
    return closed - each.issue.created_at if closed else timedelta.max


def _finding(each: Checklist, key: str, message: str, fix: str) -> Finding:
    return Finding(
        message=f"the {each.kind} checklist {each.period} {message}",
        at=Location(_PAGE),
        key=f"{each.kind} {each.period} {key}",
        fix=fix,
        evidence={"url": each.issue.url},
    )
