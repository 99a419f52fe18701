"""The calls about issues. What creates is not repeated when its answer was lost: what was made is looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from mainstay.errors import GitHubAnswerLostError
from mainstay.platform.github import calls
from mainstay.platform.github.client import Client
from mainstay.platform.github.discussions import Comment, Issue, IssueEvent
from mainstay.platform.github.shapes import comment_shape, event_shape, issue_shape

WORKFLOW_USER = "github-actions[bot]"
"""Who writes what a workflow's own token writes. That token may not ask for its own name."""
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class _User:
    login: str


@dataclass(frozen=True, slots=True)
class _Id:
    id: int


@dataclass(frozen=True, slots=True)
class _Listed:
    """GitHub lists pull requests among the issues."""

    issue: Issue
    is_pull_request: bool


class IssueCalls:
    """Implements IssueDesk."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._us: str | None = None

    def find(
        self, *, label: str | None = None, state: str = "all", since: datetime | None = None
    ) -> tuple[Issue, ...]:
        """Return issues, oldest first; `since` leaves out those that have not changed since."""
        query = {
            "labels": label,
            "state": state,
            "since": since and since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "sort": "created",
            "direction": "asc",
        }
        found = self._client.all(calls.ISSUES, _Listed, _listed, query=query)
        return tuple(entry.issue for entry in found if not entry.is_pull_request)

    def open_and_ours(self, label: str) -> list[Issue]:
        """Return the open issues with this label that this token's own user wrote, oldest first."""
        us = self._user()
        return [issue for issue in self.find(label=label, state="open") if issue.author == us]

    def get(self, number: int) -> Issue:
        """Return one issue."""
        return self._client.one(calls.ISSUE, Issue, issue_shape, issue_number=number)

    def comments(self, number: int) -> tuple[Comment, ...]:
        """Return its comments, oldest first."""
        return self._client.all(calls.COMMENTS, Comment, comment_shape, issue_number=number)

    def events(self, number: int) -> tuple[IssueEvent, ...]:
        """Return what happened to it, oldest first."""
        return self._client.all(calls.EVENTS, IssueEvent, event_shape, issue_number=number)

    def sub_issues(self, number: int) -> tuple[Issue, ...]:
        """Return the issues under it."""
        return self._client.all(calls.SUB_ISSUES, Issue, issue_shape, issue_number=number)

    def create(self, title: str, body: str, label: str) -> Issue:
        """Open an issue and return it; when the answer is lost, return the one that was opened after all."""
        return self.open(title, body, labels=[label])

    def open(
        self, title: str, body: str, *, labels: Sequence[str] = (), assignees: Sequence[str] = ()
    ) -> Issue:
        """Open an issue and return it; when the answer is lost, return the one that was opened after all."""
        data = {"title": title, "body": body, "labels": [*labels], "assignees": [*assignees]}
        return self._made(
            lambda: self._client.one(calls.CREATE_ISSUE, Issue, issue_shape, data=data),
            lambda: self.find(label=next(iter(labels), None), state="open"),
            lambda issue: (issue.title, issue.body, issue.author) == (title, body, self._user()),
        )

    def comment(self, number: int, body: str) -> Comment:
        """Comment on an issue; when the answer is lost, return the comment that was made after all."""
        return self._made(
            lambda: self._client.one(
                calls.CREATE_COMMENT, Comment, comment_shape, data={"body": body}, issue_number=number
            ),
            lambda: self.comments(number)[-1:],
            lambda comment: (comment.body, comment.author) == (body, self._user()),
        )

    def edit(self, number: int, title: str, body: str) -> None:
        """Replace title and body of an issue."""
        self._client.ask(calls.EDIT_ISSUE, data={"title": title, "body": body}, issue_number=number)

    def edit_comment(self, comment_id: int, body: str) -> None:
        """Replace a comment."""
        self._client.ask(calls.EDIT_COMMENT, data={"body": body}, comment_id=comment_id)

    def close(self, number: int, comment: str) -> None:
        """Comment on an issue, then close it."""
        self.comment(number, comment)
        self.set_state(number, "closed", "completed")

    def set_state(self, number: int, state: str, reason: str | None = None) -> None:
        """Close (`completed`, `not_planned`) or reopen an issue."""
        data = {"state": state} | ({"state_reason": reason} if reason else {})
        self._client.ask(calls.EDIT_ISSUE, data=data, issue_number=number)

    def add_labels(self, number: int, labels: Sequence[str]) -> None:
        """Put labels on an issue."""
        self._client.ask(calls.ADD_LABELS, data={"labels": [*labels]}, issue_number=number)

    def remove_label(self, number: int, label: str) -> None:
        """Take a label off an issue; one that is not on it is no error."""
        self._client.ask(calls.REMOVE_LABEL, issue_number=number, name=label)

    def assign(self, number: int, logins: Sequence[str]) -> None:
        """Assign people to an issue."""
        self._client.ask(calls.ASSIGN, data={"assignees": [*logins]}, issue_number=number)

    def add_sub_issue(self, number: int, child: int) -> None:
        """Put one issue under another."""
        child_id = self._client.one(calls.ISSUE, _Id, dict, issue_number=child).id
        self._made(
            lambda: self._client.one(
                calls.ADD_SUB_ISSUE, Issue, issue_shape, data={"sub_issue_id": child_id}, issue_number=number
            ),
            lambda: self.sub_issues(number),
            lambda issue: issue.number == child,
        )

    def _made(
        self, make: Callable[[], Made], look: Callable[[], Iterable[Made]], ours: Callable[[Made], bool]
    ) -> Made:
        """Make something once; when the answer is lost, return what is there after all."""
        try:
            return make()
        except GitHubAnswerLostError:
            for found in look():
                if ours(found):
                    return found
            raise

    def _user(self) -> str:
        if self._us is None:
            user = self._client.find(calls.USER, _User, dict)
            self._us = user.login if user else WORKFLOW_USER
        return self._us


def _listed(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {"issue": issue_shape(data), "is_pull_request": "pull_request" in data}
