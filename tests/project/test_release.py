from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from packaging.version import InvalidVersion, Version

from helpers.rendering import REPOSITORY
from helpers.sbom import sbom
from helpers.wheel import build
from mainstay.errors import ProcessError
from mainstay.platform.git import Repository
from mainstay.platform.process import run

_RELEASE = re.compile(r"v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


def versions_that_are_none(tags: list[str]) -> list[str]:
    """Return the tags that Copier would take for a version although they are no release."""
    return [tag for tag in tags if _is_version(tag) and not _RELEASE.fullmatch(tag)]


def _is_version(tag: str) -> bool:
    try:
        Version(tag)
    except InvalidVersion:
        return False
    return True


def test_every_tag_that_looks_like_a_version_is_a_release() -> None:
    """A tag `v1` would freeze every user's `copier update` without a word; docs/adr/0002 says how."""
    assert versions_that_are_none(Repository(REPOSITORY).git("tag", "--list").splitlines()) == []


@pytest.mark.parametrize(
    ("tag", "none"), [("v1", True), ("1.2.0", True), ("v1.2", True), ("v1.2.0rc1", True), ("v1.2.0", False)]
)
def test_a_version_that_is_no_release_is_seen(tag: str, *, none: bool) -> None:
    """The test above can fail."""
    assert versions_that_are_none([tag, "nightly", "docs-2"]) == ([tag] if none else [])


@pytest.fixture
def checkout(tmp_path: Path) -> Repository:
    """A repository that is ready for its release v1.2.0, with v1.1.0 behind it."""
    root = tmp_path / "checkout"
    (root / "script").mkdir(parents=True)
    shutil.copy2(REPOSITORY / "script/release", root / "script")
    (root / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## [1.2.0]\n\n- This.\n\n## [1.1.0]\n\n- That.\n")
    repository = Repository(root)
    for words in (
        ["init", "-q"],
        ["add", "--all"],
        ["commit", "-q", "-m", "one"],
        ["tag", "-a", "v1.1.0", "-m", "v1.1.0"],
        ["commit", "-q", "--allow-empty", "-m", "two"],
        ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ):
        repository.git(*words)
    return repository


def check(checkout: Repository, tag: str) -> None:
    """Look at a tag as the workflow does."""
    run([checkout.root / "script/release", "check", tag])


def test_an_annotated_tag_on_main_is_a_release(checkout: Repository) -> None:
    """Version, changelog and order fit."""
    checkout.git("tag", "-a", "v1.2.0", "-m", "v1.2.0")

    check(checkout, "v1.2.0")


@pytest.mark.parametrize(
    ("tag", "words", "change", "why"),
    [
        ("v1.2", ["-a", "-m", "x"], "", "v1.2 is not vX.Y.Z"),
        ("v1.2.0rc1", ["-a", "-m", "x"], "", "is not vX.Y.Z"),
        ("v01.2.0", ["-a", "-m", "x"], "", "is not vX.Y.Z"),
        ("v1.2.0", [], "", "v1.2.0 is not annotated"),
        ("v1.0.9", ["-a", "-m", "x"], "", "v1.0.9 is older than v1.1.0"),
        ("v1.3.0", ["-a", "-m", "x"], "", "pyproject.toml does not say 1.3.0"),
        ("v1.2.0", ["-a", "-m", "x"], "CHANGELOG.md", "CHANGELOG.md has no section 1.2.0"),
        ("v1.2.0", ["-a", "-m", "x"], "tag", "the tag v1 looks like a version and is not vX.Y.Z"),
        ("v1.2.0", ["-a", "-m", "x"], "main", "v1.2.0 is not on main"),
    ],
)
def test_what_is_no_release_is_refused(
    checkout: Repository, tag: str, words: list[str], change: str, why: str
) -> None:
    """Before anything is built, and with the reason."""
    checkout.git("tag", *words, tag)
    if change == "tag":
        checkout.git("tag", "v1")
    elif change == "main":
        checkout.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    elif change:
        (checkout.root / change).write_text("# Changelog\n\n## [1.1.0]\n")

    with pytest.raises(ProcessError, match=re.escape(why)):
        check(checkout, tag)


def test_a_release_is_drafted_filled_and_published_and_the_major_is_a_branch(
    checkout: Repository, tmp_path: Path
) -> None:
    """GitHub's program is a stand-in; it keeps what it was told."""
    checkout.git("tag", "-a", "v1.2.0", "-m", "v1.2.0")
    told = tmp_path / "told"
    gh = tmp_path / "bin/gh"
    gh.parent.mkdir()
    gh.write_text(f'#!/bin/sh\necho "$@" >> {told}\n')
    gh.chmod(0o755)
    (checkout.root / "dist").mkdir()
    (checkout.root / "dist/mainstay-1.2.0.whl").touch()

    path = f"{gh.parent}:/usr/bin:/bin"
    run([checkout.root / "script/release", "publish", "v1.2.0"], env={"PATH": path})

    created, edited, moved = told.read_text().splitlines()
    assert created.startswith("release create v1.2.0 --verify-tag --draft ")
    assert edited == "release edit v1.2.0 --draft=false"
    commit = checkout.git("rev-parse", "HEAD")
    assert (
        moved
        == f"api --method PATCH repos/{{owner}}/{{repo}}/git/refs/heads/v1 -f sha={commit} -F force=true"
    )
    assert (checkout.root / "dist/notes.md").read_text().strip() == "- This."


def test_the_same_commit_gives_the_same_wheel(tmp_path: Path) -> None:
    """Anybody can build it again and compare."""
    first, second = (build(tmp_path / name) for name in ("a", "b"))

    assert first.read_bytes() == second.read_bytes()


def test_the_bill_of_materials_names_every_locked_package() -> None:
    """With the hashes that the lock has, and no address of anybody's registry."""
    bill = sbom()
    text = json.dumps(bill)
    lock = (REPOSITORY / "requirements/runtime.txt").read_text(encoding="utf-8")

    pinned = set(re.findall(r"^([a-z0-9][\w.-]*)==([^\s;\\]+)", lock, re.MULTILINE))
    assert {(each["name"], each["version"]) for each in bill["components"]} == pinned
    assert set(re.findall(r"sha256:([0-9a-f]{64})", lock)) == set(re.findall(r'"([0-9a-f]{64})"', text))
    assert "://" not in text
