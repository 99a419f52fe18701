"""What GitHub tells about a repository, as data. Times are aware.

Text that people wrote (titles, bodies, messages, names of branches) is hostile, and kept as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = [
    "Branch",
    "Collaborator",
    "Commit",
    "DependabotAlert",
    "Label",
    "Protection",
    "RateLimit",
    "Release",
    "Repository",
    "Rule",
    "Run",
    "ScanningAlert",
    "SecurityUpdates",
    "TreeEntry",
    "Workflow",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """The repository itself.

    Attributes:
        full_name: `owner/name` as it is now.
        renamed_from: The name that was asked for, when the repository has another one now.
        security: Feature of `security_and_analysis` -> `enabled` or `disabled`. None: the token may not see it, only an
            administrator's may.
    """

    full_name: str
    default_branch: str
    private: bool
    archived: bool
    has_issues: bool
    pushed_at: datetime | None
    url: str
    renamed_from: str | None = None
    security: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch; `protected` counts rulesets and classic protection."""

    name: str
    sha: str
    protected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule that holds on a branch now, whichever ruleset it came from: `pull_request`, `non_fast_forward`, ..."""

    type: str
    parameters: Mapping[str, Any]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """The classic protection of a branch."""

    approvals: int
    code_owner_reviews: bool
    required_checks: tuple[str, ...]
    binds_admins: bool
    force_pushes: bool
    deletions: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label that issues and pull requests can have."""

    name: str
    color: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release; a draft has no time of publication."""

    tag: str
    published_at: datetime | None
    draft: bool
    prerelease: bool
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DependabotAlert:
    """A dependency with a known vulnerability.

    Attributes:
        state: `open`, `fixed`, `dismissed` or `auto_dismissed`.
        severity: `low`, `medium`, `high` or `critical`.
        fixed_in: The first version without it, when there is one.
    """

    number: int
    state: str
    severity: str
    package: str
    ecosystem: str
    manifest_path: str
    advisory: str
    summary: str
    created_at: datetime
    url: str
    fixed_in: str | None = None
    fixed_at: datetime | None = None
    dismissed_at: datetime | None = None
    dismissed_by: str | None = None
    dismissed_reason: str | None = None
    dismissed_comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanningAlert:
    """An open alert of secret scanning or code scanning; never the secret itself."""

    number: int
    kind: str
    severity: str | None
    created_at: datetime
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityUpdates:
    """Whether Dependabot opens pull requests for alerts. It pauses itself where nobody answers it."""

    enabled: bool
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A workflow; `state` is `active`, `disabled_manually`, `disabled_inactivity`, `disabled_fork` or `deleted`."""

    id: int
    name: str
    path: str
    state: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of a workflow.

    Attributes:
        path: The workflow's file.
        status: `queued`, `in_progress`, `completed`, ...
        conclusion: `success`, `failure`, `cancelled`, `timed_out`, `startup_failure`, ...; None until it has completed.
        actor: Who caused it.
    """

    id: int
    number: int
    attempt: int
    name: str
    path: str
    event: str
    status: str
    conclusion: str | None
    head_branch: str | None
    head_sha: str
    actor: str | None
    created_at: datetime
    updated_at: datetime
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborator:
    """Somebody with access.

    The role is `read`, `triage`, `write`, `maintain`, `admin`, or one that the organisation made.
    """

    login: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    """A file, folder or submodule of a commit; `kind` is `blob`, `tree` or `commit`."""

    path: str
    kind: str
    mode: str
    sha: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit; `author` is the account that GitHub knows for it, None when there is none."""

    sha: str
    author: str | None
    authored_at: datetime
    committed_at: datetime
    message: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """How many requests the token has left until `reset_at`."""

    limit: int
    remaining: int
    reset_at: datetime
