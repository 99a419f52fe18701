"""The scene of every workflow: a machine with our Action, a fake GitHub, and how long each run took."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.github.server import github_server
from fakes.github.state import FakeGitHub
from helpers import act
from helpers.stubs import working_tree


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    """A GitHub that knows one repository."""
    with github_server() as fake:
        fake.shop.commit({"README.md": "Shop"})
        yield fake


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[act.Machine]:
    """A runner's machine, with our Action as it is in the working tree."""
    home = tmp_path_factory.mktemp("runner-home")
    yield act.Machine(working_tree(tmp_path_factory.mktemp("action")), home)
    shutil.rmtree(home, ignore_errors=True)  # what was installed is large


@pytest.fixture(autouse=True)
def _timed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep how long each run took, for the table that `tests/conftest.py` prints at the end."""
    took: list[tuple[str, float]] = []
    monkeypatch.setattr(act, "TOOK", took)
    yield
    request.node.user_properties.append(("workflows", took))


@pytest.fixture
def scene(tmp_path: Path, machine: act.Machine, github: FakeGitHub) -> act.Scene:
    """What a test runs workflows with."""
    return act.Scene(tmp_path, machine, github)
