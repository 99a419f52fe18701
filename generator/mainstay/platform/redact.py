"""Keeps secrets out of messages, logs, reprs and process errors.

Two nets: values that this process knows to be secret (`remember`), and shapes that are
secret wherever they stand (a password in a URL, a GitHub token, an AWS secret key, an age identity).
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

MASK = "***"
_SHORTEST_SECRET = 4
"""Shorter values would mask ordinary words; their URLs are still caught by shape."""

_known: set[str] = set()

_SHAPES = (
    re.compile(
        r"(?P<keep>\b[a-z][a-z0-9+.-]*://[^\s:/?#@]*:)(?P<secret>[^\s@/]+(?:/[^\s@/]*)*)(?=@)", re.IGNORECASE
    ),
    re.compile(
        r"(?P<keep>\bpass(?:word|wd)?\s*[=:]\s*)(?P<secret>'[^']*'|\"[^\"]*\"|[^\s&,;'\"]+)", re.IGNORECASE
    ),
    re.compile(r"(?P<keep>)(?P<secret>\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bgithub_pat_\w{20,}\b)"),
    re.compile(r"(?P<keep>\baws_secret_access_key\s*[=:]\s*)(?P<secret>[^\s&,;'\"]+)", re.IGNORECASE),
    re.compile(r"(?P<keep>)(?P<secret>\bAGE-SECRET-KEY-1[0-9A-Z]+\b)"),
)


def remember(secret: str | None) -> None:
    """Mask `secret` from now on, in plain and in percent-encoded form."""
    if secret and len(secret) >= _SHORTEST_SECRET:
        _known.update({secret, quote(secret, safe=""), unquote(secret)})


def remember_url(url: str) -> None:
    """Mask the password of a connection URL, and the URL as a whole, from now on."""
    remember(url)
    try:
        remember(urlsplit(url).password)
    except ValueError:
        return


def redact(text: str) -> str:
    """Return `text` with every known secret and every secret shape replaced by `***`."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    for shape in _SHAPES:
        text = shape.sub(lambda match: match["keep"] + MASK, text)
    return text
