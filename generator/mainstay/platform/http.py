"""Small HTTP requests to places that a team named: short, bounded, never redirected."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from mainstay.errors import HttpError

_ANSWER_AT_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, whether it liked the request or not."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004 - success, in HTTP


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout_seconds: float,
) -> Answer:
    """Return the answer to a request. A redirect is an answer: what is signed or secret goes nowhere else.

    Raises:
        HttpError: There was no answer. The message names the host, never the address: that may be a secret.
    """
    try:
        asked = urllib.request.Request(url, data=body, method=method, headers=dict(headers or {}))  # noqa: S310 - checked below
        if asked.type not in {"http", "https"}:
            raise HttpError("the address is neither http:// nor https://")
        with _OPENER.open(asked, timeout=timeout_seconds) as answer:
            return Answer(answer.status, answer.read(_ANSWER_AT_MOST_BYTES))
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.read(_ANSWER_AT_MOST_BYTES))
    except (OSError, HTTPException, ValueError) as error:
        raise HttpError(f"{_host(url)} gave no answer ({_reason(error)})") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow nothing."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "the server"
    except ValueError:
        return "the server"


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", None)
    return type(inner if isinstance(inner, Exception) else error).__name__
