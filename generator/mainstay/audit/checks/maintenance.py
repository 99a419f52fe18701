"""MNT: the maintenance schedule and its checklists (SOP-603 sections 1 and 10)."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.audit import sop
from mainstay.audit.facts.documents import Documents
from mainstay.audit.facts.policy import PolicyFile
from mainstay.audit.model import Finding, Severity
from mainstay.audit.registry import check
from mainstay.policy import Policy

_CHECKLIST = "docs/maintenance/weekly-checklist.md"


@check(
    "MNT101", "The schedule holds the SOP's seven tasks, as often as the SOP wants", Severity.MEDIUM, sop="1"
)
def schedule_is_complete(policy: Policy, file: PolicyFile) -> Iterator[Finding]:
    """What is not in the schedule has no owner and no reminder.

    Fix: add the task that the finding names under `maintenance.tasks`, or do it more often.
    """
    tasks = {task.name.casefold(): (number, task) for number, task in enumerate(policy.maintenance.tasks)}
    backs_up = bool(policy.databases)
    for name, period in sop.TASKS.items():
        number, task = tasks.get(name.casefold(), (0, None))
        if task is None and (backs_up or name != "Database backups"):
            at, fix = file.at("maintenance", "tasks"), f"add it with `every: {period}` and an owner"
            yield Finding(message=f"the task {name} is missing", at=at, key=name, fix=fix)
        elif task and sop.PERIODS.index(task.every) > sop.PERIODS.index(period):
            at, fix = file.at("maintenance", "tasks", number), f"set `every: {period}`"
            yield Finding(message=f"{name} is done less often than each {period}", at=at, key=name, fix=fix)


@check("MNT102", "The checklists are complete", Severity.MEDIUM, sop="10")
def checklists_are_complete(policy: Policy, file: PolicyFile, documents: Documents) -> Iterator[Finding]:
    """A checklist without lines is always done.

    Monday, Wednesday and Friday, the month and the quarter each have lines; the document shows them all, each with
    the role that ticks it.

    Fix: add lines under `maintenance.checklists` in the policy and run `mainstay sync`.
    """
    weekly = policy.maintenance.checklists.weekly
    for day in ("monday", "wednesday", "friday"):
        if not getattr(weekly, day):
            at, fix = file.at("maintenance", "checklists", "weekly", day), "add what is looked at on that day"
            yield Finding(message=f"the checklist for {day.capitalize()} is empty", at=at, key=day, fix=fix)
    document = documents.get(_CHECKLIST)
    if document is None:
        yield Finding.missing(_CHECKLIST)
    elif not any(
        region.name == "checklist" and "- [ ] " in (region.text or "") for region in document.regions()
    ):
        fix = "add the markers of the checklist table and run `mainstay sync`"
        yield Finding(
            message="the document does not show the checklists", at=document.at(), key="document", fix=fix
        )
