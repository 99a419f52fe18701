"""How the workflows of the repository fare on GitHub: switched on or off, started by their schedule, green or red."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mainstay.audit.facts.online import Online
from mainstay.audit.facts.workflows import Workflows
from mainstay.audit.model import NotAsked
from mainstay.platform.github import GitHub, Rule, Run

_RUNS_READ = 20


@dataclass(frozen=True, slots=True)
class WorkflowStates:
    """Path of a workflow -> its state on GitHub, such as `active` or `disabled_inactivity`."""

    states: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ScheduledRuns:
    """How the workflows that have a schedule were started by it.

    Attributes:
        runs: Path -> the newest runs, newest first.
        born: Path of a workflow that has no run yet -> when it was first committed.
    """

    runs: Mapping[str, tuple[Run, ...]]
    born: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Settings:
    """The names of the secrets and variables that jobs can read.

    Attributes:
        everywhere: `secrets` or `vars` -> what the repository and its organisation give to every job.
        within: Environment -> the same, for jobs that name it.
    """

    everywhere: Mapping[str, frozenset[str]]
    within: Mapping[str, Mapping[str, frozenset[str]]]

    def names(self, kind: str, environment: str) -> frozenset[str]:
        """Return what a job in an environment can read; an empty name stands for none."""
        return self.everywhere[kind] | self.within.get(environment, {}).get(kind, frozenset())


@dataclass(frozen=True, slots=True)
class DefaultBranch:
    """The branch that production comes from, and the rules that hold on it."""

    name: str
    protected: bool
    rules: tuple[Rule, ...]


def workflow_states(github: GitHub) -> WorkflowStates:
    """Return the states."""
    return WorkflowStates({workflow.path: workflow.state for workflow in github.actions.workflows()})


def scheduled_runs(github: GitHub, workflows: Workflows, states: WorkflowStates) -> ScheduledRuns:
    """Return the newest scheduled runs. A workflow that GitHub does not know has none."""
    paths = [each.path for each in workflows.readable if each.crons]
    runs = {
        path: github.actions.runs(path.rpartition("/")[2], at_most=_RUNS_READ, event="schedule")
        if path in states.states
        else ()
        for path in paths
    }
    idle = {path: github.contents.commits(path=path) for path, found in runs.items() if not found}
    return ScheduledRuns(runs, {path: made[-1].committed_at for path, made in idle.items() if made})


def settings(github: GitHub, online: Online, workflows: Workflows) -> Settings:
    """Return the names of secrets and variables.

    Raises:
        NotAsked: The token is a workflow's own, which may never ask.
    """
    if online.is_workflow_token:
        raise NotAsked("not asked: the token of a workflow may not; audit with an administrator's to know")
    environments = {job.environment for each in workflows.readable for job in each.jobs} - {""}
    return Settings(_names(github, None), {name: _names(github, name) for name in sorted(environments)})


def _names(github: GitHub, environment: str | None) -> dict[str, frozenset[str]]:
    actions = github.actions
    return {"secrets": actions.secret_names(environment), "vars": actions.variable_names(environment)}


def default_branch(github: GitHub) -> DefaultBranch:
    """Return the default branch."""
    name = github.about.repository().default_branch
    branch = github.about.branch(name)
    return DefaultBranch(name, branch is not None and branch.protected, github.about.rules(name))
