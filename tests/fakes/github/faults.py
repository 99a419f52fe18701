"""What can go wrong between mainstay and GitHub, on demand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

_USUAL = {
    401: "Bad credentials",
    403: "Resource not accessible by integration",
    404: "Not Found",
    410: "This issue was deleted",
    422: "Validation Failed",
}


@dataclass(frozen=True)
class Fault:
    """One fault; it happens once.

    Attributes:
        pattern: Which requests, as `METHOD path`.
        status: What is answered instead.
        message: What GitHub says with it; what it usually says, if nothing is given.
        applied: Whether the request is carried out all the same: the answer is lost, the deed is done.
        headers: What is answered beside.
        cut: Whether the connection ends in the middle of the true answer.
        garbage: What is answered instead of JSON.
        slow_seconds: How long the answer takes.
    """

    pattern: str = ".*"
    status: int | None = None
    message: str = ""
    applied: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    garbage: bytes | None = None
    slow_seconds: float = 0.0

    @property
    def said(self) -> str:
        """What GitHub says."""
        return self.message or _USUAL.get(self.status or 0, "Server Error")

    def on(self, pattern: str) -> Fault:
        """Return the fault for requests that fit."""
        return replace(self, pattern=pattern)

    def fits(self, request: str) -> bool:
        """Return whether it happens to a request."""
        return re.fullmatch(self.pattern, request) is not None


LOST = Fault(status=502, applied=True)
"""GitHub does it, and fails to say so."""
BAD_GATEWAY = Fault(status=502)
FORBIDDEN = Fault(status=403)
CUT = Fault(cut=True)
GARBAGE = Fault(garbage=b"<html>Unicorn!</html>")
HALF_JSON = Fault(garbage=b'[{"number": 1')
PRIMARY_LIMIT = Fault(
    status=403,
    message="API rate limit exceeded for installation ID 1.",
    headers={"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "0"},
)


def limited(status: int, retry_after: int | None = None, reset: int | None = None) -> Fault:
    """Return a rate limit: with `retry-after`, or with the second in which it ends."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    if reset is not None:
        headers |= {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
    return Fault(status=status, message="You have exceeded a secondary rate limit.", headers=headers)
