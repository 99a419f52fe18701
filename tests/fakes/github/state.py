"""The fake GitHub as a whole: whose token it is, what goes wrong next, and what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fakes.github.faults import Fault
from fakes.github.repository import FakeRepository, stamp
from mainstay.platform.clock import Clock, SystemClock

REPOSITORY = "acme/shop"
TOKEN = "ghs_0123456789abcdefghij"
WORKFLOW_USER = "github-actions[bot]"


@dataclass
class FakeGitHub:
    """All of GitHub that there is.

    Attributes:
        login: Whose token it is; None stands for a workflow's own token.
        denied: Permissions that the token lacks, such as `issues: write`.
        faults: What goes wrong next.
        requests: `METHOD path` of everything that was asked.
        violations: What GitHub's own description says against requests and replies; a test must leave none.
    """

    url: str = ""
    login: str | None = None
    clock: Clock = field(default_factory=SystemClock)
    repositories: dict[str, FakeRepository] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    users: set[str] = field(default_factory=lambda: {"ana", "bo"})
    teams: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.repository(REPOSITORY)

    @property
    def actor(self) -> str:
        """Who does what is done with the token."""
        return self.login or WORKFLOW_USER

    @property
    def shop(self) -> FakeRepository:
        """The repository that is there from the start."""
        return self.repositories[REPOSITORY]

    def environ(self) -> dict[str, str]:
        """Return what a workflow finds in its environment."""
        return {"GITHUB_API_URL": self.url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN}

    def now(self) -> str:
        """Return the time, as GitHub writes it."""
        return stamp(self.clock.now())

    def repository(self, full_name: str, **more: Any) -> FakeRepository:
        """Add a repository."""
        made = FakeRepository(self, full_name, len(self.repositories) + 1, **more)
        self.repositories[full_name] = made
        return made

    def rename(self, old: str, new: str) -> None:
        """Give a repository another name; what asks for the old one is sent on."""
        self.repositories[new] = self.repositories.pop(old)
        self.repositories[new].full_name = new
        self.renamed[old] = new

    def fault(self, pattern: str, *faults: Fault) -> None:
        """Let the next requests that fit `METHOD path` go wrong, in this order."""
        self.faults += [fault.on(pattern) for fault in faults]

    def break_status(self, pattern: str, *statuses: int) -> None:
        """Answer the next requests with these statuses; a negative one after the request was carried out."""
        self.fault(pattern, *(Fault(status=abs(status), applied=status < 0) for status in statuses))
