"""What strangers write: issue titles, comments, names of runs, lines of the ledger, and files made to hurt."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.alive import DAY, DYNAMIC, World, alert_of, alive, issue_of, pull_of, run_of
from helpers.audits import NOW, POLICY, having
from mainstay.audit import Outcome, online_checks
from mainstay.audit.checks import CHECKS
from mainstay.audit.engine import Facts, evaluate, parameters
from mainstay.audit.facts import PROVIDERS, Online, Root
from mainstay.audit.facts.online import github as github_fact
from mainstay.evidence import BRANCH, PATH
from mainstay.platform.clock import Clock, FixedClock
from mainstay.platform.github import GitHub, IssueEvent, Label

WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "P1: ",
            "P2",
            "Weekly maintenance 2026-W48",
            "Weekly maintenance ",
            "Monthly maintenance 9999-99",
            "@ana @bo `x` | <!-- x -->",
            "${{ secrets.X }}",
            "::error::x\n::set-output",
            "\u202e\0\x1b[31m",
            "npm in / - Update #1",
        ]
    ),
)
AGES = st.integers(-(10**6), 10**9).map(lambda seconds: timedelta(seconds=seconds))
BRANCH_OF_GITHUB = {
    kind
    for provider in PROVIDERS
    for kind in [get_type_hints(provider)["return"]]
    if GitHub in parameters(provider).values() or kind is GitHub
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The living world, of which GitHub's part is replaced."""
    return alive(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def files(world: World) -> dict[type[Any], object]:
    """What is known of the living world without GitHub."""
    given = {Root: Root(world.root), Clock: FixedClock(NOW), Online: world.online()}
    known = Facts(given, PROVIDERS)
    kinds = [get_type_hints(each)["return"] for each in PROVIDERS if each is not github_fact]
    wanted = [kind for kind in kinds if kind not in BRANCH_OF_GITHUB]
    return {**given, **{kind: known.get(kind) for kind in wanted if not rests_on_github(kind)}}


def rests_on_github(kind: type[Any]) -> bool:
    """Return whether a fact is read from GitHub, through others too."""
    provider = next(each for each in PROVIDERS if get_type_hints(each)["return"] is kind)
    asked = set(parameters(provider).values())
    known = {get_type_hints(each)["return"] for each in PROVIDERS}
    return bool(asked & BRANCH_OF_GITHUB) or any(rests_on_github(each) for each in asked & known)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_text_on_github_makes_a_check_crash(
    world: World, files: dict[type[Any], object], data: st.DataObject
) -> None:
    """Titles, bodies, comments, names, times from the future and the past: judged, or unknown, never an error."""
    draw = data.draw
    github = type(world.github)(**{**vars(world.github), "asked": [], "faults": {}})
    age, word = draw(AGES), draw(WORDS)
    opened = NOW - timedelta(seconds=max(-(10**6), min(age.total_seconds(), 10**9)))
    closed = opened + draw(AGES) if draw(st.booleans()) else None
    github.issues = [
        issue_of(number, draw(WORDS), label, opened, closed)
        for number, label in enumerate(("incident", "maintenance", "incident"), 1)
    ]
    github.events = {2: (IssueEvent(id=1, event=draw(WORDS), actor=None, created_at=NOW),)}
    github.alerts = [
        alert_of(1, draw(WORDS), age, state=draw(st.sampled_from(["open", "dismissed", "x"])), package=word),
        alert_of(
            2,
            "high",
            DAY,
            state="dismissed",
            dismissed_reason="tolerable_risk",
            dismissed_comment=draw(WORDS),
        ),
    ]
    github.pulls = [pull_of(1, "dependabot[bot]", age)]
    github.labels = [Label(name=draw(WORDS), color="", description="")]
    number = next(each.id for each in github.workflows if each.path == DYNAMIC)
    github.runs = {**github.runs, number: [run_of(DYNAMIC, opened, name=draw(WORDS), conclusion=draw(WORDS))]}
    github.files = {(BRANCH, PATH): draw(st.binary(max_size=300))}

    facts = Facts({**files, GitHub: github.connect()}, PROVIDERS)
    results = [evaluate(check, facts) for check in CHECKS if check.id in online_checks()]

    assert {each.check.id: each.reason for each in results if each.outcome is Outcome.ERROR} == {}


BOMBS: dict[str, str] = {
    "quotes": "> " * 100_000,
    "bars": ("|" * 100_000 + "\n") * 2,
    "links": "[a](" * 60_000,
    "headings": "# a\n" * 60_000,
    "stars": "*a **b " * 40_000,
    "comments": "<!--" * 60_000,
    "fences": "```x\n" * 50_000,
    "markers": "<!-- mainstay:severity-matrix -->\n" * 8_000,
    "front matter": "---\n" + "a:\n" * 60_000,
    "one line": "a" * 500_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_markdown_bomb_does_not_go_off(tmp_path: Path, bomb: str) -> None:
    """Half a megabyte of one sign in a runbook, a post-mortem and a page: judged in seconds, without an error."""
    world = alive(tmp_path)
    for path in (
        "docs/runbooks/rb-01-site-down.md",
        "docs/incidents/2026-11-01-bomb.md",
        "docs/incidents/response.md",
    ):
        (world.root / path).write_text(BOMBS[bomb])
    begun = time.process_time()

    report = world.audit("offline")

    assert time.process_time() - begun < 10
    assert having(report, Outcome.ERROR) == set()
    assert having(report, Outcome.FAIL, Outcome.UNKNOWN) != set()


@pytest.mark.parametrize(
    "path", [POLICY, ".github/workflows/backup.yml", "docs/incidents/response.md", "package.json"]
)
def test_a_hundred_megabytes_are_not_read(tmp_path: Path, path: str) -> None:
    """The file is there, sparse and huge: nothing passes on it, and no memory is taken for it."""
    world = alive(tmp_path)
    os.truncate(world.root / path, 100 << 20)
    begun = time.process_time()

    report = world.audit("offline")

    assert time.process_time() - begun < 5
    assert having(report, Outcome.ERROR) == set()
    assert report.incomplete


@pytest.mark.parametrize("kind", ["link out", "loop", "folder", "fifo", "device"])
def test_what_is_no_file_is_not_followed(tmp_path: Path, kind: str) -> None:
    """Links that lead out or in circles, folders, pipes and devices in the place of the policy: unknown, at once."""
    world = alive(tmp_path)
    place = world.root / POLICY
    place.rename(tmp_path / "elsewhere.yml")
    make: dict[str, Callable[[], object]] = {
        "link out": lambda: place.symlink_to(tmp_path / "elsewhere.yml"),
        "loop": lambda: place.symlink_to(place),
        "folder": place.mkdir,
        "fifo": lambda: os.mkfifo(place),
        "device": lambda: place.symlink_to("/dev/zero"),
    }
    make[kind]()

    report = world.audit("offline")

    assert "SOP101" in having(report, Outcome.FAIL)
    assert "ONC101" in having(report, Outcome.UNKNOWN)
    assert having(report, Outcome.ERROR) == set()
