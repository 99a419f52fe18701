"""The template's own history as releases: what people have adopted by now, and HEAD as it lies in the work tree."""

from __future__ import annotations

import functools
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from helpers.rendering import REPOSITORY, scratch_folder
from helpers.required import missing
from helpers.templates import commit, git
from helpers.updates import files_of, hermetic
from mainstay.scaffold import TemplateSource
from mainstay.scaffold.copy import render

RELEASES = 6
"""How many states of the template, spread over its history, are taken for releases beside the real ones."""
HEAD = "v90.0.0"
Answers = Mapping[str, object]


def tags() -> list[str]:
    """Return the releases before HEAD, oldest first."""
    return [f"v{number}.0.0" for number in range(1, len(_states()) + 1)]


@functools.cache
def template() -> Path:
    """Return a git repository in which each state is an annotated tag."""
    folder = scratch_folder() / "releases"
    for tag, state in zip(tags(), _states(), strict=True):
        _empty(folder)
        archive = scratch_folder() / "state.tar"
        git(REPOSITORY, "archive", "-o", str(archive), state, "copier.yml", "template")
        with tarfile.open(archive) as content:
            content.extractall(folder, filter="data")
        _release(folder, tag)
    _empty(folder)
    shutil.copytree(REPOSITORY / "template", folder / "template")
    shutil.copy(REPOSITORY / "copier.yml", folder)
    _release(folder, HEAD)
    return folder


@functools.cache
def questions(tag: str) -> dict[str, Any]:
    """Return the questions that people are asked by a release."""
    tree = YAML(typ="safe").load(git(template(), "show", f"{tag}:copier.yml"))
    return {
        key: question
        for key, question in tree.items()
        if not key.startswith("_") and question.get("when") is not False
    }


def copy(tag: str, root: Path, answers: Answers) -> Path:
    """Return a repository at `root`, committed, with a copy of a release."""
    with hermetic(scratch_folder() / "cache"):
        render(TemplateSource(str(template()), tag), root, answers)
    return commit(root, {})


def fresh(tag: str, root: Path, answers: Answers) -> dict[str, bytes]:
    """Return path -> content of a fresh copy; `root` is a place for it whose name is the repository's."""
    with hermetic(scratch_folder() / "cache"):
        render(TemplateSource(str(template()), tag), root, answers)
    return files_of(root)


@functools.cache
def _states() -> list[str]:
    """Return the commits that stand for releases: real ones if there are any, and some spread over the history."""
    listed = git(REPOSITORY, "log", "--format=%H", "--reverse", "--", "template", "copier.yml").split()
    usable = [state for state in listed if _renders(state)]
    if len(usable) < RELEASES:
        missing("history", "this checkout has no history: a shallow clone or an archive")
    step = (len(usable) - 1) / (RELEASES - 1)
    spread = {usable[round(number * step)] for number in range(RELEASES)}
    released = git(REPOSITORY, "tag", "--list", "v*.*.*").split()
    spread |= {git(REPOSITORY, "rev-list", "-n1", tag).strip() for tag in released}
    return [state for state in usable if state in spread]


def _renders(state: str) -> bool:
    """Return whether a state could have been a release: it had the documents, and its questions were YAML."""
    if not git(REPOSITORY, "ls-tree", state, "template/docs/runbooks/"):
        return False
    try:
        YAML(typ="safe").load(git(REPOSITORY, "show", f"{state}:copier.yml"))
    except YAMLError:
        return False
    return True


def _empty(folder: Path) -> None:
    for path in (folder / "template", folder / "copier.yml"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _release(folder: Path, tag: str) -> None:
    commit(folder, {}, tag)
    git(folder, "tag", "-a", tag, "-m", tag)
