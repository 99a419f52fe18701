"""WF: the workflows themselves. They hold the keys to production data (SOP-603 sections 3 and 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.audit.facts.trees import mapping
from mainstay.audit.facts.workflows import Block, Workflow, Workflows
from mainstay.audit.model import Finding, Location, NotApplicable, Severity
from mainstay.audit.registry import check

CHECKOUT = "actions/checkout"
_PINNED = re.compile(r"[^@\s]+@[0-9a-f]{40}|docker://[^@\s]+@sha256:[0-9a-f]{64}|(?:\./|\$/)\S*")


@check("WF101", "Every workflow can be read", Severity.HIGH, sop="3")
def workflows_can_be_read(workflows: Workflows) -> Iterator[Finding]:
    """GitHub skips a workflow that it cannot read. A backup that is skipped leaves no red mark.

    Fix: repair the YAML at the line that the finding names; every job needs a list of steps.
    """
    for path, why in workflows.unreadable.items():
        yield Finding(message=why, at=Location(path), key="unreadable", fix="repair the file")


@check("WF102", "Every action is pinned by its full commit", Severity.MEDIUM, sop="3")
def actions_are_pinned(workflows: Workflows) -> Iterator[Finding]:
    """A tag can be moved to other code after you have read it, and that code sees your secrets. A commit cannot.

    Fix: write `uses: owner/name@<40 hex digits> # v1.2.3`; Dependabot keeps both current.
    """
    for workflow in workflows:
        blocks: list[Block] = [block for job in workflow.jobs for block in (job, *job.steps)]
        for block in blocks:
            uses = str(block.tree.get("uses") or "")
            if uses and not _PINNED.fullmatch(uses):
                at, fix = block.at_key("uses"), "pin the full commit and keep the version as a comment"
                yield Finding(message=f"{uses} is not pinned by its full commit", at=at, key=uses, fix=fix)


@check("WF103", "Every workflow says which permissions it needs", Severity.MEDIUM, sop="3")
def permissions_are_declared(workflows: Workflows) -> Iterator[Finding]:
    """Without `permissions` a job gets the default of the repository, which may be to write everything.

    Fix: `permissions: {}` at the top of the workflow, and in each job what that job needs.
    """
    if not workflows.readable and not workflows.unreadable:
        raise NotApplicable("there is no workflow")
    for workflow in workflows:
        jobs = [job for job in workflow.jobs if "permissions" not in job.tree]
        if "permissions" not in workflow.tree and jobs:
            at, fix = jobs[0].at, "add `permissions: {}` at the top and what is needed in each job"
            yield Finding(message="it runs with the default permissions", at=at, key="permissions", fix=fix)
        blocks: list[Workflow | Block] = [workflow, *workflow.jobs]
        for block in blocks:
            if block.tree.get("permissions") == "write-all":
                message, fix = "it may write everything", "name the permissions that it needs"
                yield Finding(message=message, at=block.at_key("permissions"), key="write-all", fix=fix)


@check("WF105", "No checkout leaves its token behind", Severity.MEDIUM, sop="3")
def tokens_are_dropped(workflows: Workflows) -> Iterator[Finding]:
    """By default the checkout writes the token of the job into `.git/config`.

    There every later step can read it: a package's install script, or an upload of the whole folder.

    Fix: `persist-credentials: false` below `with` of the checkout. A step that pushes gets the token by itself.
    """
    for workflow in workflows:
        for job in workflow.jobs:
            checkouts = [step for step in job.steps if step.uses.partition("@")[0] == CHECKOUT]
            for number, step in enumerate(checkouts, 1):
                settings = mapping(step.tree.get("with"))
                if str(settings.get("persist-credentials", True)).strip().lower() != "false":
                    message = f"{job.name}: {step.name} leaves the token of the job in .git/config"
                    key, fix = (
                        f"{job.name} checkout {number}",
                        "add `persist-credentials: false` to its `with`",
                    )
                    yield Finding(message=message, at=step.at, key=key, fix=fix)
