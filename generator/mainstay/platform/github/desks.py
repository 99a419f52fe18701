"""What can be asked of GitHub about issues and pull requests; raises as `interface` says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mainstay.platform.github.discussions import Comment, Issue, IssueEvent, PullRequest, Review

__all__ = [
    "IssueDesk",
    "IssueHistory",
    "Issues",
    "PullRequests",
]


class PullRequests(Protocol):
    """Pull requests."""

    def find(self, *, state: str = "all", head: str | None = None) -> tuple[PullRequest, ...]:
        """Return pull requests, newest first; `head` is the name of a branch of this repository."""
        ...

    def reviews(self, number: int) -> tuple[Review, ...]:
        """Return the reviews of a pull request, oldest first."""
        ...

    def create(self, *, title: str, body: str, head: str, base: str, draft: bool = False) -> PullRequest:
        """Open a pull request and return it; when it is already open, return that."""
        ...

    def edit(
        self, number: int, *, title: str | None = None, body: str | None = None, state: str | None = None
    ) -> None:
        """Change what is given."""
        ...


class Issues(Protocol):
    """As much as it takes to keep one issue that says how things stand."""

    def open_and_ours(self, label: str) -> list[Issue]:
        """Return the open issues with this label that this token's own user wrote, oldest first."""
        ...

    def create(self, title: str, body: str, label: str) -> Issue:
        """Open an issue and return it; when the answer is lost, return the one that was opened after all."""
        ...

    def edit(self, number: int, title: str, body: str) -> None:
        """Replace title and body of an issue."""
        ...

    def close(self, number: int, comment: str) -> None:
        """Comment on an issue, then close it."""
        ...


class IssueHistory(Protocol):
    """Issues as they are and as they became so. Pull requests are left out."""

    def find(
        self, *, label: str | None = None, state: str = "all", since: datetime | None = None
    ) -> tuple[Issue, ...]:
        """Return issues, oldest first; `since` leaves out those that have not changed since."""
        ...

    def get(self, number: int) -> Issue:
        """Return one issue."""
        ...

    def comments(self, number: int) -> tuple[Comment, ...]:
        """Return its comments, oldest first."""
        ...

    def events(self, number: int) -> tuple[IssueEvent, ...]:
        """Return what happened to it, oldest first."""
        ...

    def sub_issues(self, number: int) -> tuple[Issue, ...]:
        """Return the issues under it."""
        ...


class IssueDesk(IssueHistory, Issues, Protocol):
    """Everything that can be done with issues."""

    def open(
        self, title: str, body: str, *, labels: Sequence[str] = (), assignees: Sequence[str] = ()
    ) -> Issue:
        """Open an issue and return it; when the answer is lost, return the one that was opened after all."""
        ...

    def comment(self, number: int, body: str) -> Comment:
        """Comment on an issue; when the answer is lost, return the comment that was made after all."""
        ...

    def edit_comment(self, comment_id: int, body: str) -> None:
        """Replace a comment."""
        ...

    def set_state(self, number: int, state: str, reason: str | None = None) -> None:
        """Close (`completed`, `not_planned`) or reopen an issue."""
        ...

    def add_labels(self, number: int, labels: Sequence[str]) -> None:
        """Put labels on an issue."""
        ...

    def remove_label(self, number: int, label: str) -> None:
        """Take a label off an issue; one that is not on it is no error."""
        ...

    def assign(self, number: int, logins: Sequence[str]) -> None:
        """Assign people to an issue."""
        ...

    def add_sub_issue(self, number: int, child: int) -> None:
        """Put one issue under another."""
        ...
