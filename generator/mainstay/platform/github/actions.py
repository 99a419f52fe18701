"""The calls about workflows, their runs, and the names of what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mainstay.platform.github import calls
from mainstay.platform.github.calls import Call
from mainstay.platform.github.client import Client
from mainstay.platform.github.records import Run, Workflow
from mainstay.platform.github.shapes import login


@dataclass(frozen=True, slots=True)
class _Named:
    name: str


class ActionCalls:
    """Implements Actions."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def workflows(self) -> tuple[Workflow, ...]:
        """Return all workflows, Dependabot's own (`dynamic/dependabot/...`) among them."""
        return self._client.all(calls.WORKFLOWS, Workflow, _workflow, key="workflows")

    def runs(
        self,
        workflow: str | int,
        *,
        at_most: int = 100,
        event: str | None = None,
        branch: str | None = None,
        status: str | None = None,
    ) -> tuple[Run, ...]:
        """Return the newest runs of a workflow, newest first, all of them when they are fewer."""
        query = {"event": event, "branch": branch, "status": status}
        key = "workflow_runs"
        return self._client.all(
            calls.RUNS, Run, _run, query=query, key=key, at_most=at_most, workflow_id=workflow
        )

    def secret_names(self, environment: str | None = None) -> frozenset[str]:
        """Return the names of secrets: the repository's with its organisation's, or those of an environment alone."""
        if environment is not None:
            return self._within(calls.ENVIRONMENT_SECRETS, "secrets", environment)
        return self._names(calls.SECRETS, "secrets") | self._names(calls.SHARED_SECRETS, "secrets")

    def variable_names(self, environment: str | None = None) -> frozenset[str]:
        """Return the names of variables: the repository's with its organisation's, or those of an environment alone."""
        if environment is not None:
            return self._within(calls.ENVIRONMENT_VARIABLES, "variables", environment)
        return self._names(calls.VARIABLES, "variables") | self._names(calls.SHARED_VARIABLES, "variables")

    def _within(self, call: Call, key: str, environment: str) -> frozenset[str]:
        if self._client.ask(calls.ENVIRONMENT, environment_name=environment) is None:
            return frozenset()
        named = self._client.all(call, _Named, dict, key=key, environment_name=environment)
        return frozenset(each.name for each in named)

    def _names(self, call: Call, key: str) -> frozenset[str]:
        return frozenset(named.name for named in self._client.all(call, _Named, dict, key=key))


def _workflow(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {**data, "url": data["html_url"]}


def _run(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {
        **data,
        "number": data["run_number"],
        "attempt": data.get("run_attempt", 1),
        "name": data.get("name") or "",
        "path": data["path"].partition("@")[0],
        "actor": login(data.get("actor")),
        "url": data["html_url"],
    }
