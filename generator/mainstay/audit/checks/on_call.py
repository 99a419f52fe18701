"""ONC: the people (SOP-603 sections 1 and 5, on-call best practices)."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.audit.facts.policy import PolicyFile
from mainstay.audit.model import Finding, NotApplicable, Severity
from mainstay.audit.registry import check
from mainstay.policy import Policy
from mainstay.policy.model import Owner


@check("ONC101", "Somebody is on call", Severity.HIGH, sop="5")
def somebody_is_on_call(policy: Policy, file: PolicyFile) -> Iterator[Finding]:
    """Without a roster nobody may command an incident, and every clock runs against nobody.

    Fix: put GitHub users under `team.on-call` in the policy, such as `on-call: ["@ana", "@bo"]`.
    """
    if not policy.team.on_call:
        fix = 'put GitHub users under `team.on-call`, such as ["@ana", "@bo"]'
        yield Finding(
            message="nobody may command an incident", at=file.at("team", "on-call"), key="empty", fix=fix
        )


@check("ONC301", "On call is more than one person", Severity.LOW, sop="5")
def nobody_is_alone(policy: Policy, file: PolicyFile) -> Iterator[Finding]:
    """One person on call sleeps, travels and falls ill. Escalation needs somebody to escalate to.

    Fix: add a second person under `team.on-call`.
    """
    people = {person.casefold() for person in policy.team.on_call}
    if not people:
        raise NotApplicable("nobody is on call (ONC101)")
    if len(people) == 1:
        at, fix = file.at("team", "on-call"), "add a second person"
        yield Finding(message="one person is on call alone", at=at, key="alone", fix=fix)


@check("ONC102", "Every role that has duties is filled", Severity.MEDIUM, sop="1")
def roles_are_filled(policy: Policy, file: PolicyFile) -> Iterator[Finding]:
    """A task of "the team" is nobody's task.

    Fix: give the role a GitHub user or team under `team.owners` in the policy.
    """
    for role in Owner:
        duties = _duties(policy, role)
        if duties and not policy.team.owners.get(role):
            yield Finding(
                message=f"nobody is {role.value}, who has {len(duties)} duties such as {duties[0]!r}",
                at=file.at("team", "owners", role.value),
                key=role.value,
                fix=f"put a GitHub user or team at `team.owners.{role.value}`",
            )


def _duties(policy: Policy, role: Owner) -> list[str]:
    lists = policy.maintenance.checklists
    items = [
        *lists.weekly.monday,
        *lists.weekly.wednesday,
        *lists.weekly.friday,
        *lists.monthly,
        *lists.quarterly,
    ]
    tasks = [task.name for task in policy.maintenance.tasks if task.owner == role]
    return tasks + [item.item for item in items if item.owner == role]
