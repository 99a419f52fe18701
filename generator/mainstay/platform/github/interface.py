"""What can be asked of GitHub about one repository, in small groups; `GitHub` holds them together.

Every call raises GitHubError when the answer is not known: no permission, no such thing, limits, no answer, an answer
that makes no sense, or more pages than can be read. Lists are complete unless the caller says `at_most`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mainstay.platform.github.desks import IssueDesk, PullRequests
from mainstay.platform.github.records import (
    Branch,
    Collaborator,
    Commit,
    DependabotAlert,
    Label,
    Protection,
    RateLimit,
    Release,
    Repository,
    Rule,
    Run,
    ScanningAlert,
    SecurityUpdates,
    TreeEntry,
    Workflow,
)

__all__ = [
    "About",
    "Actions",
    "Alerts",
    "Contents",
    "GitHub",
    "People",
    "Writer",
]


class About(Protocol):
    """The repository and what is set in it."""

    def repository(self) -> Repository:
        """Return the repository itself; asked once."""
        ...

    def branch(self, name: str) -> Branch | None:
        """Return a branch; None when there is none of that name."""
        ...

    def rules(self, branch: str) -> tuple[Rule, ...]:
        """Return the rules of rulesets that hold on a branch."""
        ...

    def protection(self, branch: str) -> Protection | None:
        """Return the classic protection of a branch; None when it has none. Only an administrator's token may ask."""
        ...

    def labels(self) -> tuple[Label, ...]:
        """Return all labels."""
        ...

    def create_label(self, name: str, color: str, description: str) -> None:
        """Make a label; one that is already there stays as it is."""
        ...

    def releases(self) -> tuple[Release, ...]:
        """Return all releases, newest first."""
        ...

    def rate_limit(self) -> RateLimit:
        """Return what is left to this token."""
        ...


class Alerts(Protocol):
    """What GitHub knows against the repository. A feature that is turned off raises GitHubFeatureOffError."""

    def dependabot(self, state: str | None = None) -> tuple[DependabotAlert, ...]:
        """Return Dependabot's alerts, of one state or of all."""
        ...

    def secret_scanning(self) -> tuple[ScanningAlert, ...]:
        """Return the open alerts of secret scanning."""
        ...

    def code_scanning(self) -> tuple[ScanningAlert, ...]:
        """Return the open alerts of code scanning."""
        ...

    def security_updates(self) -> SecurityUpdates:
        """Return whether Dependabot opens pull requests for alerts. Only an administrator's token may ask."""
        ...


class Actions(Protocol):
    """Workflows, their runs, and the names of what they are given."""

    def workflows(self) -> tuple[Workflow, ...]:
        """Return all workflows, Dependabot's own (`dynamic/dependabot/...`) among them."""
        ...

    def runs(
        self,
        workflow: str | int,
        *,
        at_most: int = 100,
        event: str | None = None,
        branch: str | None = None,
        status: str | None = None,
    ) -> tuple[Run, ...]:
        """Return the newest runs of a workflow, newest first, all of them when they are fewer.

        `workflow` is the name of its file, or its id. `status` may also be a conclusion, such as `success`.
        """
        ...

    def secret_names(self, environment: str | None = None) -> frozenset[str]:
        """Return the names of the secrets of the repository and of those that its organisation shares with it.

        With an environment, those of the environment alone; none when there is no such environment.
        """
        ...

    def variable_names(self, environment: str | None = None) -> frozenset[str]:
        """Return the names of the variables of the repository and of those that its organisation shares with it.

        With an environment, those of the environment alone; none when there is no such environment.
        """
        ...


class People(Protocol):
    """Who may do what."""

    def collaborators(self) -> tuple[Collaborator, ...]:
        """Return everybody with access and their role."""
        ...

    def role_of(self, login: str) -> str:
        """Return somebody's role in this repository, `none` without access."""
        ...

    def user_exists(self, login: str) -> bool:
        """Return whether there is such an account."""
        ...

    def team_exists(self, organisation: str, team: str) -> bool:
        """Return whether there is such a team. Only a token that sees the organisation's members may ask."""
        ...


class Contents(Protocol):
    """Files and commits."""

    def file(self, path: str, ref: str | None = None) -> bytes | None:
        """Return a file at a branch, tag or commit (the default branch without one); None when it is not there."""
        ...

    def tree(self, ref: str) -> tuple[TreeEntry, ...]:
        """Return everything in a commit."""
        ...

    def commits(
        self,
        *,
        path: str | None = None,
        ref: str | None = None,
        since: datetime | None = None,
        at_most: int | None = None,
    ) -> tuple[Commit, ...]:
        """Return the commits that touch a path, newest first."""
        ...


class Writer(Protocol):
    """Commits made through GitHub, without a checkout."""

    def append(
        self, branch: str, path: str, make_lines: Callable[[str], Iterable[str]], *, message: str
    ) -> str | None:
        """Add lines to the end of a file on a branch and return the commit; None when there was nothing to add.

        `make_lines` is given the file's text as it is (empty when there is none) and returns lines without their end.
        It is asked again when somebody else was quicker, so that what it makes always follows on what is there.
        A branch that does not exist is begun without a parent.
        """
        ...

    def create_branch(self, name: str, sha: str) -> None:
        """Begin a branch at a commit; one that is there at the same commit is no error."""
        ...

    def commit(self, branch: str, files: Mapping[str, bytes | None], *, message: str) -> str:
        """Commit files onto a branch and return the commit; None for a file deletes it."""
        ...


@dataclass(frozen=True, slots=True)
class GitHub:
    """One repository on GitHub, its calls in groups.

    Attributes:
        name: `owner/name` as it was asked for.
    """

    name: str
    about: About
    alerts: Alerts
    pulls: PullRequests
    issues: IssueDesk
    actions: Actions
    people: People
    contents: Contents
    writer: Writer
