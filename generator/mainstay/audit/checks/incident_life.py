"""INC2xx, INC313: are incidents handled as promised, and does anything come of them? (SOP-603 sections 5, 6, 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from mainstay.audit import sop
from mainstay.audit.facts.documents import Documents
from mainstay.audit.facts.history import History
from mainstay.audit.facts.issues import Incident, Incidents
from mainstay.audit.facts.markdown import Document
from mainstay.audit.facts.tables import Row, rows_below
from mainstay.audit.model import Finding, Location, NotApplicable, Severity
from mainstay.audit.registry import check
from mainstay.platform.clock import Clock
from mainstay.policy import Policy
from mainstay.policy.durations import spell_duration

_FOLDER = "docs/incidents/"
_DONE = re.compile(r"\b(?:done|closed|fixed|merged|cancelled|dropped)\b", re.IGNORECASE)
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_REPEATED_CHARACTERS = 200
"""A section shorter than this may well be the same twice: "not applicable, nobody was affected"."""


def _owing(incidents: Incidents, policy: Policy) -> Iterator[tuple[Incident, timedelta]]:
    """Yield the closed incidents that owe a post-mortem, and within which time."""
    for incident in incidents.incidents:
        severity = policy.incidents.severities.get(incident.severity)  # type: ignore[call-overload]
        if incident.exercise or incident.false_alarm or incident.issue.closed_at is None:
            continue
        if severity and severity.post_mortem:
            yield incident, severity.post_mortem


@check("INC201", "Every grave incident has a merged post-mortem", Severity.HIGH, sop="8")
def post_mortem_is_merged(
    incidents: Incidents, documents: Documents, policy: Policy, clock: Clock
) -> Iterator[Finding]:
    """An outage that taught nobody anything will be back.

    Each closed P1 and P2 has a file in docs/incidents whose front matter names it (`incident: 12`), within the time
    that the policy gives (`post-mortem`). Exercises and false alarms owe none.

    Fix: copy docs/incidents/template.md, answer each TODO, and merge it.
    """
    known = {_number(document) for document in documents.post_mortems()}
    owing = list(_owing(incidents, policy))
    if not owing:
        raise NotApplicable("no incident owes a post-mortem")
    for incident, within in owing:
        issue = incident.issue
        if issue.number not in known and issue.closed_at and clock.now() - issue.closed_at > within:
            yield Finding(
                message=f"incident {issue.number} ({incident.severity}) has no post-mortem after "
                f"{spell_duration(within)}",
                at=Location(_FOLDER),
                key=f"incident {issue.number}",
                fix="copy docs/incidents/template.md, answer each TODO and merge it",
                evidence={"url": issue.url},
            )


@check("INC202", "Post-mortems are merged in time", Severity.LOW, sop="8", requires=["INC201"])
def post_mortem_is_in_time(
    incidents: Incidents, documents: Documents, history: History, policy: Policy, clock: Clock
) -> Iterator[Finding]:
    """What people remember after two weeks is the story that they told each other, not what happened.

    The first commit of the file counts, from the moment that the issue was closed. Looked at for a quarter.

    Fix: nothing brings the days back. Say in the post-mortem why it was late; the finding ends after a quarter.
    """
    owing = {
        incident.issue.number: (incident.issue, within) for incident, within in _owing(incidents, policy)
    }
    for document in documents.post_mortems():
        issue, within = owing.get(_number(document), (None, timedelta()))
        changes = list(history.of(document.path))
        if issue is None or issue.closed_at is None or clock.now() - issue.closed_at > sop.DRILL_EVERY:
            continue
        if changes and changes[-1].at - issue.closed_at > within:
            yield Finding(
                message=f"it was merged later than {spell_duration(within)} after incident {issue.number}",
                at=document.at(),
                key=f"late {issue.number}",
                fix="say in it why it was late",
            )


def _number(document: Document) -> int:
    """Return the issue that a post-mortem names in its front matter; 0 for none."""
    text = str((document.front_matter or {}).get("incident") or "").lstrip("#")
    return int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - no repository has more issues


@check("INC203", "No action of a post-mortem is overdue", Severity.MEDIUM, sop="8")
def actions_are_done(documents: Documents, clock: Clock) -> Iterator[Finding]:
    """The same outage twice is what an action that nobody did costs.

    A row of the table `Action Items` whose due date is past has to say done, closed, fixed, merged, cancelled or
    dropped.

    Fix: do it and write `Done`, or agree with its owner on a new day and say why.
    """
    today, found = clock.now().date(), False
    for document in documents.post_mortems():
        found = True
        for row in rows_below(document, "Action items"):
            days = [day for text in _DAY.findall(row.text) if (day := _day(text))]
            if days and max(days) < today and not _DONE.search(row.text):
                message = f"the action {row.cells[0][:80]!r} was due on {max(days)}"
                fix = "do it and write Done, or agree on a new day with its owner"
                yield Finding(message=message, at=document.at(row.line), key=_key(row), fix=fix)
    if not found:
        raise NotApplicable("there is no post-mortem yet")


def _key(row: Row) -> str:
    return f"action {row.cells[0].strip()}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@check("INC204", "Every incident says how grave it is", Severity.MEDIUM, sop="6")
def incidents_have_a_severity(incidents: Incidents, clock: Clock) -> Iterator[Finding]:
    """Without a severity no clock runs, and nobody can say later whether one was kept.

    The title begins with P1, P2, P3 or P4. Looked at for a quarter.

    Fix: put the severity that docs/incidents/severity.md gives at the start of the title.
    """
    if not incidents.incidents:
        raise NotApplicable("no incident was declared yet")
    for incident in incidents.incidents:
        recent = clock.now() - incident.issue.created_at <= sop.DRILL_EVERY
        if recent and not (incident.severity or incident.exercise or incident.false_alarm):
            yield Finding(
                message=f"incident {incident.issue.number} has no severity in its title",
                at=Location(f"{_FOLDER}severity.md"),
                key=f"severity {incident.issue.number}",
                fix="begin the title with P1, P2, P3 or P4",
                evidence={"url": incident.issue.url},
            )


@check("INC205", "Incident response was exercised within half a year", Severity.MEDIUM, sop="5")
def response_is_exercised(incidents: Incidents, policy: Policy, clock: Clock) -> Iterator[Finding]:
    """A procedure that nobody walked through fails on the first night that it is needed.

    A real incident or an exercise counts, once it was closed. An exercise is an issue with the label `incident` whose
    title begins with `Exercise:`.

    Fix: declare an exercise, walk through docs/incidents/response.md with the people on call, and close it with what
    you stumbled over.
    """
    limit = policy.runbooks.exercise_every
    closed = [each.issue.closed_at for each in incidents.incidents if not each.false_alarm]
    newest = max(filter(None, closed), default=datetime.min.replace(tzinfo=UTC))
    if clock.now() - newest > limit:
        yield Finding(
            message=f"no incident and no exercise was closed within {spell_duration(limit)}",
            at=Location(f"{_FOLDER}response.md"),
            key="exercise",
            fix="declare an exercise (`gh issue create --label incident --title 'Exercise: ...'`) and close it",
        )


@check("INC206", "No grave incident is open past its deadline", Severity.CRITICAL, sop="6")
def incidents_are_resolved(incidents: Incidents, policy: Policy, clock: Clock) -> Iterator[Finding]:
    """An incident that stays open is an outage that goes on, or an issue that nobody looks at. Both mislead.

    P1 and P2 are held against the policy's `resolve`; what is mitigated and watched is closed.

    Fix: escalate as docs/incidents/response.md says, or close it with what ended it.
    """
    for incident in incidents.incidents:
        severity = policy.incidents.severities.get(incident.severity)  # type: ignore[call-overload]
        if incident.severity not in {"P1", "P2"} or incident.issue.state != "open" or severity is None:
            continue
        if clock.now() - incident.issue.created_at > severity.resolve:
            yield Finding(
                message=f"incident {incident.issue.number} ({incident.severity}) is open for more than "
                f"{spell_duration(severity.resolve)}",
                at=Location(f"{_FOLDER}response.md"),
                key=f"open {incident.issue.number}",
                fix="escalate, or close it with what ended it",
                evidence={"url": incident.issue.url},
            )


@check("INC313", "No two post-mortems say the same", Severity.MEDIUM, sop="8")
def post_mortems_differ(documents: Documents) -> Iterator[Finding]:
    """A cause that was copied from the last post-mortem was not looked for.

    Root cause, contributing factors and lessons of two post-mortems are compared.

    Fix: write what was found this time. If it really is the same, say so in a sentence and link to the first.
    """
    seen: dict[str, str] = {}
    for document in documents.post_mortems():
        for title in ("Root cause", "Contributing factors", "Lessons learned"):
            section = document.titled(title)
            text = " ".join(section.body.split()).casefold() if section else ""
            if len(text) < _REPEATED_CHARACTERS or not section:
                continue
            if (other := seen.setdefault(text, document.path)) != document.path:
                message = f"{title} is word for word that of {other}"
                fix = "write what was found this time, or link to the other"
                yield Finding(message=message, at=document.at(section.line), key=title, fix=fix)
    if not seen and not list(documents.post_mortems()):
        raise NotApplicable("there is no post-mortem yet")
