"""ONC2xx: are the people there, and do they know what to do? (SOP-603 sections 1 and 5)."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.audit.facts.people import Fillings, Responders, RosterChanges
from mainstay.audit.facts.policy import PolicyFile
from mainstay.audit.model import Finding, Severity
from mainstay.audit.registry import check


@check("ONC201", "Everybody on call has access", Severity.HIGH, sop="5", requires=["ONC101"])
def responders_have_access(responders: Responders, file: PolicyFile) -> Iterator[Finding]:
    """Somebody who left the company is paged, and nobody comes. Somebody without write access cannot roll back.

    Fix: take the person off `team.on-call`, correct the name, or give write access.
    """
    for login, role in responders.roles.items():
        if role is None:
            message, fix = f"there is no account {login}", "correct the name, or take it off the roster"
        elif role in {"none", "read", "triage"}:
            message, fix = (
                f"{login} may not write to the repository ({role})",
                "give write access, or take off call",
            )
        else:
            continue
        yield Finding(message=message, at=file.at("team", "on-call"), key=login.casefold(), fix=fix)


@check(
    "ONC202", "Everybody on call was trained within the year", Severity.MEDIUM, sop="5", requires=["ONC101"]
)
def responders_are_trained(
    responders: Responders, changes: RosterChanges, file: PolicyFile
) -> Iterator[Finding]:
    """The pull request by which somebody adds or confirms their own name is the training record (on-call.md).

    A commit to the policy counts, by the person, within a year. Nobody can do it for somebody else.

    Fix: work through "Before your first duty" in docs/maintenance/on-call.md, and confirm your name in `team.on-call`
    in a pull request of your own.
    """
    for login in responders.roles:
        if login.casefold() not in changes.authors:
            yield Finding(
                message=f"{login} has no training record of the last year",
                at=file.at("team", "on-call"),
                key=login.casefold(),
                fix="the person works through docs/maintenance/on-call.md and confirms in a pull request of their own",
            )


@check("ONC203", "Whoever fills a role exists", Severity.MEDIUM, sop="1")
def fillings_exist(fillings: Fillings, file: PolicyFile) -> Iterator[Finding]:
    """A team that was renamed gets no mention, no review and no reminder, and GitHub says nothing.

    Teams can be looked up by a member of the organisation only; an audit by a workflow's own token leaves the question
    out when a role is filled by a team.

    Fix: correct the name under `team.owners` in the policy.
    """
    for name, exists in fillings.exist.items():
        if not exists:
            message, fix = f"there is no user or team {name}", "correct the name under `team.owners`"
            yield Finding(message=message, at=file.at("team", "owners"), key=name.casefold(), fix=fix)
