"""The people of the policy, as GitHub knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mainstay.audit.facts.policy import POLICY
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
