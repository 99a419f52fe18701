"""How to come to a `GitHub`: from what a workflow finds in its environment, or from a name and a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mainstay.errors import UsageError
from mainstay.platform.github.about import AboutCalls
from mainstay.platform.github.actions import ActionCalls
from mainstay.platform.github.alerts import AlertCalls
from mainstay.platform.github.client import Client
from mainstay.platform.github.contents import ContentCalls
from mainstay.platform.github.desks import IssueDesk
from mainstay.platform.github.interface import GitHub
from mainstay.platform.github.issues import IssueCalls
from mainstay.platform.github.people import PeopleCalls
from mainstay.platform.github.pulls import PullCalls
from mainstay.platform.github.transport import Transport
from mainstay.platform.github.writer import WriterCalls

API_URL = "https://api.github.com"


def connect(
    repository: str,
    token: str,
    base_url: str = API_URL,
    *,
    pause_seconds: float = 1.0,
    timeout_seconds: int = 20,
    **patience: Any,  # noqa: ANN401 - as Client takes them
) -> GitHub:
    """Return what can be asked about a repository. Nothing is asked yet.

    Raises:
        UsageError: `repository` is no name of a repository, or `base_url` no address.
    """
    transport = Transport(token, base_url, pause_seconds=pause_seconds, timeout_seconds=timeout_seconds)
    client = Client(repository, transport, pause_seconds=pause_seconds, **patience)
    return GitHub(
        name=repository,
        about=AboutCalls(client),
        alerts=AlertCalls(client),
        pulls=PullCalls(client),
        issues=IssueCalls(client),
        actions=ActionCalls(client),
        people=PeopleCalls(client),
        contents=ContentCalls(client),
        writer=WriterCalls(client),
    )


def github_of(environ: Mapping[str, str]) -> GitHub:
    """Return what can be asked about the repository that a workflow runs in.

    Raises:
        UsageError: GITHUB_TOKEN or GITHUB_REPOSITORY is not set.
    """
    for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY"):
        if not environ.get(name):
            raise UsageError(
                f"{name} is not set", hint="in a workflow: env: {GITHUB_TOKEN: ${{ github.token }}}"
            )
    base_url = environ.get("GITHUB_API_URL") or API_URL
    return connect(environ["GITHUB_REPOSITORY"], environ["GITHUB_TOKEN"], base_url)


def issues_of(environ: Mapping[str, str]) -> IssueDesk:
    """Return the issues of the repository that a workflow runs in.

    Raises:
        UsageError: GITHUB_TOKEN or GITHUB_REPOSITORY is not set.
    """
    return github_of(environ).issues


def labels_of(environ: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the labels of the repository that a workflow runs in.

    Raises:
        UsageError: GITHUB_TOKEN or GITHUB_REPOSITORY is not set.
        GitHubError: GitHub does not tell.
    """
    return frozenset(label.name for label in github_of(environ).about.labels())
