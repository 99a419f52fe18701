"""PyGithub, wrapped once: it signs in, keeps connections and spaces requests out. Whatever comes back is data.

What PyGithub would leave to chance is decided by the client instead: PyGithub repeats POST, never repeats PATCH, sleeps
without a limit, and takes any text for an answer (measured; docs/adr/0012-github-calls-are-data.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mainstay.errors import GitHubError, UsageError
from mainstay.platform.github.retrying import Reply
from mainstay.platform.redact import remember

API_VERSION = "2022-11-28"


class Transport:
    """Sends single requests, each once.

    Args:
        token: What to sign in with.
        base_url: Address of the API.
        pause_seconds: How long to wait between writes; a tenth of it between any two requests.
        timeout_seconds: How long to wait for an answer.

    Raises:
        UsageError: `base_url` is no address on the web.
    """

    def __init__(self, token: str, base_url: str, *, pause_seconds: float, timeout_seconds: int) -> None:
        from github import Auth, Github  # noqa: PLC0415 - heavy

        address = urlsplit(base_url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise UsageError("the address of GitHub's API is none on the web")
        remember(token)
        self._base_url = base_url.rstrip("/")
        self._requester = Github(
            auth=Auth.Token(token),
            base_url=self._base_url,
            retry=0,
            timeout=timeout_seconds,
            seconds_between_requests=pause_seconds / 10,
            seconds_between_writes=pause_seconds,
            api_version=API_VERSION,
            lazy=True,
        ).requester

    def send(self, verb: str, url: str, query: Mapping[str, Any], data: Mapping[str, Any] | None) -> Reply:
        """Return what comes back, also when that is nothing.

        Raises:
            GitHubError: The address, or the one that GitHub sends us to, is not on the same server.
        """
        from requests import RequestException  # noqa: PLC0415 - heavy

        if not url.startswith(("/", self._base_url + "/")):
            raise _elsewhere()
        accept = {"Accept": "application/vnd.github+json"}
        try:
            return Reply(*self._requester.requestJson(verb, url, dict(query), accept, data))
        except RequestException as error:
            return Reply(0, {}, type(error).__name__)
        except (AssertionError, RuntimeError) as error:  # so PyGithub refuses an address
            raise _elsewhere() from error


def _elsewhere() -> GitHubError:
    return GitHubError("GitHub sends us to another server; nothing was sent there")
