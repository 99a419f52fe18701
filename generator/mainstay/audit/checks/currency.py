"""SOP2xx: is the SOP itself kept current, and is there proof of it? (SOP-603 outputs)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mainstay.audit.facts.answers import ANSWERS
from mainstay.audit.facts.ledger import Evidence, StoredLedger
from mainstay.audit.facts.template import Revisions
from mainstay.audit.model import Finding, Location, NotApplicable, Severity
from mainstay.audit.registry import check
from mainstay.evidence import BRANCH
from mainstay.platform.clock import Clock

_WEEK = timedelta(days=8)


@check(
    "SOP201", "The newest revision of the SOP is adopted", Severity.LOW, sop="outputs", requires=["SOP102"]
)
def revision_is_current(revisions: Revisions) -> Iterator[Finding]:
    """A newer revision corrects what was found wrong in this one, also in the workflows that hold your keys.

    Fix: `mainstay plan` shows what it changes here, `mainstay update` brings it.
    """
    adopted, newest = revisions.adopted.release, revisions.newest
    if newest is None:
        raise NotApplicable("the template has no release yet")
    if adopted is None or adopted < newest:
        message = f"{newest} is released, {revisions.adopted.revision} is adopted"
        fix = "`mainstay plan` shows what it changes, `mainstay update` brings it"
        yield Finding(message=message, at=Location(ANSWERS), key="behind", fix=fix)


@check("SOP203", "The evidence ledger is whole", Severity.HIGH, sop="outputs")
def ledger_is_whole(stored: StoredLedger) -> Iterator[Finding]:
    """Each line carries the digest of the line before it. Evidence that somebody could change proves nothing.

    Fix: look at the history of the branch mainstay-evidence, bring back the last commit whose chain holds
    (`mainstay evidence verify`), and protect the branch with a rule against force pushes.
    """
    if stored.ledger is None:
        raise NotApplicable("no evidence was recorded yet (SOP204)")
    for broken in stored.ledger.breaks:
        yield Finding(
            message=f"line {broken.line} of the ledger: {broken.why}",
            at=Location(BRANCH),
            key=f"line {broken.line}",
            fix=f"look at the history of the branch {BRANCH} and bring back the last commit that holds",
        )


@check("SOP204", "The audit was recorded within the last week", Severity.MEDIUM, sop="outputs")
def audit_is_recorded(evidence: Evidence, clock: Clock) -> Iterator[Finding]:
    """Runs and their logs are deleted after some months. What an auditor asks for in a year is in the ledger.

    Fix: run the audit workflow (`gh workflow run audit.yml`); its last job records the result.
    """
    newest = evidence.newest("audit")
    if newest is None or clock.now() - newest.at > _WEEK:
        yield Finding(
            message="no audit of the last 8 days is recorded",
            at=Location(".github/workflows/audit.yml"),
            key="audit",
            fix="gh workflow run audit.yml; its last job records the result",
        )
