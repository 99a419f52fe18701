"""The people of the policy, as GitHub knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mainstay.audit.facts.online import Online
from mainstay.audit.facts.policy import POLICY
from mainstay.audit.model import NotAsked
from mainstay.platform.clock import Clock
from mainstay.platform.github import GitHub
from mainstay.policy import Policy

TRAINED_WITHIN = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Responders:
    """Each person on call -> the role in the repository; `none` without access, nothing without an account."""

    roles: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class RosterChanges:
    """Who changed the policy lately, in lower case -> when last."""

    authors: dict[str, datetime]


@dataclass(frozen=True, slots=True)
class Fillings:
    """Each user or team that fills a role -> whether there is such an account."""

    exist: dict[str, bool]


def fillings(github: GitHub, policy: Policy, online: Online) -> Fillings:
    """Return whether those who fill the roles exist.

    Raises:
        NotAsked: A role is filled by a team, and the token is a workflow's own, which may never ask.
    """
    names = sorted({name for name in policy.team.owners.values() if name})
    if online.is_workflow_token and any("/" in name for name in names):
        raise NotAsked("not asked: the token of a workflow sees no team; audit with a member's to know")
    return Fillings({name: _exists(github, name.removeprefix("@")) for name in names})


def _exists(github: GitHub, name: str) -> bool:
    organisation, _, team = name.partition("/")
    return github.people.team_exists(organisation, team) if team else github.people.user_exists(name)


def responders(github: GitHub, policy: Policy) -> Responders:
    """Return who is on call and what they may do."""
    logins = [person.removeprefix("@") for person in policy.team.on_call]
    return Responders(
        {
            login: github.people.role_of(login) if github.people.user_exists(login) else None
            for login in logins
        }
    )


def roster_changes(github: GitHub, clock: Clock) -> RosterChanges:
    """Return who changed the policy within the last year."""
    authors: dict[str, datetime] = {}
    for commit in github.contents.commits(path=POLICY, since=clock.now() - TRAINED_WITHIN):
        if commit.author:
            authors.setdefault(commit.author.casefold(), commit.committed_at)
    return RosterChanges(authors)
