"""The audit from end to end: facts of a repository, checks, waivers, report."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from mainstay import __version__
from mainstay.audit.checks import CHECKS
from mainstay.audit.engine import Facts, evaluate, evaluate_all, needs, parameters
from mainstay.audit.facts import PROVIDERS, Online, Root
from mainstay.audit.facts.files import RepositoryFiles
from mainstay.audit.model import Check, NotAsked, Report, Severity, Unavailable
from mainstay.audit.registry import choose
from mainstay.audit.waivers import WaiverUse, apply_waivers, judge_waivers
from mainstay.errors import ExitCode, UsageError
from mainstay.platform.clock import Clock
from mainstay.policy import Policy
from mainstay.policy.model import Audit


def run_audit(  # noqa: PLR0913 - the request, all named
    root: Path,
    *,
    clock: Clock,
    online: Online | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    fail_on: Severity | None = None,
) -> Report:
    """Return what the audit says about the repository at `root`.

    Args:
        root: Its top folder.
        clock: Tells how old things are.
        online: The way to GitHub and the store. Without it, checks that need them are unknown: they are not asked.
        select: Ids, families or sections of checks to run; all without it.
        ignore: Those to leave out.
        fail_on: Overrides `audit.fail-on` of the policy.

    Raises:
        UsageError: `root` is no folder, or a name fits no check.
    """
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder", hint="give the top folder of a repository")
    chosen = choose(CHECKS, select, ignore, online=online_checks())
    facts = _facts(root, clock, online)
    settings, today = _settings(facts), clock.now().date()
    judged = [check for check in chosen if not _judges_waivers(check)]
    every = evaluate_all(judged, facts, {check.id: check for check in CHECKS})
    found = [every[check.id] for check in judged]
    waivable = {check.id for check in CHECKS if not _judges_waivers(check)}
    facts.give(WaiverUse, judge_waivers(settings.waivers, found, waivable, today))
    results = apply_waivers(found, settings.waivers, today)
    results += [evaluate(check, facts) for check in chosen if _judges_waivers(check)]
    return Report(
        results=tuple(sorted(results, key=lambda result: result.check.id)),
        fail_on=fail_on or Severity.from_label(settings.fail_on),
        at=clock.now(),
        tool_version=__version__,
        inputs=_inputs(facts),
    )


@functools.cache
def online_checks() -> frozenset[str]:
    """Return the ids of the checks that need more than the files and the history of the repository."""
    return frozenset(check.id for check in CHECKS if Online in needs(check.run, PROVIDERS))


def _facts(root: Path, clock: Clock, online: Online | None) -> Facts:
    facts = Facts({Root: Root(root.resolve()), Clock: clock}, PROVIDERS)
    if online is None:
        facts.refuse(Online, NotAsked("not asked: the audit is offline"))
    else:
        facts.give(Online, online)
    return facts


def exit_code(report: Report) -> ExitCode:
    """Return what the process ends with: failing findings first, then what could not be read."""
    if report.failing:
        return ExitCode.FAILED
    return ExitCode.INCOMPLETE if report.incomplete else ExitCode.OK


def _inputs(facts: Facts) -> dict[str, str]:
    """Return the files that were read, and their hashes."""
    try:
        return dict(sorted(facts.get(RepositoryFiles).read.items()))
    except Unavailable:
        return {}


def _settings(facts: Facts) -> Audit:
    """Return what the policy says about the audit; without a readable policy nothing is waived."""
    try:
        return facts.get(Policy).audit
    except Unavailable:
        return Audit()


def _judges_waivers(check: Check) -> bool:
    """Return whether the check needs the results of all the others."""
    return WaiverUse in parameters(check.run).values()
