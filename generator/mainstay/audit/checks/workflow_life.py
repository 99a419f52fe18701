"""WF104, WF2xx: do the workflows run? (SOP-603 sections 1, 3 and 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mainstay.audit import sop
from mainstay.audit.facts.cron import longest_gap
from mainstay.audit.facts.runs import DefaultBranch, ScheduledRuns, Settings, WorkflowStates
from mainstay.audit.facts.trees import mapping
from mainstay.audit.facts.workflows import Step, Workflow, Workflows
from mainstay.audit.model import Finding, Location, NotApplicable, Severity
from mainstay.audit.registry import check
from mainstay.platform.clock import Clock
from mainstay.policy import Policy
from mainstay.policy.durations import spell_duration

_BACKUPS = {"backup", "restore-drill"}
"""Commands whose workflows BK103 judges, more strictly."""
_LATE = timedelta(hours=6)
"""GitHub starts what is scheduled late; the worst that was measured was a little under six hours."""
_ALIVE, _JUDGED = {"success"}, {"failure"}
"""An audit that found something ends red, and has run. Were that held against it, it could never be green again."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_USED = re.compile(r"\b(secrets|vars)\.([A-Za-z_][A-Za-z0-9_]*)")
_WORDS = {"secrets": "secret", "vars": "variable"}
_OPTIONAL = {"AWS_ENDPOINT_URL", "BACKUP_PRUNE", "GITHUB_TOKEN", "POSTGRESQL_MAJOR"}
"""Given by GitHub, or empty on purpose in most repositories."""


def _ours(workflows: Workflows) -> Iterator[Workflow]:
    """Yield the workflows that run a command of the Action."""
    return _some(
        (each for each in workflows if any(step.command for step in each.steps())), "uses the Action"
    )


def _scheduled(workflows: Workflows) -> Iterator[Workflow]:
    """Yield the workflows that have a schedule."""
    return _some((each for each in workflows if each.crons), "has a schedule")


def _some(found: Iterator[Workflow], what: str) -> Iterator[Workflow]:
    none = True
    for workflow in found:
        none = False
        yield workflow
    if none:
        raise NotApplicable(f"no workflow {what}")


@check("WF104", "No workflow of the SOP is switched off in its file", Severity.HIGH, sop="1")
def nothing_is_switched_off(workflows: Workflows) -> Iterator[Finding]:
    """`if: false` and `continue-on-error` make a workflow green that does nothing.

    The backup and the drill are judged by BK103.

    Fix: remove what the finding names, or the whole workflow with a waiver that says why.
    """
    for workflow in _ours(workflows):
        judged = workflow.path in sop.BACKUP_WORKFLOWS or any(s.command in _BACKUPS for s in workflow.steps())
        blocks = () if judged else (each for job in workflow.jobs for each in (job, *job.steps))
        for block in (each for each in blocks if not each.follows_a_failure):
            fix = "remove it"
            if block.is_switched_off:
                message, at = f"{block.name}: its condition is never true", block.at_key("if")
                yield Finding(message=message, at=at, key=f"{block.name} if", fix=fix)
            if block.may_fail_unseen:
                message, at = (
                    f"{block.name}: continue-on-error hides a failure",
                    block.at_key("continue-on-error"),
                )
                yield Finding(message=message, at=at, key=f"{block.name} continue-on-error", fix=fix)


@check("WF201", "Every scheduled workflow is switched on", Severity.HIGH, sop="1")
def workflows_are_active(workflows: Workflows, states: WorkflowStates) -> Iterator[Finding]:
    """GitHub turns schedules off after 60 days without a commit in a public repository, and tells nobody.

    Fix: `gh workflow enable FILE`; a workflow that GitHub does not know yet has to be on the default branch.
    """
    for workflow in _scheduled(workflows):
        name = workflow.path.rpartition("/")[2]
        state = states.states.get(workflow.path, "unknown")
        if state == "unknown":
            message, fix = "GitHub does not know it", "merge it into the default branch"
            yield Finding(message=message, at=Location(workflow.path), key="unknown", fix=fix)
        elif state != "active":
            message, fix = f"it is switched off on GitHub ({state})", f"gh workflow enable {name}"
            yield Finding(message=message, at=Location(workflow.path), key="disabled", fix=fix)


@check(
    "WF202",
    "Every scheduled workflow runs by its schedule, and its last run was green",
    Severity.HIGH,
    sop="1",
)
def schedules_succeed(
    workflows: Workflows, runs: ScheduledRuns, states: WorkflowStates, clock: Clock
) -> Iterator[Finding]:
    """A run that somebody starts by hand before a review proves nothing about the other nights.

    Only runs that the schedule started count. A success has to be younger than the longest pause of the schedule and
    six hours; a workflow that was never started by its schedule is named too, once its first time is past. An audit
    that ended red because of what it found has run.

    Fix: `gh run list --workflow FILE --event schedule` shows the runs; mend what the last red one names.
    """
    for workflow in _scheduled(workflows):
        if workflow.path not in runs.runs or workflow.path not in states.states:
            continue
        found, at = [run for run in runs.runs[workflow.path] if run.conclusion], workflow.at_key("on")
        fix = (
            f"gh run list --workflow {workflow.path.rpartition('/')[2]} --event schedule; mend what it names"
        )
        limit = _limit(workflow)
        if not found and limit and clock.now() - runs.born.get(workflow.path, _LONG_AGO) <= limit:
            continue  # its first time is still to come
        if not found:
            yield Finding(message="its schedule never started it", at=at, key="never", fix=fix)
            continue
        alive = _ALIVE | _JUDGED if any(step.command == "audit" for step in workflow.steps()) else _ALIVE
        good = next((run for run in found if run.conclusion in alive), None)
        if good is None or (limit and clock.now() - good.created_at > limit):
            span = f" within {spell_duration(limit)}" if limit else ""
            evidence = {"last": found[0].url, "conclusion": str(found[0].conclusion)}
            message = f"no scheduled run succeeded{span}"
            yield Finding(message=message, at=at, key="red", fix=fix, evidence=evidence)


def _limit(workflow: Workflow) -> timedelta | None:
    try:
        return longest_gap(workflow.crons) + _LATE
    except ValueError:  # judged where the schedule itself is
        return None


@check("WF203", "Every secret and variable that the SOP's workflows need is set", Severity.HIGH, sop="4")
def settings_exist(workflows: Workflows, settings: Settings, policy: Policy) -> Iterator[Finding]:
    """A secret that is not set reads as an empty text. The workflow finds out in the night.

    A secret counts where the job can read it: in its environment, in the repository or in the organisation. Only the
    token of an administrator may list the names; an audit by a workflow's own token leaves the question out.

    Fix: `gh secret set NAME --env ENVIRONMENT`, or `gh variable set NAME`.
    """
    for workflow in _ours(workflows):
        for job in workflow.jobs:
            place = job.environment
            for step in (each for each in job.steps if not _is_left_out(each, settings, place)):
                for kind, name in sorted(set(_USED.findall(_text(step.tree)))):
                    if _needed(name, policy) and name not in settings.names(kind, place):
                        word, where = _WORDS[kind], f" --env {place}" if place else ""
                        yield Finding(
                            message=f"the {word} {name} is not set"
                            + (f" in the environment {place}" if place else ""),
                            at=step.at,
                            key=f"{kind} {name}",
                            fix=f"gh {word} set {name}{where}",
                        )


def _is_left_out(step: Step, settings: Settings, place: str) -> bool:
    """Return whether a step waits for a variable that is not set: it is optional, and so is what it needs."""
    waits_for = {name for kind, name in _USED.findall(str(step.tree.get("if", ""))) if kind == "vars"}
    return not waits_for <= settings.names("vars", place)


def _text(tree: object) -> str:
    """Return the values below `env` and `with` of a step as one text."""
    parts = (mapping(mapping(tree).get(key)) for key in ("env", "with"))
    return " ".join(str(value) for part in parts for value in part.values())


def _needed(name: str, policy: Policy) -> bool:
    """Return whether the policy needs it; what the policy does not name may be left out."""
    backups = policy.backups
    named = {
        "BACKUP_HEARTBEAT_URL": backups is not None and backups.heartbeat is not None,
        "BACKUP_NOTIFY_URL": backups is not None and bool(backups.notify),
        "MAINSTAY_AGE_IDENTITY": backups is not None and bool(backups.encrypt_to),
    }
    return name not in _OPTIONAL and named.get(name, True)


@check("WF204", "The default branch takes changes by pull request only", Severity.MEDIUM, sop="3")
def branch_is_protected(branch: DefaultBranch) -> Iterator[Finding]:
    """Whoever can push to the default branch can change what backups, audits and deployments run, unseen.

    A rule of a ruleset or classic protection counts.

    Fix: Settings, Rules: a ruleset for the default branch that requires a pull request and blocks force pushes.
    """
    kinds = {rule.type for rule in branch.rules}
    if branch.protected and (not kinds or "pull_request" in kinds):
        return
    fix = "Settings, Rules: require a pull request on the default branch, and block force pushes"
    message = f"anyone with write access can push to {branch.name} without a review"
    yield Finding(message=message, at=Location(".github"), key="unprotected", fix=fix)
