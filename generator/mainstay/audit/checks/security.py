"""SEC: security patches (SOP-603 section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from mainstay.audit import sop
from mainstay.audit.facts.cron import longest_gap
from mainstay.audit.facts.documents import Documents
from mainstay.audit.facts.policy import PolicyFile
from mainstay.audit.facts.workflows import FOLDER, Workflows
from mainstay.audit.model import Finding, Location, Severity
from mainstay.audit.registry import check
from mainstay.policy import Policy
from mainstay.policy.durations import spell_duration
from mainstay.policy.model import PerPatchSeverity

_LEVELS = tuple(PerPatchSeverity.model_fields)
_PROCEDURE = "docs/maintenance/security-patches.md"
_AUDIT_SCRIPT = re.compile(r"\bmainstay\s+audit\b")
_WEEK = timedelta(days=7)


def _span(clocks: PerPatchSeverity, level: str) -> timedelta:
    """Return the clock of a severity; the next release has no end."""
    value = getattr(clocks, level)
    return value if isinstance(value, timedelta) else timedelta.max


@check("SEC101", "Graver vulnerabilities have shorter clocks", Severity.HIGH, sop="3")
def clocks_are_monotone(policy: Policy, file: PolicyFile) -> Iterator[Finding]:
    """A clock that gives a critical hole more time than a harmless one sends people to the wrong work first.

    Somebody has to look (`respond-within`) before the fix is in production (`patch-within`).

    Fix: order the figures under `security` in the policy.
    """
    fix = "order the figures from critical to low"
    for name, clocks in (
        ("respond-within", policy.security.respond_within),
        ("patch-within", policy.security.patch_within),
    ):
        for graver, milder in pairwise(_LEVELS):
            if _span(clocks, graver) > _span(clocks, milder):
                message = f"{name}: {graver} has a longer clock than {milder}"
                yield Finding(message=message, at=file.at("security", name), key=f"{name} {graver}", fix=fix)
    for level in _LEVELS:
        if _span(policy.security.respond_within, level) > _span(policy.security.patch_within, level):
            message = f"{level}: the clock to respond is longer than the clock to patch"
            yield Finding(
                message=message, at=file.at("security"), key=f"respond {level}", fix="shorten respond-within"
            )


@check("SEC301", "Patch clocks are no longer than the SOP's", Severity.MEDIUM, sop="3")
def clocks_keep_the_sop(policy: Policy, file: PolicyFile) -> Iterator[Finding]:
    """SOP-603 gives critical holes 4 hours, high ones 24 hours and medium ones a week.

    Fix: shorten `security.patch-within`, or waive the check with the reason and the day it is looked at again.
    """
    for level, limit in sop.PATCH_WITHIN.items():
        if _span(policy.security.patch_within, level) > limit:
            yield Finding(
                message=f"{level} vulnerabilities may stay open longer than {spell_duration(limit)}",
                at=file.at("security", "patch-within", level),
                key=level,
                fix=f"set `security.patch-within.{level}` to {spell_duration(limit)} or less",
            )


@check("SEC102", "The audit runs each week and on pull requests", Severity.MEDIUM, sop="3")
def audit_runs(workflows: Workflows) -> Iterator[Finding]:
    """An audit that nobody starts finds nothing. It has to run by itself, and before a change is merged.

    Fix: restore `.github/workflows/audit.yml` with `copier update`, with its `schedule` and `pull_request` triggers.
    """
    fix = "restore .github/workflows/audit.yml from the template"
    found = workflows.running("audit", _AUDIT_SCRIPT)
    at = Location(f"{FOLDER}audit.yml") if not found else found[0].at_key("on")
    if not found:
        yield Finding(message="no workflow runs the audit", at=at, key="missing", fix=fix)
        return
    if "pull_request" not in {name for each in found for name in each.triggers}:
        yield Finding(message="the audit does not run on pull requests", at=at, key="pull_request", fix=fix)
    try:
        weekly = longest_gap([cron for each in found for cron in each.crons]) <= _WEEK
    except ValueError:
        weekly = False
    if not weekly:
        yield Finding(message="the audit does not run by itself each week", at=at, key="schedule", fix=fix)


@check("SEC103", "The security patch procedure has its seven steps", Severity.MEDIUM, sop="3")
def procedure_is_complete(documents: Documents) -> Iterator[Finding]:
    """Under a four-hour clock nobody invents a procedure.

    The SOP's steps are: assess, isolate, patch, test, deploy, communicate, review.

    Fix: complete docs/maintenance/security-patches.md; the template's version has all steps.
    """
    document = documents.get(_PROCEDURE)
    if document is None:
        yield Finding.missing(_PROCEDURE)
        return
    prose = "\n".join(document.prose)
    for step in sop.PATCH_STEPS:
        if not re.search(rf"^(?:#+ \W*|\d+\W+){step}\b", prose, re.IGNORECASE | re.MULTILINE):
            yield Finding(
                message=f"the step {step} is missing",
                at=document.at(),
                key=step,
                fix=f"add a numbered step or a heading that begins with {step}",
            )
