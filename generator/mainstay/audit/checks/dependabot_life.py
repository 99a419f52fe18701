"""DEP2xx: is Dependabot alive, and does anybody answer it? (SOP-603 section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mainstay.audit import sop
from mainstay.audit.facts.alerts import DependabotPulls, DependabotRuns, Labels
from mainstay.audit.facts.dependabot import DependabotConfig
from mainstay.audit.facts.trees import sequence
from mainstay.audit.model import Finding, Location, Severity
from mainstay.audit.registry import check
from mainstay.dependabot.entries import DEPENDABOT
from mainstay.platform.clock import Clock
from mainstay.platform.github import SecurityUpdates
from mainstay.policy.durations import spell_duration

_WEEK = timedelta(days=8)
_RED = {"failure", "startup_failure", "timed_out"}
_DEFAULT_LABELS = {"dependencies"}


@check("DEP201", "Dependabot ran within the last week", Severity.HIGH, sop="2", requires=["DEP101"])
def dependabot_runs_each_week(runs: DependabotRuns, clock: Clock) -> Iterator[Finding]:
    """A configuration proves nothing: Dependabot stops when nobody answers it, and fails without telling anyone.

    Its runs stand in the Actions tab and, with a red triangle, in a tab of the dependency graph that few people open.

    Fix: open Insights, Dependency graph, Dependabot; read the log of the failed run, or press "Check for updates".
    """
    at = Location(DEPENDABOT)
    fix = (
        'open Insights, Dependency graph, Dependabot and press "Check for updates"; read the log if it fails'
    )
    done = [run for run in runs.runs if run.conclusion]
    if not done or clock.now() - done[0].created_at > _WEEK:
        yield Finding(message="it has not run for more than 8 days", at=at, key="silent", fix=fix)
    lately = [run for run in done if clock.now() - run.created_at <= _WEEK]
    newest = {run.name.partition(" - ")[0]: run for run in reversed(lately)}
    for name, run in sorted(newest.items()):
        if run.conclusion in _RED:
            yield Finding(
                message=f"the last run failed: {name}",
                at=at,
                key=f"failed {name}",
                fix=fix,
                evidence={"run": run.url},
            )


@check("DEP202", "Dependabot's security updates are on and not paused", Severity.HIGH, sop="3")
def security_updates_are_on(updates: SecurityUpdates) -> Iterator[Finding]:
    """Dependabot pauses itself where nobody merged, closed or commented on its pull requests for 90 days.

    Only the token of an administrator may ask; an audit by a workflow's own token leaves the question out.

    Fix: Settings, Advanced Security: turn on Dependabot security updates. Merging or closing one of its pull requests
    wakes a paused Dependabot.
    """
    at = Location(DEPENDABOT)
    if not updates.enabled:
        fix = "Settings, Advanced Security: turn on Dependabot security updates"
        yield Finding(message="security updates are turned off", at=at, key="off", fix=fix)
    elif updates.paused:
        fix = "merge or close one of its pull requests, or press Resume in the Dependabot tab"
        yield Finding(
            message="Dependabot has paused itself: nobody answered it", at=at, key="paused", fix=fix
        )


@check("DEP203", "No pull request of Dependabot waits for a month", Severity.MEDIUM, sop="2")
def pulls_are_answered(pulls: DependabotPulls, clock: Clock) -> Iterator[Finding]:
    """An update that nobody merges protects nobody. After 90 days of silence Dependabot stops proposing.

    Fix: merge it, close it with the reason, or ignore that version in dependabot.yml.
    """
    for pull in pulls.pulls:
        if clock.now() - pull.created_at > sop.PULL_REQUEST_WAITS:
            yield Finding(
                message=f"pull request {pull.number} is open for more than "
                f"{spell_duration(sop.PULL_REQUEST_WAITS)}",
                at=Location(DEPENDABOT),
                key=f"pull {pull.number}",
                fix="merge it, or close it and say why",
                evidence={"url": pull.url, "title": pull.title},
            )


@check("DEP204", "Every label that Dependabot uses exists", Severity.LOW, sop="2")
def labels_exist(config: DependabotConfig, labels: Labels) -> Iterator[Finding]:
    """GitHub drops a label that does not exist, with a comment on each pull request; filters by it find nothing.

    Fix: create the label, for example `gh label create dependencies`, or take it out of dependabot.yml.
    """
    for entry in config.entries:
        for label in map(str, sequence(entry.tree.get("labels"))):
            if label.casefold() not in labels.names | _DEFAULT_LABELS:
                yield Finding(
                    message=f"{entry.name}: there is no label {label}",
                    at=Location(entry.path, entry.line),
                    key=f"{entry.name} {label}",
                    fix=f"gh label create {label!r}",
                )
