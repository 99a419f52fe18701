"""What cannot be read is never good: each fact, each call and each tool is taken away in turn."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from helpers.alive import World, alive
from helpers.audits import NOW, having
from helpers.memory_github import CALLS
from helpers.mutations import ALIVE
from mainstay.audit import Outcome, Report, exit_code, online_checks, run
from mainstay.audit.checks import CHECKS
from mainstay.audit.engine import Facts, evaluate, evaluate_all, needs, parameters
from mainstay.audit.facts import PROVIDERS, Online, Root
from mainstay.audit.model import Check, NotAsked, Unavailable
from mainstay.audit.waivers import WaiverUse
from mainstay.errors import ExitCode, GitHubAnswerLostError, GitHubError, MainstayError
from mainstay.platform.clock import Clock, FixedClock
from mainstay.scaffold.ownership import Ownership, ownership_of

KINDS: list[type[Any]] = [Online, *(get_type_hints(provider)["return"] for provider in PROVIDERS)]
JUDGED = [check for check in CHECKS if WaiverUse not in parameters(check.run).values()]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The living world; whoever breaks it mends it."""
    return alive(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def facts(world: World) -> Facts:
    """Every fact of the living world, read."""
    known = Facts({Root: Root(world.root), Clock: FixedClock(NOW), Online: world.online()}, PROVIDERS)
    for kind in KINDS:
        known.get(kind)
    return known


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_without_a_fact_nothing_that_needs_it_passes(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: type[Any]
) -> None:
    """In the whole audit: each check that rests on the fact is unknown or red, and the run does not end with 0."""
    made = run._facts

    def without(*given: Any) -> Facts:
        known = made(*given)
        known.refuse(kind, Unavailable("taken away"))
        return known

    monkeypatch.setattr(run, "_facts", without)

    report = world.audit()

    assert having(report, Outcome.PASS) & {c.id for c in CHECKS if kind in needs(c.run, PROVIDERS)} == set()
    assert exit_code(report) != ExitCode.OK


EACH = [(check, kind) for check in JUDGED for kind in parameters(check.run).values()]


@pytest.mark.parametrize(("check", "kind"), EACH, ids=[f"{c.id}-{k.__name__}" for c, k in EACH])
def test_each_check_is_unknown_without_each_of_its_facts(facts: Facts, check: Check, kind: type[Any]) -> None:
    """Alone, with everything else at hand: unknown, with the reason, and incomplete."""
    given = {each: facts.get(each) for each in parameters(check.run).values() if each is not kind}
    known = Facts(given)
    known.refuse(kind, Unavailable("taken away"))

    found = evaluate(check, known)

    assert (found.outcome, found.reason, found.incomplete) == (Outcome.UNKNOWN, "taken away", True)


FAULTS: dict[str, MainstayError] = {
    "403": GitHubError("GitHub forbids it", hint="the job needs `permissions: x: read`"),
    "timeout": GitHubAnswerLostError("GitHub gave no answer"),
    "malformed": GitHubError("the answer makes no sense"),
}


@pytest.fixture(scope="module")
def asking(world: World) -> dict[str, set[str]]:
    """Call of GitHub -> the checks that made it."""
    made: dict[str, set[str]] = {call: set() for call in CALLS}
    for check in sorted(online_checks()):
        world.github.asked.clear()
        world.audit(check)
        for call in set(world.github.asked):
            made[call].add(check)
    return made


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_fails_leaves_no_check_green(
    world: World, asking: dict[str, set[str]], call: str, fault: str
) -> None:
    """Forbidden, lost or senseless: what asked for it does not pass, says why, and the run ends with 3."""
    world.github.faults[call] = FAULTS[fault]
    try:
        report = world.audit()
    finally:
        del world.github.faults[call]

    assert asking[call] != set()
    assert having(report, Outcome.PASS) & asking[call] == set()
    assert having(report, Outcome.ERROR, Outcome.FAIL) == set()
    assert {each.check.id for each in report.incomplete} >= asking[call]
    assert exit_code(report) == ExitCode.INCOMPLETE


def test_without_a_token_an_online_audit_is_incomplete(world: World) -> None:
    """Who asks for GitHub and gives no way there is told so, once, and not that all is well."""

    def refuse() -> Any:
        raise MainstayError("GITHUB_TOKEN is not set", hint="in a workflow: env")

    report = run.run_audit(world.root, clock=FixedClock(NOW), online=Online(refuse, {}))

    assert exit_code(report) == ExitCode.INCOMPLETE
    assert "GITHUB_TOKEN is not set (in a workflow: env)" in {each.reason for each in report.incomplete}


def store_is_gone(world: World) -> None:
    world.store.rename(world.store.with_name("elsewhere"))


def store_is_shut(world: World) -> None:
    for path in world.store.rglob("manifest.json"):
        path.write_bytes(b"")


def ledger_is_empty(world: World) -> None:
    world.github.files = dict.fromkeys(world.github.files, b"\xff\xfe")


def clone_is_shallow(world: World) -> None:
    commit = (world.root / ".git/refs/heads/main").read_text()
    (world.root / ".git/shallow").write_text(commit)


BK = {"BK201", "BK202", "BK203", "BK204", "BK205", "BK206", "BK209", "BK210"}


@pytest.mark.parametrize(
    ("taken", "unknown"),
    [
        (store_is_gone, BK | {"BK207", "BK208"}),
        (store_is_shut, BK - {"BK210", "BK203", "BK201"}),
        (ledger_is_empty, {"BK209", "BK210", "SOP203", "SOP204"}),
        (clone_is_shallow, {"RB211", "INC202"}),
    ],
)
def test_a_place_that_cannot_be_read_leaves_no_check_green(
    tmp_path: Path, taken: Any, unknown: set[str]
) -> None:
    """A disk that is not mounted, empty manifests, a ledger that is no text, a clone without its history."""
    world = alive(tmp_path)
    taken(world)

    report = world.audit()

    assert having(report, Outcome.PASS) & unknown == set()
    assert exit_code(report) != ExitCode.OK


def test_without_git_nothing_is_green(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that lists the files is missing: every check that reads one is unknown."""
    monkeypatch.setenv("PATH", "/nonexistent")

    report = world.audit()

    assert having(report, Outcome.PASS) <= {c.id for c in CHECKS if not reads_files(c)}
    assert exit_code(report) == ExitCode.INCOMPLETE


def reads_files(check: Check) -> bool:
    return any(kind.__name__ == "RepositoryFiles" for kind in needs(check.run, PROVIDERS))


def test_offline_is_a_scope_and_no_pass(world: World) -> None:
    """Nothing is claimed about what was not asked; the run is complete for what was."""
    report = run.run_audit(world.root, clock=FixedClock(NOW))

    assert {each.check.id for each in report.not_asked} == online_checks()
    assert {each.outcome for each in report.not_asked} == {Outcome.UNKNOWN}
    assert having(report, Outcome.PASS) & online_checks() == set()
    assert (report.incomplete, exit_code(report)) == ((), ExitCode.OK)


def test_a_workflows_own_token_is_not_asked_what_it_may_never_know(world: World) -> None:
    """Three checks are out of its scope; with any other token the same refusal is incomplete."""
    environ = {**world.online().environ, "GITHUB_TOKEN": "ghs_x", "GITHUB_ACTIONS": "true"}

    report = run.run_audit(world.root, clock=FixedClock(NOW), online=Online(world.github.connect, environ))

    assert {each.check.id for each in report.not_asked} == {"DEP202", "ONC203", "WF203"}
    assert exit_code(report) == ExitCode.OK


def test_not_asked_reaches_through_what_is_required() -> None:
    """A check that requires one that was not asked is not asked either."""
    by_id = {check.id: check for check in CHECKS}
    known = Facts({}, PROVIDERS)
    for kind in (Root, Clock, Online):
        known.refuse(kind, NotAsked("not asked"))

    results = evaluate_all([by_id["DEP201"], by_id["ONC201"]], known, by_id)

    assert {results[name].outcome for name in ("DEP201", "ONC201")} <= {Outcome.UNKNOWN, Outcome.FAIL}
    assert results["ONC201"].not_asked


def shuffled(world: World, seed: int) -> None:
    """Give every list of GitHub's whose order says nothing another order."""
    order = random.Random(seed)
    for name in ("labels", "alerts", "pulls", "workflows"):
        order.shuffle(getattr(world.github, name))


def judgement(report: Report) -> list[Any]:
    return [(each.check.id, each.outcome, sorted(map(str, each.findings))) for each in report.results]


MANY = [
    row for row in ALIVE if row[0] in {"DEP203", "DEP204", "SEC202", "SEC203", "INC201", "WF201", "ONC201"}
]


@pytest.mark.parametrize("broken", [False, True], ids=["healthy", "broken"])
def test_the_order_of_what_is_read_changes_nothing(tmp_path: Path, broken: bool) -> None:  # noqa: FBT001 - a case
    """Files, labels, alerts, pull requests and workflows in three other orders: the same judgement."""
    world = alive(tmp_path)
    for _, _, mutation in MANY if broken else []:
        mutation(world)
    expected = judgement(world.audit())

    for seed in range(3):
        shuffled(world, seed)
        assert judgement(world.audit()) == expected


def emitted(root: Path) -> Iterator[str]:
    """Yield the files that the template put into the repository; those that it only seeded may go."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and ownership_of(name) in {Ownership.MANAGED, Ownership.SHARED}:
            yield name


def test_every_emitted_file_is_watched(world: World) -> None:
    """Delete any file that the template emitted, or empty it: something is found, or cannot be read."""
    unseen: list[tuple[str, str]] = []
    for path in emitted(world.root):
        place = world.root / path
        content = place.read_bytes()
        for how in ("deleted", "emptied"):
            if how == "deleted":
                place.unlink()
            else:
                place.write_bytes(b"")
            report = world.audit("offline")
            place.write_bytes(content)
            if not report.severities and not report.incomplete:
                unseen.append((path, how))

    assert unseen == []
