from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes.github.repository import FakeRepository
from fakes.github.server import github_server
from fakes.github.state import REPOSITORY, TOKEN, FakeGitHub
from mainstay.platform.github import GitHub, connect


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    """GitHub on this machine."""
    with github_server() as server:
        yield server


@pytest.fixture
def shop(fake: FakeGitHub) -> FakeRepository:
    """The repository on it."""
    return fake.shop


@pytest.fixture
def waits() -> list[float]:
    """How long the client would have waited, each time."""
    return []


@pytest.fixture
def github(fake: FakeGitHub, waits: list[float]) -> GitHub:
    """The repository through the adapter over PyGithub."""
    return connect(REPOSITORY, TOKEN, fake.url, pause_seconds=0, sleep=waits.append)
