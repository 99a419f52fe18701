"""The GitHub in memory, on which the mutations of the audit run, says what the adapter says over HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.github.faults import Fault
from fakes.github.server import github_server
from fakes.github.state import TOKEN, FakeGitHub
from helpers.alive import NAME, World, alive
from helpers.audits import NOW, POLICY, having
from helpers.memory_github import CALLS
from helpers.mutations import ALIVE
from helpers.seeding import seed
from mainstay.audit import Online, Outcome, exit_code, run_audit
from mainstay.errors import ExitCode
from mainstay.evidence import BRANCH, PATH
from mainstay.platform.clock import FixedClock
from mainstay.platform.github import GitHub, connect

ASKED: dict[str, Callable[[GitHub], object]] = {
    "about.repository": lambda github: github.about.repository(),
    "about.branch": lambda github: github.about.branch("main"),
    "about.rules": lambda github: github.about.rules("main"),
    "about.labels": lambda github: github.about.labels(),
    "alerts.dependabot": lambda github: github.alerts.dependabot(),
    "alerts.security_updates": lambda github: github.alerts.security_updates(),
    "pulls.find": lambda github: github.pulls.find(state="open"),
    "issues.find": lambda github: (
        github.issues.find(label="incident"),
        github.issues.find(label="maintenance", since=NOW - timedelta(days=200)),
    ),
    "issues.events": lambda github: github.issues.events(3),
    "actions.workflows": lambda github: github.actions.workflows(),
    "actions.runs": lambda github: github.actions.runs("backup.yml", at_most=20, event="schedule"),
    "actions.secret_names": lambda github: (
        github.actions.secret_names(),
        github.actions.secret_names("backup"),
    ),
    "actions.variable_names": lambda github: github.actions.variable_names(),
    "people.role_of": lambda github: [github.people.role_of(login) for login in ("ana", "bo", "nobody")],
    "people.user_exists": lambda github: [github.people.user_exists(login) for login in ("ana", "nobody")],
    "people.team_exists": lambda github: [
        github.people.team_exists("acme", team) for team in ("dev", "gone")
    ],
    "contents.file": lambda github: (
        github.contents.file(PATH, BRANCH),
        github.contents.file("gone", BRANCH),
    ),
    "contents.commits": lambda github: github.contents.commits(path=POLICY, since=NOW - timedelta(days=365)),
}
PLACES = ("url", "sha", "head_sha", "advisory", "summary", "ecosystem", "fixed_in", "fixed_at", "description")
"""Addresses and words that the two make up, each in its own way; no check judges by them."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The living world; nothing here changes it."""
    return alive(tmp_path_factory.mktemp("world"))


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    """GitHub on this machine."""
    with github_server() as server:
        yield server


def over_http(fake: FakeGitHub) -> GitHub:
    return connect(NAME, TOKEN, fake.url, pause_seconds=0)


def told(answer: object) -> object:
    """Return an answer without what the two make up."""
    if isinstance(answer, tuple | list):
        return [told(each) for each in answer]
    if not dataclasses.is_dataclass(answer) or isinstance(answer, type):
        return answer
    fields = dataclasses.asdict(answer)
    return {name: value for name, value in fields.items() if name not in PLACES}


def test_every_call_of_the_audit_is_compared() -> None:
    """A call that is added to the one is held against the other."""
    assert set(ASKED) == set(CALLS)


@pytest.mark.parametrize("call", CALLS)
def test_memory_and_http_say_the_same(world: World, fake: FakeGitHub, call: str) -> None:
    """Every record that a check judges is equal, field by field."""
    seed(fake, world.github)

    assert told(ASKED[call](over_http(fake))) == told(ASKED[call](world.github.connect()))
    assert fake.violations == []


SAMPLE = {
    row[0]: row
    for row in ALIVE
    if row[0] in {"DEP201", "DEP203", "INC206", "MNT203", "ONC201", "SEC203", "WF201"}
}
"""The last way to break each."""


@pytest.mark.parametrize("check", ["", *SAMPLE], ids=lambda check: check or "healthy")
def test_an_audit_over_http_says_the_same(tmp_path: Path, fake: FakeGitHub, check: str) -> None:
    """The whole audit through PyGithub, in judgement equal to the one in memory, check by check."""
    world = alive(tmp_path)
    if check:
        SAMPLE[check][2](world)
    in_memory = world.audit()
    seed(fake, world.github)

    report = run_audit(
        world.root, clock=FixedClock(NOW), online=Online(lambda: over_http(fake), world.online().environ)
    )

    assert [(each.check.id, each.outcome) for each in report.results] == [
        (each.check.id, each.outcome) for each in in_memory.results
    ]
    assert having(report, Outcome.FAIL) == ({check} - {""})
    assert fake.violations == []


BROKEN = {
    "forbidden": (Fault(status=403), 1, "vulnerability-alerts: read"),
    "failing": (Fault(status=502), 9, "GitHub failed"),
    "garbage": (Fault(garbage=b"<html>Unicorn!</html>"), 1, ""),
    "half": (Fault(garbage=b'[{"number": 1'), 1, ""),
    "incomplete": (Fault(garbage=b'[{"number": 1}]'), 1, ""),
    "cut": (Fault(cut=True), 9, "no answer"),
}
"""What happens to the question for alerts, how often, and words of the reason."""


@pytest.mark.parametrize("name", BROKEN)
def test_an_answer_that_is_none_is_unknown(world: World, fake: FakeGitHub, name: str) -> None:
    """Refused, failing, senseless, cut off: each check on alerts is unknown and says why; the run ends with 3."""
    seed(fake, world.github)
    fault, times, words = BROKEN[name]
    fake.fault(".*/dependabot/alerts", *[fault] * times)

    report = run_audit(
        world.root,
        clock=FixedClock(NOW),
        online=Online(lambda: over_http(fake), world.online().environ),
        select=["SEC201", "SEC202", "SEC203", "DEP203"],
    )

    assert having(report, Outcome.UNKNOWN) == {"SEC201", "SEC202", "SEC203"}
    assert having(report, Outcome.PASS) == {"DEP203"}
    assert all(words in each.reason and each.reason for each in report.incomplete)
    assert exit_code(report) == ExitCode.INCOMPLETE
