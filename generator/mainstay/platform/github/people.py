"""The calls about who may do what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mainstay.platform.github import calls
from mainstay.platform.github.client import Client
from mainstay.platform.github.records import Collaborator


@dataclass(frozen=True, slots=True)
class _Named:
    name: str


class PeopleCalls:
    """Implements People."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def collaborators(self) -> tuple[Collaborator, ...]:
        """Return everybody with access and their role."""
        return self._client.all(calls.COLLABORATORS, Collaborator, _collaborator)

    def role_of(self, login: str) -> str:
        """Return somebody's role in this repository, `none` without access."""
        found = self._client.find(calls.ROLE, Collaborator, _role, username=login)
        return "none" if found is None else found.role

    def user_exists(self, login: str) -> bool:
        """Return whether there is such an account."""
        return self._client.find(calls.ACCOUNT, _Named, _account, username=login) is not None

    def team_exists(self, organisation: str, team: str) -> bool:
        """Return whether there is such a team."""
        if self._client.find(calls.TEAM, _Named, _team, org=organisation, team_slug=team):
            return True
        # A team that the token may not see looks like none at all, so it has to see the others.
        self._client.all(calls.TEAMS, _Named, _team, at_most=1, org=organisation)
        return False


def _account(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {"name": data["login"]}


def _team(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {"name": data["slug"]}


def _collaborator(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {"login": data["login"], "role": data["role_name"]}


def _role(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {"login": (data["user"] or {}).get("login", ""), "role": data["role_name"]}
