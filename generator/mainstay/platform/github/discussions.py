"""What people and programs discuss: issues, pull requests, and what became of them, as data.

Titles, bodies and names are text that anyone may have written: hostile, and kept as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = [
    "Comment",
    "Issue",
    "IssueEvent",
    "PullRequest",
    "Review",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request; `state` is `open` or `closed`, and `merged_at` tells the two kinds of closed apart."""

    number: int
    title: str
    body: str
    url: str
    author: str
    state: str
    draft: bool
    head: str
    head_sha: str
    base: str
    labels: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    merged_at: datetime | None

    @property
    def merged(self) -> bool:
        """Whether its change is in the base branch."""
        return self.merged_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review of a pull request: `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED` or `PENDING`."""

    author: str
    state: str
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue. Title and body are text that anyone may have edited.

    Attributes:
        state: `open` or `closed`.
        state_reason: Of a closed one: `completed`, `not_planned` or `duplicate`.
        author_is_bot: Whether an app wrote it, such as a workflow.
    """

    number: int
    title: str
    body: str
    url: str
    author: str
    state: str
    created_at: datetime
    updated_at: datetime
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    closed_at: datetime | None = None
    state_reason: str | None = None
    author_is_bot: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    body: str
    url: str
    author: str
    author_is_bot: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueEvent:
    """Something that happened to an issue: `labeled`, `unlabeled`, `assigned`, `closed`, `reopened`, `renamed`, ...

    Attributes:
        actor: Who did it; None when the account is gone.
        label: The label that came or went.
        assignee: Who was assigned or is no more.
        renamed_from: The title before.
    """

    id: int
    event: str
    actor: str | None
    created_at: datetime
    label: str | None = None
    assignee: str | None = None
    renamed_from: str | None = None
