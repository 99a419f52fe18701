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

EVERY: list[tuple[str, str, Mutation]] = [
    *((check, words, files(broken)) for check, words, broken in BROKEN),
    *ALIVE,
]
RED = (Outcome.FAIL, Outcome.ERROR)
ALONG = {"SOP101": {"WF102"}, "ROLL101": {"RB104"}, "BK208": set[str](), "SEC202": {"SEC215"}}
"""What is broken with it by nature: without a policy nothing is waived; the index names a page that is gone."""
REQUIRES = {check.id: set(check.requires) for check in CHECKS}
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
    problem = shown(alive(tmp_path), *(EVERY[number] for number in pair))

    assert problem == ""


def shown(world: World, *rows: tuple[str, str, Mutation]) -> str:
    """Return which of the mutations the audit does not name; nothing when it names all or they exclude each other."""
    for _, _, mutation in rows:
        try:
            mutation(world)
        except (AssertionError, OSError, KeyError):  # the first has removed what the second changes
            return ""
    report = world.audit()
    named = having(report, *RED)
    unseen = [check for check, _, _ in rows if check not in named and not excused(check, report)]
    return f"{', '.join(unseen)} not named in {sorted(named)}" if unseen else ""


def excused(check: str, report: Report) -> bool:
    """Return whether a check is not judged because what it requires is what the other mutation broke."""
    found = result(report, check)
    return found.outcome in {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE} and bool(found.reason)
