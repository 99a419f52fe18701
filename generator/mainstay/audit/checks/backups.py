"""BK: backups and restore drills (SOP-603 section 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from mainstay.audit import sop
from mainstay.audit.facts.cron import longest_gap
from mainstay.audit.facts.policy import POLICY, PolicyFile
from mainstay.audit.facts.workflows import FOLDER, Block, Job, Step, Workflow, Workflows
from mainstay.audit.model import Finding, Location, NotApplicable, Severity
from mainstay.audit.registry import check
from mainstay.policy import Policy
from mainstay.policy.backups import Backups
from mainstay.policy.durations import spell_duration
from mainstay.stack import Stack

_BACKUP = ("backup", re.compile(r"\bmainstay\s+backup\s+take\b|scripts/backup-database"))
_DRILL = ("restore-drill", re.compile(r"\bmainstay\s+backup\s+(?:drill|verify)\b"))
_SWALLOWED = re.compile(
    r"\|\|\s*(?:true\b|:|exit\s+0\b|echo\b)|\bset\s+\+e\b|;\s*(?:true|exit\s+0)\s*$", re.MULTILINE
)
_ENGINES = {"postgresql", "mysql", "mariadb", "mongodb"}


def _backups(policy: Policy) -> Backups:
    if not policy.databases or policy.backups is None:
        raise NotApplicable("the policy names no database (BK105 says whether it should)")
    return policy.backups


def _too_rare(found: list[Workflow], limit: timedelta) -> str:
    """Return what is wrong with the schedule of the workflows, taken together; nothing when all is well."""
    crons = [cron for workflow in found for cron in workflow.crons]
    if not crons:
        return "it has no schedule"
    try:
        gap = longest_gap(crons)
    except ValueError as error:
        return str(error)
    return f"up to {spell_duration(gap)} pass between two runs" if gap > limit else ""


@check("BK101", "A workflow takes a backup every day", Severity.HIGH, sop="4")
def backup_is_scheduled(policy: Policy, workflows: Workflows) -> Iterator[Finding]:
    """A backup that somebody has to remember is not taken on the day it is needed.

    The schedule must fit the SOP (daily) and the recovery point objective of the policy.

    Fix: restore `.github/workflows/backup.yml` with `copier update`, or correct its `schedule`.
    """
    limit = min(_backups(policy).rpo, sop.BACKUP_EVERY)
    found = workflows.running(*_BACKUP)
    if not found:
        at, fix = Location(f"{FOLDER}backup.yml"), "restore .github/workflows/backup.yml from the template"
        yield Finding(message="no workflow takes a backup", at=at, key="missing", fix=fix)
    elif wrong := _too_rare(found, limit):
        fix = f"run it at least every {spell_duration(limit)}"
        yield Finding(message=f"the backup: {wrong}", at=found[0].at_key("on"), key="schedule", fix=fix)


@check("BK102", "A workflow restores the newest backup as often as the policy says", Severity.HIGH, sop="4")
def drill_is_scheduled(policy: Policy, workflows: Workflows) -> Iterator[Finding]:
    """Nobody wants backups; everybody wants restores. A backup that was never restored is a hope.

    Fix: restore `.github/workflows/restore-drill.yml` with `copier update`, or fit its `schedule` to
    `backups.drill-every`.
    """
    limit = _backups(policy).drill_every
    found = workflows.running(*_DRILL)
    if not found:
        at, fix = (
            Location(f"{FOLDER}restore-drill.yml"),
            "restore .github/workflows/restore-drill.yml from the template",
        )
        yield Finding(message="no workflow restores a backup", at=at, key="missing", fix=fix)
    elif wrong := _too_rare(found, limit):
        fix = f"run it at least every {spell_duration(limit)}, or change `backups.drill-every`"
        yield Finding(
            message=f"the restore drill: {wrong}", at=found[0].at_key("on"), key="schedule", fix=fix
        )


def _backup_workflows(policy: Policy, workflows: Workflows) -> list[Workflow]:
    _backups(policy)
    found = {each.path: each for role in (_BACKUP, _DRILL) for each in workflows.running(*role)}
    found |= {each.path: each for each in workflows.readable if each.path in sop.BACKUP_WORKFLOWS}
    if not found:
        raise NotApplicable("no workflow takes or restores a backup (BK101, BK102)")
    return list(found.values())


@check("BK103", "A failed backup cannot look green", Severity.HIGH, sop="4")
def failure_is_seen(policy: Policy, workflows: Workflows) -> Iterator[Finding]:
    """`continue-on-error`, `|| true` and `if: false` turn a dead backup into a green tick for years.

    Steps that run after a failure, such as notifications, may do as they like.

    Fix: remove what the finding names, and let the run fail.
    """
    for workflow in _backup_workflows(policy, workflows):
        for block in (each for job in workflow.jobs for each in (job, *job.steps)):
            if not block.follows_a_failure:
                yield from _hidden_failures(block)


def _hidden_failures(block: Block) -> Iterator[Finding]:
    fix = "remove it: a backup that fails has to fail the run"
    if block.may_fail_unseen:
        message, at = f"{block.name}: continue-on-error hides a failure", block.at_key("continue-on-error")
        yield Finding(message=message, at=at, key=f"{block.name} continue-on-error", fix=fix)
    if block.is_switched_off:
        yield Finding(
            message=f"{block.name}: its condition is never true",
            at=block.at_key("if"),
            key=f"{block.name} if",
            fix=fix,
        )
    if isinstance(block, Step) and (match := _SWALLOWED.search(block.run)):
        message = f"{block.name}: `{match[0].strip()}` hides a failure"
        yield Finding(message=message, at=block.at_key("run"), key=f"{block.name} run", fix=fix)


@check("BK104", "Backup workflows end, do not overlap and hold few permissions", Severity.MEDIUM, sop="4")
def workflows_are_bounded(policy: Policy, workflows: Workflows) -> Iterator[Finding]:
    """A dump that hangs holds its locks for six hours; two at once compete for one database.

    And a job that reads production needs no right to write to the repository. One that only records evidence does.

    Fix: `timeout-minutes` in each job, `concurrency`, and `permissions` with what the job needs.
    """
    for workflow in _backup_workflows(policy, workflows):
        for job in workflow.jobs:
            wanted = {
                "timeout-minutes": "timeout-minutes" in job.tree or "uses" in job.tree,
                "concurrency": "concurrency" in job.tree or "concurrency" in workflow.tree,
                "permissions": _only_records(job)
                or _are_limited(job.tree.get("permissions", workflow.tree.get("permissions"))),
            }
            for key in (key for key, present in wanted.items() if not present):
                message = f"the job {job.name} has no {key}" + (" of its own" if key == "permissions" else "")
                yield Finding(
                    message=message, at=job.at, key=f"{job.name} {key}", fix=f"add `{key}` to the job"
                )


def _only_records(job: Job) -> bool:
    """Return whether a job does nothing but add to the evidence ledger, for which it has to write."""
    return bool(job.steps) and all(step.command == "evidence" for step in job.steps)


def _are_limited(permissions: object) -> bool:
    if not isinstance(permissions, dict):
        return permissions == "read-all"
    return permissions.get("contents") != "write"


@check("BK105", "Every database that the repository uses is backed up", Severity.HIGH, sop="4")
def database_is_in_the_policy(policy: Policy, file: PolicyFile, stack: Stack) -> Iterator[Finding]:
    """The policy decides what is backed up. A database that it does not name is not.

    Fix: add the database and a store under `databases` and `backups` in the policy. If it is kept elsewhere, waive
    this check and say where.
    """
    known = {database.engine for database in policy.databases.values()}
    for part in stack.databases:
        if part.name in _ENGINES - known:
            yield Finding(
                message=f"{part.name} is used ({part.evidence[0].path}), and {POLICY} backs up no such database",
                at=file.at("databases"),
                key=part.name,
                fix="add it under `databases` and give `backups.store`",
                evidence={"proof": part.evidence[0].path},
            )


@check("BK301", "The backup objectives promise what the SOP needs", Severity.MEDIUM, sop="4")
def objectives_are_sane(policy: Policy, file: PolicyFile) -> Iterator[Finding]:
    """An objective that is looser than the incident clocks is a promise that cannot be kept.

    Backups reach back at least a week, are restored in a drill each quarter, and a restore fits into the time that
    a P1 may take.

    Fix: change the figure that the finding names under `backups` in the policy.
    """
    backups = _backups(policy)
    resolve = policy.incidents.severities["P1"].resolve
    keep = backups.keep
    reach = timedelta(days=max(keep.daily, keep.weekly * 7, keep.monthly * 28, keep.yearly * 365))
    grace = timedelta(hours=2)
    rules = (
        (
            "rpo",
            backups.rpo <= sop.BACKUP_EVERY + grace,
            "more than a day of work may be lost",
            "26h or less",
        ),
        (
            "rto",
            backups.rto <= resolve,
            "a restore takes longer than a P1 may",
            f"{spell_duration(resolve)} or less",
        ),
        ("keep", reach >= sop.KEPT_AT_LEAST, "backups reach back less than a week", "`daily: 7` or more"),
        (
            "drill-every",
            backups.drill_every <= sop.DRILL_EVERY,
            "drills are rarer than each quarter",
            "92d or less",
        ),
    )
    for key, holds, message, wanted in rules:
        if not holds:
            yield Finding(
                message=f"backups.{key}: {message}",
                at=file.at("backups", key),
                key=key,
                fix=f"set it to {wanted}",
            )
