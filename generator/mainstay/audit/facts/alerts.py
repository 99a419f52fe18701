"""What GitHub knows against the dependencies, and what Dependabot does about it."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.audit.facts.online import Online
from mainstay.audit.model import NotAsked
from mainstay.errors import GitHubFeatureOffError
from mainstay.platform.github import DependabotAlert, GitHub, PullRequest, Run, SecurityUpdates

DEPENDABOT = "dependabot[bot]"
_OWN_WORKFLOWS = "dynamic/dependabot/"
_RUNS_READ = 100


@dataclass(frozen=True, slots=True)
class SecurityAlerts:
    """Dependabot's alerts of every state; `off` says why there are none to see, when the feature is turned off."""

    alerts: tuple[DependabotAlert, ...]
    off: str = ""


@dataclass(frozen=True, slots=True)
class DependabotPulls:
    """The open pull requests of Dependabot."""

    pulls: tuple[PullRequest, ...]


@dataclass(frozen=True, slots=True)
class DependabotRuns:
    """The newest runs of Dependabot itself, newest first."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels that a pull request can have."""

    names: frozenset[str]


def security_alerts(github: GitHub) -> SecurityAlerts:
    """Return the alerts."""
    try:
        return SecurityAlerts(github.alerts.dependabot())
    except GitHubFeatureOffError as error:
        return SecurityAlerts((), error.message)


def security_updates(github: GitHub, online: Online) -> SecurityUpdates:
    """Return whether Dependabot opens pull requests for alerts.

    Raises:
        NotAsked: The token is a workflow's own, which may never ask.
    """
    if online.is_workflow_token:
        raise NotAsked("not asked: the token of a workflow may not; audit with an administrator's to know")
    return github.alerts.security_updates()


def dependabot_pulls(github: GitHub) -> DependabotPulls:
    """Return the open pull requests of Dependabot."""
    found = github.pulls.find(state="open")
    return DependabotPulls(tuple(pull for pull in found if pull.author == DEPENDABOT))


def dependabot_runs(github: GitHub) -> DependabotRuns:
    """Return the newest runs of Dependabot's own workflows."""
    own = [each for each in github.actions.workflows() if each.path.startswith(_OWN_WORKFLOWS)]
    runs = [run for each in own for run in github.actions.runs(each.id, at_most=_RUNS_READ)]
    return DependabotRuns(tuple(sorted(runs, key=lambda run: run.created_at, reverse=True)))


def labels(github: GitHub) -> Labels:
    """Return the names of the labels, in lower case: GitHub does not tell cases apart."""
    return Labels(frozenset(label.name.casefold() for label in github.about.labels()))
