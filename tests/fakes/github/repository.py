"""One repository of the fake: what it holds, and how a test puts it there."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fakes.github.gitdata import Commit, GitData

if TYPE_CHECKING:
    from fakes.github.state import FakeGitHub

Json = dict[str, Any]


def stamp(at: datetime) -> str:
    """Return a time as GitHub writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def account(login: str | None) -> Json | None:
    """Return an account; GitHub calls apps `name[bot]`."""
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"} if login else None


@dataclass
class FakeRepository:
    """One repository. None for a kind of alerts says that the feature is turned off.

    Attributes:
        runs_at_most: How many runs GitHub gives of a list that is narrowed down.
    """

    github: FakeGitHub
    full_name: str
    id: int
    private: bool = True
    archived: bool = False
    has_issues: bool = True
    default_branch: str = "main"
    pushed_at: str | None = "2026-11-20T08:00:00Z"
    security: dict[str, str] | None = None
    security_updates: Json | None = None
    issues: dict[int, Json] = field(default_factory=dict)
    pulls: dict[int, Json] = field(default_factory=dict)
    comments: dict[int, list[Json]] = field(default_factory=dict)
    events: dict[int, list[Json]] = field(default_factory=dict)
    reviews: dict[int, list[Json]] = field(default_factory=dict)
    children: dict[int, list[int]] = field(default_factory=dict)
    labels: dict[str, Json] = field(default_factory=dict)
    releases: list[Json] = field(default_factory=list)
    dependabot: list[Json] | None = field(default_factory=list)
    secret_alerts: list[Json] | None = field(default_factory=list)
    code_alerts: list[Json] | None = field(default_factory=list)
    workflows: list[Json] = field(default_factory=list)
    runs: list[Json] = field(default_factory=list)
    runs_at_most: int = 1000
    secrets: set[str] = field(default_factory=set)
    shared_secrets: set[str] = field(default_factory=set)
    variables: dict[str, str] = field(default_factory=dict)
    shared_variables: dict[str, str] = field(default_factory=dict)
    environments: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    rules: dict[str, list[Json]] = field(default_factory=dict)
    protection: dict[str, Json] = field(default_factory=dict)
    collaborators: dict[str, str] = field(default_factory=lambda: {"ana": "admin", "bo": "write"})
    git: GitData = field(default_factory=GitData)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1000))

    @property
    def html_url(self) -> str:
        """Where people look at it."""
        return f"https://github.com/{self.full_name}"

    @property
    def all_issues(self) -> list[Json]:
        """All issues, oldest first."""
        return [*self.issues.values()]

    @property
    def open_issues(self) -> list[Json]:
        """The issues that are open, oldest first."""
        return [issue for issue in self.all_issues if issue["state"] == "open"]

    @property
    def said(self) -> list[tuple[int, str]]:
        """All comments: number of the issue, and text."""
        return [(number, each["body"]) for number, made in self.comments.items() for each in made]

    @property
    def next_number(self) -> int:
        """The number of the next issue or pull request: they share one row."""
        return max([0, *self.issues, *self.pulls]) + 1

    def issue(self, title: str = "title", body: str | None = "body", *labels: str, **more: Any) -> Json:
        """Put an issue in place; `author`, `created_at` and any field of GitHub's can be given."""
        return self._numbered(self.issues, "issues", title, body, labels, more)

    def pull(self, title: str = "title", body: str | None = "body", *labels: str, **more: Any) -> Json:
        """Put a pull request in place; `head` and `base` are names of branches."""
        head, base = more.pop("head", "topic"), more.pop("base", self.default_branch)
        made = self._numbered(self.pulls, "pull", title, body, labels, more)
        made |= {"draft": False, "merged_at": None}
        made |= {key: more[key] for key in ("draft", "merged_at") if key in more}
        for end, name in {"head": head, "base": base}.items():
            made[end] = {"ref": name, "sha": self.git.branches.get(name, "0" * 40)}
        return made

    def _numbered(
        self,
        where: dict[int, Json],
        kind: str,
        title: str,
        body: str | None,
        labels: tuple[str, ...],
        more: Json,
    ) -> Json:
        number = self.next_number
        author = more.pop("author", self.github.actor)
        created = more.pop("created_at", self.github.now())
        where[number] = {
            "id": next(self.ids),
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "user": account(author),
            "labels": [{"name": label} for label in labels],
            "assignees": [account(login) for login in more.pop("assignees", ())],
            "created_at": created,
            "updated_at": created,
            "closed_at": None,
            "html_url": f"{self.html_url}/{kind}/{number}",
            **more,
        }
        return where[number]

    def comment(self, number: int, body: str, **more: Any) -> Json:
        """Put a comment in place."""
        made = {
            "id": next(self.ids),
            "body": body,
            "user": account(more.pop("author", self.github.actor)),
            "created_at": self.github.now(),
            "updated_at": self.github.now(),
            "html_url": f"{self.html_url}/issues/{number}#issuecomment",
            **more,
        }
        self.comments.setdefault(number, []).append(made)
        return made

    def event(self, number: int, event: str, **more: Any) -> Json:
        """Put something in place that happened to an issue."""
        made = {
            "id": next(self.ids),
            "event": event,
            "actor": account(more.pop("actor", self.github.actor)),
            "created_at": self.github.now(),
            "commit_id": None,
            "commit_url": None,
            **more,
        }
        self.events.setdefault(number, []).append(made)
        return made

    def label(self, *names: str) -> None:
        """Put labels in place."""
        for name in names:
            label = {"name": name, "color": "ededed", "description": "", "default": False}
            self.labels[name.lower()] = {"id": next(self.ids), **label}

    def commit(self, files: Mapping[str, bytes | str | None], branch: str | None = None, **more: Any) -> str:
        """Put a commit onto a branch; None for a file deletes it."""
        branch = branch or self.default_branch
        parent = self.git.branches.get(branch)
        tree = dict(self.git.files(parent))
        for path, content in files.items():
            tree.pop(path, None)
            if content is not None:
                tree[path] = (
                    "100644",
                    self.git.blob(content.encode() if isinstance(content, str) else content),
                )
        message, login = more.get("message", "Change files"), more.get("author", "ana")
        parents = (parent,) if parent else ()
        made = Commit(self.git.tree(tree), parents, message, login, more.get("at") or self.github.now())
        self.git.branches[branch] = self.git.commit(made)
        return self.git.branches[branch]

    def workflow(self, path: str, **more: Any) -> Json:
        """Put a workflow in place."""
        url = f"{self.html_url}/blob/{self.default_branch}/{path}"
        made = {"id": next(self.ids), "name": path, "path": path, "state": "active", "html_url": url, **more}
        self.workflows.append(made)
        return made

    def run(self, path: str, **more: Any) -> Json:
        """Put a run of a workflow in place: a scheduled one that succeeded just now, if nothing else is given."""
        ident, created = next(self.ids), more.pop("created_at", self.github.now())
        made = {
            "id": ident,
            "name": path,
            "path": path,
            "workflow_id": next(each["id"] for each in self.workflows if each["path"] == path),
            "run_number": len(self.runs) + 1,
            "run_attempt": 1,
            "event": "schedule",
            "status": "completed",
            "conclusion": "success",
            "head_branch": self.default_branch,
            "head_sha": self.git.branches.get(self.default_branch, "0" * 40),
            "actor": account(more.pop("actor", "ana")),
            "created_at": created,
            "updated_at": created,
            "html_url": f"{self.html_url}/actions/runs/{ident}",
            **more,
        }
        self.runs.append(made)
        return made

    def dependabot_alert(self, package: str = "lodash", severity: str = "high", **more: Any) -> Json:
        """Put an alert of Dependabot in place."""
        assert self.dependabot is not None
        number = len(self.dependabot) + 1
        named = {"ecosystem": more.pop("ecosystem", "npm"), "name": package}
        manifest = more.pop("manifest_path", "package-lock.json")
        vulnerability = {
            "package": named,
            "severity": severity,
            "first_patched_version": {"identifier": "9.9.9"},
        }
        made = {
            "number": number,
            "state": "open",
            "dependency": {"package": named, "manifest_path": manifest, "scope": "runtime"},
            "security_advisory": {
                "ghsa_id": "GHSA-xxxx",
                "summary": f"{package} is unsafe",
                "severity": severity,
            },
            "security_vulnerability": vulnerability,
            "created_at": self.github.now(),
            "updated_at": self.github.now(),
            "html_url": f"{self.html_url}/security/dependabot/{number}",
            **more,
            "dismissed_by": account(more.get("dismissed_by")),
        }
        self.dependabot.append(made)
        return made
