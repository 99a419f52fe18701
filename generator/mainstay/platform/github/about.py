"""The calls about the repository and its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mainstay.platform.github import calls
from mainstay.platform.github.client import Client
from mainstay.platform.github.records import Branch, Label, Protection, RateLimit, Release, Repository, Rule


class AboutCalls:
    """Implements About."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def repository(self) -> Repository:
        """Return the repository itself; asked once."""
        return self._client.repository()

    def branch(self, name: str) -> Branch | None:
        """Return a branch; None when there is none of that name."""
        return self._client.find(calls.BRANCH, Branch, _branch, branch=name)

    def rules(self, branch: str) -> tuple[Rule, ...]:
        """Return the rules of rulesets that hold on a branch."""
        return self._client.all(calls.RULES, Rule, _rule, branch=branch)

    def protection(self, branch: str) -> Protection | None:
        """Return the classic protection of a branch; None when it has none."""
        return self._client.find(calls.PROTECTION, Protection, _protection, branch=branch)

    def labels(self) -> tuple[Label, ...]:
        """Return all labels."""
        return self._client.all(calls.LABELS, Label, _label)

    def create_label(self, name: str, color: str, description: str) -> None:
        """Make a label; one that is already there stays as it is."""
        if name.lower() not in {label.name.lower() for label in self.labels()}:
            self._client.ask(
                calls.CREATE_LABEL, data={"name": name, "color": color, "description": description}
            )

    def releases(self) -> tuple[Release, ...]:
        """Return all releases, newest first."""
        return self._client.all(calls.RELEASES, Release, _release)

    def rate_limit(self) -> RateLimit:
        """Return what is left to this token."""
        return self._client.one(calls.RATE_LIMIT, RateLimit, _rate_limit)


def _branch(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {**data, "sha": data["commit"]["sha"]}


def _rule(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {
        "type": data["type"],
        "parameters": data.get("parameters") or {},
        "source": data.get("ruleset_source") or "",
    }


def _protection(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    """Return a protection. Nearly all of it may be left out, so an answer without its address is none."""
    reviews = data.get("required_pull_request_reviews") or {}
    checks = data.get("required_status_checks") or {}
    return {
        "url": data["url"],
        "approvals": reviews.get("required_approving_review_count", 0),
        "code_owner_reviews": reviews.get("require_code_owner_reviews", False),
        "required_checks": checks.get("contexts", ()),
        "binds_admins": data.get("enforce_admins", {}).get("enabled", False),
        "force_pushes": data.get("allow_force_pushes", {}).get("enabled", False),
        "deletions": data.get("allow_deletions", {}).get("enabled", False),
    }


def _label(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {**data, "description": data.get("description") or ""}


def _release(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {**data, "tag": data["tag_name"], "url": data["html_url"]}


def _rate_limit(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    core = data["resources"]["core"]
    return {**core, "reset_at": core["reset"]}
