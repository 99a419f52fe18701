"""Answers that are nearly right: one thing in them is missing, null, of another kind or absurd."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.github.server import Desk
from fakes.github.state import REPOSITORY, FakeGitHub
from mainstay.errors import GitHubError
from mainstay.platform.github.about import AboutCalls
from mainstay.platform.github.actions import ActionCalls
from mainstay.platform.github.alerts import AlertCalls
from mainstay.platform.github.client import Client
from mainstay.platform.github.contents import ContentCalls
from mainstay.platform.github.issues import IssueCalls
from mainstay.platform.github.people import PeopleCalls
from mainstay.platform.github.pulls import PullCalls
from mainstay.platform.github.retrying import Reply
from mainstay.platform.github.transport import Transport

Json = Any
ASK: dict[str, Callable[[Client], Json]] = {
    "repository": lambda client: AboutCalls(client).repository(),
    "branch": lambda client: AboutCalls(client).branch("main"),
    "protection": lambda client: AboutCalls(client).protection("main"),
    "rules": lambda client: AboutCalls(client).rules("main"),
    "labels": lambda client: AboutCalls(client).labels(),
    "releases": lambda client: AboutCalls(client).releases(),
    "rate limit": lambda client: AboutCalls(client).rate_limit(),
    "alerts": lambda client: AlertCalls(client).dependabot(),
    "pulls": lambda client: PullCalls(client).find(),
    "issues": lambda client: IssueCalls(client).find(),
    "events": lambda client: IssueCalls(client).events(1),
    "comments": lambda client: IssueCalls(client).comments(1),
    "workflows": lambda client: ActionCalls(client).workflows(),
    "runs": lambda client: ActionCalls(client).runs("backup.yml"),
    "secrets": lambda client: ActionCalls(client).secret_names(),
    "collaborators": lambda client: PeopleCalls(client).collaborators(),
    "role": lambda client: PeopleCalls(client).role_of("ana"),
    "file": lambda client: ContentCalls(client).file("a"),
    "tree": lambda client: ContentCalls(client).tree("main"),
    "commits": lambda client: ContentCalls(client).commits(),
}
INSTEAD: tuple[Json, ...] = (
    None,
    {},
    [],
    [None],
    "",
    "x",
    "2026-11-23T08:00:00",
    "9999-99-99",
    -1,
    10**30,
    True,
    "DELETED",
)


@dataclass
class DeskTransport:
    """Asks the fake without a network, and puts another answer in place of one.

    Attributes:
        instead: What is answered in its place.
        turn: Which answer, counted from 1.
        texts: The true answers.
    """

    desk: Desk
    instead: str = ""
    turn: int = 0
    texts: list[str] = field(default_factory=list)

    def send(self, verb: str, url: str, query: Mapping[str, Json], _: Json) -> Reply:
        """Return what the fake says, or what is put in its place."""
        answer = self.desk.answer(verb, f"{url}?{urlencode(query)}", b"")
        self.texts.append(answer.payload.decode())
        text = self.instead if len(self.texts) == self.turn else self.texts[-1]
        return Reply(answer.status, answer.headers, text)


def asked(what: str, transport: DeskTransport) -> Json:
    return ASK[what](Client(REPOSITORY, cast("Transport", transport), sleep=lambda _: None))


@pytest.fixture(scope="module")
def desk() -> Desk:
    """GitHub, with one of everything."""
    fake = FakeGitHub(url="http://github.test")
    shop = fake.shop
    shop.security = {"secret_scanning": "enabled"}
    shop.commit({"a": "1"})
    shop.protection["main"] = {"enforce_admins": {"enabled": True, "url": "https://api.github.com/u"}}
    shop.rules["main"] = [{"type": "deletion", "ruleset_source": "acme"}]
    shop.label("bug")
    shop.releases.append({"tag_name": "v1", "draft": False, "prerelease": False})
    shop.dependabot_alert()
    shop.issue("t", "b", "bug", assignees=["ana"])
    shop.comment(1, "c")
    shop.event(1, "labeled", label={"name": "bug", "color": "f00"})
    shop.pull()
    shop.workflow(".github/workflows/backup.yml")
    shop.run(".github/workflows/backup.yml")
    shop.secrets = {"TOKEN"}
    return Desk(fake)


def places(node: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where everything in an answer is."""
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def changed(data: Json, place: tuple[str | int, ...], instead: Json) -> Json:
    """Return an answer in which one thing is another, or missing."""
    if not place:
        return None if instead == "DELETED" else instead
    data = copy.deepcopy(data)
    parent = data
    for key in place[:-1]:
        parent = parent[key]
    if instead == "DELETED":
        del parent[place[-1]]
    else:
        parent[place[-1]] = instead
    return data


def times(answer: Json) -> Iterator[datetime]:
    for record in answer if isinstance(answer, tuple) else [answer]:
        for name in getattr(record, "__slots__", ()):
            if isinstance(value := getattr(record, name), datetime):
                yield value


@pytest.mark.parametrize("what", ASK)
@settings(max_examples=100, deadline=None)
@given(choice=st.data())
def test_an_answer_that_is_nearly_right_is_right_or_an_error(
    desk: Desk, what: str, choice: st.DataObject
) -> None:
    """Whatever is changed in it: a record of the right kinds, or the error that the audit knows. Never a crash."""
    honest = DeskTransport(desk)
    asked(what, honest)
    true = json.loads(honest.texts[-1])
    place = choice.draw(st.sampled_from([*places(true)]))
    nearly = changed(true, place, choice.draw(st.sampled_from(INSTEAD)))

    try:
        answer = asked(what, DeskTransport(desk, json.dumps(nearly), len(honest.texts)))
    except GitHubError:
        return

    assert all(at.tzinfo is not None for at in times(answer))
