"""GitHub in memory: records that answer the calls of `mainstay.platform.github.GitHub` that an audit makes.

tests/contract/test_memory_github.py holds it to what the adapter says over HTTP about a fake with the same state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import cast

from mainstay.errors import MainstayError
from mainstay.platform.github import (
    Branch,
    Commit,
    DependabotAlert,
    GitHub,
    Issue,
    IssueEvent,
    Label,
    PullRequest,
    Repository,
    Rule,
    Run,
    SecurityUpdates,
    Workflow,
)

CALLS = (
    "about.repository",
    "about.branch",
    "about.rules",
    "about.labels",
    "alerts.dependabot",
    "alerts.security_updates",
    "pulls.find",
    "issues.find",
    "issues.events",
    "actions.workflows",
    "actions.runs",
    "actions.secret_names",
    "actions.variable_names",
    "people.role_of",
    "people.team_exists",
    "people.user_exists",
    "contents.file",
    "contents.commits",
)
"""The calls that an audit makes."""


@dataclass
class MemoryGitHub:
    """What there is to know about one repository.

    Attributes:
        runs: Workflow, by file name or id -> its runs, newest first.
        secrets: Environment, or nothing for the repository -> names.
        roles: Account -> role; an account that is not there does not exist.
        teams: `organisation/team`.
        faults: Call, such as `alerts.dependabot` -> what it raises.
        asked: Every call that was made.
    """

    repository: Repository
    branch: Branch
    rules: tuple[Rule, ...] = ()
    labels: list[Label] = field(default_factory=list)
    alerts: list[DependabotAlert] = field(default_factory=list)
    updates: SecurityUpdates = field(default_factory=lambda: SecurityUpdates(enabled=True, paused=False))
    pulls: list[PullRequest] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    events: dict[int, tuple[IssueEvent, ...]] = field(default_factory=dict)
    workflows: list[Workflow] = field(default_factory=list)
    runs: dict[str | int, list[Run]] = field(default_factory=dict)
    secrets: dict[str | None, set[str]] = field(default_factory=dict)
    variables: dict[str | None, set[str]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    teams: set[str] = field(default_factory=set)
    files: dict[tuple[str | None, str], bytes] = field(default_factory=dict)
    commits: dict[str, list[Commit]] = field(default_factory=dict)
    faults: dict[str, MainstayError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def connect(self) -> GitHub:
        """Return the repository as the audit sees it."""
        groups: dict[str, dict[str, Callable[..., object]]] = {}
        for call in CALLS:
            group, _, name = call.partition(".")
            groups.setdefault(group, {})[name] = self._answering(call, getattr(self, f"_{group}_{name}"))
        parts = {name: SimpleNamespace(**calls) for name, calls in groups.items()}
        return GitHub(name=self.repository.full_name, writer=cast("object", None), **parts)  # type: ignore[arg-type]

    def _answering(self, call: str, answer: Callable[..., object]) -> Callable[..., object]:
        def answering(*args: object, **named: object) -> object:
            self.asked.append(call)
            if call in self.faults:
                raise self.faults[call]
            return answer(*args, **named)

        return answering

    def _about_repository(self) -> Repository:
        return self.repository

    def _about_branch(self, name: str) -> Branch | None:
        return self.branch if name == self.branch.name else None

    def _about_rules(self, branch: str) -> tuple[Rule, ...]:
        return self.rules if branch == self.branch.name else ()

    def _about_labels(self) -> tuple[Label, ...]:
        return tuple(self.labels)

    def _alerts_dependabot(self, state: str | None = None) -> tuple[DependabotAlert, ...]:
        found = [alert for alert in self.alerts if state in {None, alert.state}]
        return tuple(sorted(found, key=lambda alert: alert.created_at, reverse=True))

    def _alerts_security_updates(self) -> SecurityUpdates:
        return self.updates

    def _pulls_find(self, *, state: str = "all", head: str | None = None) -> tuple[PullRequest, ...]:
        found = [pull for pull in self.pulls if state in {"all", pull.state} and head in {None, pull.head}]
        return tuple(sorted(found, key=lambda pull: -pull.number))

    def _issues_find(
        self, *, label: str | None = None, state: str = "all", since: datetime | None = None
    ) -> tuple[Issue, ...]:
        found = (
            issue
            for issue in self.issues
            if (label is None or label in issue.labels)
            and state in {"all", issue.state}
            and (since is None or issue.updated_at >= since)
        )
        return tuple(sorted(found, key=lambda issue: issue.created_at))

    def _issues_events(self, number: int) -> tuple[IssueEvent, ...]:
        return self.events.get(number, ())

    def _actions_workflows(self) -> tuple[Workflow, ...]:
        return tuple(self.workflows)

    def _actions_runs(
        self,
        workflow: str | int,
        *,
        at_most: int = 100,
        event: str | None = None,
        branch: str | None = None,
        status: str | None = None,
    ) -> tuple[Run, ...]:
        found = [
            run
            for run in self.runs.get(workflow, [])
            if event in {None, run.event}
            and branch in {None, run.head_branch}
            and status in {None, run.status, run.conclusion}
        ]
        return tuple(found[:at_most])

    def _actions_secret_names(self, environment: str | None = None) -> frozenset[str]:
        return frozenset(self.secrets.get(environment, ()))

    def _actions_variable_names(self, environment: str | None = None) -> frozenset[str]:
        return frozenset(self.variables.get(environment, ()))

    def _people_role_of(self, login: str) -> str:
        return next(
            (role for name, role in self.roles.items() if name.casefold() == login.casefold()), "none"
        )

    def _people_user_exists(self, login: str) -> bool:
        return login.casefold() in {name.casefold() for name in self.roles}

    def _people_team_exists(self, organisation: str, team: str) -> bool:
        return f"{organisation}/{team}" in self.teams

    def _contents_file(self, path: str, ref: str | None = None) -> bytes | None:
        return self.files.get((ref, path))

    def _contents_commits(
        self,
        *,
        path: str | None = None,
        ref: str | None = None,
        since: datetime | None = None,
        at_most: int | None = None,
    ) -> tuple[Commit, ...]:
        assert path is not None
        assert ref is None
        found = [each for each in self.commits.get(path, []) if since is None or each.committed_at >= since]
        return tuple(found[:at_most])
