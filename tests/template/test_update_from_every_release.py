"""Copy at a release, work with it as a team does, update to HEAD: a fresh copy with the team's work in it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from helpers.releases import HEAD, copy, fresh, questions, tags
from helpers.templates import commit, git
from helpers.updates import copier_update, files_of
from mainstay.scaffold import ANSWERS_FILE
from mainstay.scaffold.answers import read_answers
from mainstay.scaffold.ownership import Ownership, ownership_of
from mainstay.scaffold.plan import Plan, plan_update
from mainstay.scaffold.update import update_target

FREE: dict[str, list[Any]] = {
    "project_name": ["Shop", "Great Ölpumpe #1", "O'Brien: {x}"],
    "default_branch": ["main", "release/2026"],
    "timezone": ["Europe/Berlin", "UTC"],
    "dev_team": ["@acme/dev", ""],
    "on_call": [["@ana", "@bo"], []],
    "production_url": ["", "https://shop.example.com"],
    "status_page": ["https://status.example.com", ""],
}
"""Answers to questions without choices."""
STORES = ("gs://acme-backups/shop", "az://backups/shop", "file:///srv/backups")
PIN = re.compile(r"(uses: actions/[\w-]+)@\S+ # \S+")
OWN = "Ours: ask Ana first.\n"

TAGS = tags()
SOME = TAGS[:: max(1, len(TAGS) // 2)]


def answers(tag: str, turn: int) -> dict[str, object]:
    """Return a set of answers that the release accepts; each turn gives every question another one."""
    found: dict[str, object] = {}
    for key, question in questions(tag).items():
        choices = question.get("choices")
        values: list[Any] = (
            list(choices.values()) if isinstance(choices, dict) else choices or FREE.get(key, [])
        )
        if values:
            value = values[turn % len(values)]
            found[key] = values[: 2 + turn] if question.get("multiselect") else value
    if found.get("database") == "none":
        found.pop("backup_credentials", None)  # not asked then
    return found


def by_copier(root: Path, **changed: object) -> None:
    """Update with `copier update` alone."""
    copier_update(root, HEAD, **changed)


def by_mainstay(root: Path, **changed: object) -> Plan:
    """Update with `mainstay update`, which does what it planned."""
    plan = plan_update(root, ref=HEAD, answers=changed)
    assert update_target(root, ref=HEAD, answers=changed) == plan
    return plan


UPDATES: dict[str, Callable[..., object]] = {"copier": by_copier, "mainstay": by_mainstay}


def people_s_answers(root: Path) -> dict[str, object]:
    """Return what the answers file records of the questions."""
    return {key: value for key, value in read_answers(root).items() if not key.startswith("_")}


def left_out(update: str, tag_files: Mapping[str, bytes], expected: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what an update brings: Copier's never brings a seeded file that a later release introduced."""
    if update == "mainstay":
        return dict(expected)
    seeded = {path for path in expected if ownership_of(path) is Ownership.SEEDED}
    return {path: content for path, content in expected.items() if path not in seeded - tag_files.keys()}


def with_seeded(tag_files: Mapping[str, bytes], expected: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what an update leaves: seeded files as the first copy wrote them."""
    seeded = {path: content for path, content in tag_files.items() if ownership_of(path) is Ownership.SEEDED}
    return {**expected, **seeded}


def assert_clean(root: Path) -> None:
    """Hold that nothing is left to decide."""
    assert git(root, "ls-files", "--unmerged") == ""
    assert [path for path in files_of(root) if path.endswith(".rej")] == []
    assert [path for path, content in files_of(root).items() if b"<<<<<<<" in content] == []


def differences(found: Mapping[str, bytes], expected: Mapping[str, bytes]) -> list[str]:
    """Return what differs, for people."""
    return [
        line
        for path in sorted(found.keys() | expected.keys())
        if found.get(path) != expected.get(path)
        for line in difflib.unified_diff(
            expected.get(path, b"").decode().splitlines(),
            found.get(path, b"").decode().splitlines(),
            f"expected/{path}",
            f"found/{path}",
            lineterm="",
        )
    ]


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("turn", [0, 1])
@pytest.mark.parametrize("tag", TAGS)
def test_an_untouched_copy_becomes_a_fresh_one(tmp_path: Path, tag: str, turn: int, update: str) -> None:
    """From every release, with all answers one way and another, without --trust and without a conflict."""
    given = answers(tag, turn + TAGS.index(tag))
    root = copy(tag, tmp_path / "shop", given)
    before = files_of(root)

    UPDATES[update](root)

    expected = with_seeded(before, fresh(HEAD, tmp_path / "fresh/shop", given))
    assert_clean(root)
    assert differences(files_of(root), left_out(update, before, expected)) == []


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("tag", SOME)
def test_answers_can_change_with_an_update(tmp_path: Path, tag: str, update: str) -> None:
    """Every question gets another answer, in both directions; files come and go with them."""
    turn = TAGS.index(tag)
    root = copy(tag, tmp_path / "shop", answers(tag, turn))
    before, recorded = files_of(root), people_s_answers(root)
    changed = answers(HEAD, turn + 1)

    UPDATES[update](root, **changed)

    expected = with_seeded(before, fresh(HEAD, tmp_path / "fresh/shop", recorded | changed))
    assert_clean(root)
    assert differences(files_of(root), left_out(update, before, expected)) == []


def toggles() -> list[tuple[str, object]]:
    """Return each answer that HEAD lets people choose, one at a time, but the defaults."""
    found: list[tuple[str, object]] = []
    for key, question in questions(HEAD).items():
        choices = question.get("choices") or {}
        values = list(choices.values()) if isinstance(choices, dict) else choices
        if question.get("multiselect"):
            found += [(key, values), (key, [])]
        else:
            found += [(key, value) for value in values if value != question["default"]]
    return [*found, *(("backup_store", store) for store in STORES)]


@pytest.mark.parametrize(("key", "value"), toggles(), ids=str)
def test_each_answer_can_be_switched_on_and_off_again(tmp_path: Path, key: str, value: object) -> None:
    """One answer at a time, there and back: files and lines come with it and go with it, and nothing else changes."""
    root = copy(HEAD, tmp_path / "shop", {})
    before, default = files_of(root), people_s_answers(root)[key]

    by_mainstay(root, **{key: value})

    expected = with_seeded(before, fresh(HEAD, tmp_path / "fresh/shop", {key: value}))
    assert_clean(root)
    assert differences(files_of(root), expected) == []
    commit(root, {})
    by_mainstay(root, **{key: default})
    assert_clean(root)
    assert differences(files_of(root), with_seeded(files_of(root), before)) == []


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("tag", SOME)
def test_an_edit_in_every_managed_file_survives(tmp_path: Path, tag: str, update: str) -> None:
    """Where the template left the lines around it alone, there is no conflict and nothing is lost."""
    given = answers(tag, TAGS.index(tag))
    root = copy(tag, tmp_path / "shop", given)
    before = files_of(root)
    expected = with_seeded(before, fresh(HEAD, tmp_path / "fresh/shop", given))
    places = {
        path: place
        for path, content in before.items()
        if path in expected and path != ANSWERS_FILE and (place := quiet_place(content, expected[path]))
    }
    for path, (here, there) in places.items():
        (root / path).write_bytes(inserted(before[path], here))
        expected[path] = inserted(expected[path], there)
    commit(root, {})

    UPDATES[update](root)

    assert len(places) > len(before) / 2
    assert_clean(root)
    assert differences(files_of(root), left_out(update, before, expected)) == []


def quiet_place(before: bytes, after: bytes) -> tuple[int, int] | None:
    """Return the line, before and after, in the middle of what two revisions share; nothing in a file too busy."""
    old, new = (text.decode().splitlines() for text in (before, after))
    block = difflib.SequenceMatcher(None, old, new, autojunk=False).find_longest_match()
    if block.size < 8:
        return None
    return block.a + block.size // 2, block.b + block.size // 2


def inserted(text: bytes, line: int) -> bytes:
    lines = text.decode().splitlines(keepends=True)
    return "".join([*lines[:line], OWN, *lines[line:]]).encode()


@pytest.mark.parametrize("tag", SOME)
def test_what_teams_and_bots_do_to_files_survives(tmp_path: Path, tag: str) -> None:
    """Dependabot moved every pin, a file is gone, one has another name, and the checkout has CRLF line ends."""
    given = answers(tag, 0)
    root = copy(tag, tmp_path / "shop", given)
    before = files_of(root)
    expected = with_seeded(before, fresh(HEAD, tmp_path / "fresh/shop", given))
    kept = [p for p in before if p in expected and p.endswith(".md") and before[p].count(b"\n") > 20]
    shared = [p for p in kept if difflib.SequenceMatcher(None, before[p], expected[p]).ratio() > 0.8]
    gone, moved = shared[0], shared[-1]
    assert gone != moved
    (root / gone).unlink()
    (root / moved).rename(root / "docs/ours.md")
    del expected[gone]
    expected["docs/ours.md"] = expected.pop(moved)
    for path in [path for path in before if path.startswith(".github/workflows/")]:
        had = set(PIN.findall(before[path].decode()))
        (root / path).write_bytes(bumped(before[path], had))
        expected[path] = bumped(expected[path], had)  # what is new in HEAD has its pin
    git(root, "config", "core.autocrlf", "true")
    commit(root, {})
    checked_out_anew(root)

    done = by_mainstay(root)

    assert done.conflicts == ()
    assert {loss.path for loss in done.losses} <= {moved}
    assert_clean(root)
    found = {path: content.replace(b"\r\n", b"\n") for path, content in files_of(root).items()}
    assert differences(found, expected) == []
    assert b"\r\n" in (root / "docs/ours.md").read_bytes()


def bumped(workflow: bytes, actions: set[str]) -> bytes:
    """Return a workflow with the pins of these actions moved, as Dependabot does."""
    return PIN.sub(
        lambda use: f"{use[1]}@{'b' * 40} # v99.0.0" if use[1] in actions else use[0], workflow.decode()
    ).encode()


def checked_out_anew(root: Path) -> None:
    """Write every file as the settings of the repository say now."""
    for path in git(root, "ls-files").splitlines():
        (root / path).unlink()
    git(root, "checkout", "-q", "--", ".")
    assert git(root, "status", "--short") == ""
