from __future__ import annotations

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from helpers.rendering import REPOSITORY, rendered
from mainstay.dependabot import Document, merge, read_document, wanted_of, wanted_updates
from mainstay.dependabot.ecosystems import ECOSYSTEMS
from mainstay.dependabot.entries import UpdateEntry, share_a_folder
from mainstay.dependabot.wanted import WantedUpdate, wanted_directories, wanted_tree
from mainstay.scaffold.companion import ON_GITHUB
from mainstay.stack import MemoryTree, Stack, detect_stack
from mainstay.stack.ecosystems import RULES

QUESTIONS: dict[str, Any] = YAML(typ="safe").load(REPOSITORY / "copier.yml")
EVERY = {
    "ecosystems": sorted(ECOSYSTEMS),
    "ecosystem_directories": {"npm": ["/", "/apps/*"], "docker": ["/images/*"], "gomod": ["/it's: a #1"]},
    "timezone": "America/Argentina/Buenos_Aires",
}


def node(*folders: str, **files: str) -> dict[str, str]:
    """Return a repository with a Node package in each folder."""
    return {f"{folder}package.json": '{"dependencies": {}}' for folder in folders} | files


def stack_of(files: dict[str, str]) -> Stack:
    """Return what these files prove."""
    return detect_stack(MemoryTree(files))


def directories(files: dict[str, str]) -> dict[str, list[str]]:
    """Return the folders as they would be written."""
    return wanted_directories(stack_of(files), list(files))


def test_the_template_writes_what_is_wanted_to_the_byte() -> None:
    """One table: for every ecosystem, the template's file is the one that an empty repository gets from a merge."""
    text = (rendered(**EVERY) / ".github/dependabot.yml").read_text(encoding="utf-8")
    wanted = [
        WantedUpdate(
            name, (), wanted_tree(name, folders, timezone=str(EVERY["timezone"]), companion="OWNER/REPO")
        )
        for name in sorted(ECOSYSTEMS)
        for folders in [EVERY["ecosystem_directories"].get(name, ["/"])]  # type: ignore[attr-defined]
    ]

    assert merge(read_document(b""), wanted).after.decode() == text
    assert YAML(typ="safe").load(text)["updates"] == [update.tree for update in wanted]


def test_detection_the_questions_and_the_table_know_the_same_ecosystems() -> None:
    """A new one is a row in each."""
    assert sorted(QUESTIONS["ecosystems"]["choices"]) == sorted(ECOSYSTEMS)
    assert sorted(rule.name for rule in RULES) == sorted(ECOSYSTEMS)


def test_the_companion_action_is_derived_as_in_the_template() -> None:
    """The same expression stands in copier.yml, where the workflows get it from."""
    expression = re.search(r"regex_search\('(\(.*?)', '", QUESTIONS["action_repository"]["default"])

    assert expression is not None
    assert expression[1] == ON_GITHUB.pattern


def test_a_template_read_back_is_what_was_wanted() -> None:
    """Its globs are resolved by what is there."""
    files = node("apps/a/", "apps/b/", "apps/c/", "apps/d/", "")
    stack = stack_of(files)
    wanted = wanted_updates(stack, timezone="UTC", companion="a/b", listed=list(files))

    assert wanted[0].directories == ("/", "/apps/*")
    (back,) = wanted_of([wanted[0].tree], stack)
    assert sorted(back.folders) == sorted(wanted[0].folders)


def test_many_folders_side_by_side_become_a_glob() -> None:
    """So that the next application is updated without an edit. Four is many, three are listed."""
    assert directories(node("apps/a/", "apps/b/", "apps/c/", "apps/d/", "web/")) == {
        "npm": ["/web", "/apps/*"]
    }
    assert directories(node("apps/a/", "apps/b/", "apps/c/"))["npm"] == ["/apps/a", "/apps/b", "/apps/c"]
    assert directories(node("a/", "b/", "c/", "d/", "e/"))["npm"] == ["/a", "/b", "/c", "/d", "/e"]


def test_a_glob_that_would_catch_what_was_left_out_is_not_written() -> None:
    """Here a fixture, whose dependencies are old on purpose."""
    files = node("apps/a/", "apps/b/", "apps/c/", "apps/d/", "apps/fixtures/")

    assert directories(files)["npm"] == ["/apps/a", "/apps/b", "/apps/c", "/apps/d"]


def test_own_actions_are_found_where_dependabot_does_not_look() -> None:
    """From `/` it reads the workflows only."""
    files = {
        ".github/workflows/ci.yml": "uses: a/b@c",
        ".github/actions/setup/action.yml": "runs: {using: composite}",
    }

    assert directories(files) == {"github-actions": ["/", "/.github/actions/*"]}


def test_without_the_list_of_files_no_glob_is_written() -> None:
    """Nobody could tell what it would catch."""
    stack = stack_of(node("apps/a/", "apps/b/", "apps/c/", "apps/d/"))

    assert wanted_directories(stack, ())["npm"] == ["/apps/a", "/apps/b", "/apps/c", "/apps/d"]


def test_a_cooldown_never_holds_for_security_updates() -> None:
    """Nothing that is written applies to them, and nothing turns them off."""
    for name in ECOSYSTEMS:
        tree = wanted_tree(name, ["/"], timezone="UTC", companion="a/b")
        assert tree["cooldown"]["default-days"] == 7
        assert "target-branch" not in tree
        assert all("applies-to" not in group for group in tree.get("groups", {}).values())


def covered(document: Document, ecosystem: str) -> list[str]:
    """Return the folders that the entries of an ecosystem name."""
    return [
        folder
        for entry, _ in document.entries()
        if entry.ecosystem == ecosystem
        for folder in entry.directories
    ]


def test_a_glob_never_overlaps_an_entry_of_the_user() -> None:
    """GitHub refuses a file in which two entries share a folder."""
    files = node("apps/a/", "apps/b/", "apps/c/", "apps/d/")
    text = "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /apps/a\n    schedule: {interval: daily}\n"
    wanted = wanted_updates(stack_of(files), timezone="UTC", companion=None, listed=list(files))

    merged = merge(read_document(text.encode()), wanted)

    assert covered(read_document(merged.after), "npm") == ["/apps/a", "/apps/b", "/apps/c", "/apps/d"]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("/", "/", True),
        ("/a", "a/", True),
        ("/a", "/b", False),
        ("/*", "/a", True),
        ("/*", "/a/b", False),
        ("/apps/*", "/*/web", True),
        ("/apps/*", "/libs/*", False),
        ("/lib-*", "/*-lib", True),
        ("/**", "/a/b/c", True),
        ("/a/**", "/a", True),
        ("/a/**/z", "/a/b/*", True),
        ("/a/**", "/b/**", False),
        ("/a*b", "/ab", True),
        ("/a*b", "/a/b", False),
    ],
)
def test_globs_share_a_folder_when_one_could_be_named_by_both(one: str, other: str, shared: object) -> None:
    """In either order."""
    assert share_a_folder(one, other) is shared
    assert share_a_folder(other, one) is shared


def test_entries_overlap_only_for_the_same_ecosystem_and_branch() -> None:
    """A release branch may have entries of its own."""
    entry = UpdateEntry("npm", ("/apps/*",), {})

    assert entry.overlaps(UpdateEntry("npm", ("/apps/web",), {}))
    assert not entry.overlaps(UpdateEntry("pip", ("/apps/web",), {}))
    assert not entry.overlaps(UpdateEntry("npm", ("/apps/web",), {"target-branch": "v1"}))
