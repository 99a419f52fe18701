"""When a request is tried again, and how long to wait before: rules about one answer. Nothing sleeps here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

WAIT_AT_MOST_SECONDS = 120.0
TRIES = 5
_TOO_MANY = 429
_FORBIDDEN = 403
_SERVER_ERRORS = frozenset({500, 502, 503, 504})
_QUOTED_AT_MOST = 200
_SECONDARY_WAIT_SECONDS = 60.0
"""What GitHub asks for when it names no time."""
_LIMITED = (
    "api rate limit exceeded",
    "secondary rate limit",
    "abuse detection",
    "retry your request again later",
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status 0 stands for no answer at all. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def lost(self) -> bool:
        """Whether the request may have been carried out all the same."""
        return self.status == 0 or self.status >= min(_SERVER_ERRORS)

    @property
    def limited(self) -> bool:
        """Whether a rate limit refused the request, so that it was not carried out."""
        if self.status == _TOO_MANY:
            return True
        said = self.message.lower()
        return self.status == _FORBIDDEN and (
            "retry-after" in self.headers
            or self.headers.get("x-ratelimit-remaining") == "0"
            or any(phrase in said for phrase in _LIMITED)
        )

    @property
    def message(self) -> str:
        """What GitHub said, on one line; empty when it said nothing in particular."""
        try:
            data = json.loads(self.text)
        except (ValueError, RecursionError):
            return ""
        said = data.get("message") if isinstance(data, dict) else None
        return " ".join(str(said or "").split())[:_QUOTED_AT_MOST]

    def limit_wait_seconds(self, now: float) -> float:
        """Return how long a rate limit lasts yet: what GitHub says, or else a minute."""
        if after := _number(self.headers.get("retry-after")):
            return after
        if self.headers.get("x-ratelimit-remaining") == "0" and (
            reset := _number(self.headers.get("x-ratelimit-reset"))
        ):
            return max(reset - now, 0) + 1  # it is not said when in that second
        return _SECONDARY_WAIT_SECONDS


def seconds_until_retry(
    reply: Reply, tried: int, *, repeatable: bool, now: float, pause_seconds: float
) -> float | None:
    """Return how long to wait before the next try, None for giving up.

    Args:
        reply: What came back.
        tried: How often it was tried.
        repeatable: Whether doing it twice is the same as doing it once.
        now: Seconds since the epoch.
        pause_seconds: How long to wait after the first failure of a server; doubled for each further one.
    """
    if tried >= TRIES:
        return None
    if reply.limited:
        wait = reply.limit_wait_seconds(now)
        return wait if wait <= WAIT_AT_MOST_SECONDS else None
    if repeatable and (reply.status == 0 or reply.status in _SERVER_ERRORS):
        return float(pause_seconds * 2 ** (tried - 1))
    return None


def _number(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None
