from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.alive import Mutation, World, alive, files
from helpers.audits import findings, having, result
from helpers.breaks import BROKEN
from helpers.mutations import ALIVE
from mainstay.audit import Outcome, Report, exit_code
from mainstay.audit.checks import CHECKS
from mainstay.errors import ExitCode

Row = tuple[str, str, Mutation]
EVERY: list[Row] = [
    *((check, words, files(broken)) for check, words, broken in BROKEN),
    *ALIVE,
]
RED = (Outcome.FAIL, Outcome.ERROR)
ALONG = {"SOP101": {"WF102"}, "ROLL101": {"RB104"}, "BK208": set[str](), "SEC202": {"SEC215"}}
"""What is broken with it by nature: without a policy nothing is waived; the index names a page that is gone."""
REQUIRES = {check.id: set(check.requires) for check in CHECKS}
WAITING = {("RB202", "RB202", "RB203"), ("RB202", "RB203", "RB202")}
"""Unseen by design: a runbook that nobody has read is not asked to be tried."""
PAIRS = int(os.environ.get("MAINSTAY_PAIRS", "60"))
"""Drawn anew for each change of the tables. `MAINSTAY_PAIRS=20000` takes all of them, and half an hour."""


def test_a_living_repository_has_no_finding(tmp_path: Path) -> None:
    """Files, history, GitHub, store and ledger: every check passes, one finding is waived, nothing is unknown."""
    report = alive(tmp_path).audit()

    assert findings(report) == []
    assert having(report, Outcome.PASS) == {check.id for check in CHECKS} - {"WF102"}
    assert having(report, Outcome.WAIVED) == {"WF102"}
    assert exit_code(report) == ExitCode.OK


@pytest.mark.parametrize(
    ("check", "words", "mutation"), EVERY, ids=[f"{row[0]}-{n}" for n, row in enumerate(EVERY)]
)
def test_each_mutation_is_named_by_its_check(
    tmp_path: Path, check: str, words: str, mutation: Mutation
) -> None:
    """One thing breaks: the audit names the check that watches it, and no other."""
    world = alive(tmp_path)
    mutation(world)

    report = world.audit()

    assert any(words in finding.message for finding in result(report, check).findings), result(report, check)
    assert having(report, *RED) == {check} | ALONG.get(check, set())
    assert all(finding.fix and finding.key for finding in findings(report))


def test_a_red_audit_does_not_keep_itself_red(tmp_path: Path) -> None:
    """What last week's audit found is mended: its red run is no finding of this week's."""
    world = alive(tmp_path)
    for run in world.github.runs["audit.yml"][:]:
        world.github.runs["audit.yml"].append(replace(run, conclusion="failure"))
        world.github.runs["audit.yml"].remove(run)

    assert findings(world.audit("WF202")) == []


def pairs() -> list[tuple[int, int]]:
    """Return a sample of the pairs of mutations that can be applied together."""
    every = [(a, b) for a in range(len(EVERY)) for b in range(a) if EVERY[a][0] != EVERY[b][0]]
    return random.Random(len(EVERY)).sample(every, min(PAIRS, len(every)))


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: "-".join(f"{EVERY[n][0]}.{n}" for n in pair))
def test_two_mutations_hide_neither(tmp_path: Path, pair: tuple[int, int]) -> None:
    """What breaks first does not keep the audit from seeing what breaks second."""
    one, other = (EVERY[number] for number in pair)

    assert hidden(tmp_path, one, other) == []


def hidden(folder: Path, one: Row, other: Row) -> list[str]:
    """Return which of two mutations the audit does not name, in whichever order, although both are there.

    Where one writes anew what the other has changed, each is named when it comes last.
    """
    world = alive(folder / "both")
    unseen = unnamed(world, one, other)
    if unseen:
        world = alive(folder / "turned")
        turned = unnamed(world, other, one)
        unseen = [row for row in unseen if row in turned]
    return [
        row[0]
        for row in unseen
        if (row[0], one[0], other[0]) not in WAITING and not is_gone(folder / row[0], row, world)
    ]


def unnamed(world: World, *rows: Row) -> list[Row]:
    """Return the mutations that the audit does not name; none when they cannot both be."""
    for _, _, mutation in rows:
        try:
            mutation(world)
        except (AssertionError, OSError, KeyError):  # the first has removed what the second changes
            return []
    report = world.audit()
    named = having(report, *RED)
    return [row for row in rows if row[0] not in named and not is_unjudged(row[0], report)]


def is_unjudged(check: str, report: Report) -> bool:
    """Return whether a check is not judged, and says why: what it needs is what the other mutation broke."""
    found = result(report, check)
    return found.outcome in {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE} and bool(found.reason)


def is_gone(folder: Path, row: Row, both: World) -> bool:
    """Return whether the file that a mutation is found in is not there any more in the world with both."""
    alone = alive(folder)
    row[2](alone)
    places = {finding.at.path for finding in result(alone.audit(row[0]), row[0]).findings}
    return any(not (both.root / place).exists() for place in places)
