"""What a store's failures are called: operation, place and reason, a hint, and never a secret."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
)

from mainstay.errors import AccessDeniedError, ObjectMissingError, StoreError

_MISSING = (NotFoundError, FileNotFoundError)
_DENIED = (PermissionDeniedError, UnauthenticatedError, PermissionError)
_KINDS: tuple[tuple[tuple[type[Exception], ...], type[StoreError], str | None], ...] = (
    ((AlreadyExistsError,), StoreError, "it was written before, and is never overwritten"),
    (
        _MISSING,
        ObjectMissingError,
        "check the bucket's or the folder's name, and that the backup was not pruned",
    ),
    (
        _DENIED,
        AccessDeniedError,
        "check the credentials and what they may do: a backup needs to write, a restore to read and to list",
    ),
    ((Exception,), StoreError, None),
)
"""What obstore raises -> what it is to us, and what to do about it; none means: the hint of this kind of store."""

_DENIED_CODE = re.compile(r"\b(?:AccessDenied|ObjectLocked|BlobImmutableDueToPolicy)\b")
"""How stores say no where obstore has no type for it: S3 in the answer to a bulk delete, Azure with 409."""
_REASON_AT_MOST = 600
_QUERY = re.compile(r"(?P<address>\bhttps?://[^\s?]+)\?\S*")
"""The query of an address may hold a signature or a token."""


@contextlib.contextmanager
def failing_as(doing: str, place: str, hint: str) -> Iterator[None]:
    """Turn what obstore raises in the block into a StoreError that says what was done where.

    Args:
        doing: The operation, such as `writing`.
        place: URL and key.
        hint: What to check when the failure itself does not tell.
    """
    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        reason = _reason(error)
        told = PermissionDeniedError() if _DENIED_CODE.search(reason) else error
        _, kind, known_hint = next(row for row in _KINDS if isinstance(told, row[0]))
        raise kind(f"{doing} {place} failed: {reason}", hint=known_hint or hint) from error


def _reason(error: Exception) -> str:
    # obstore appends a debug dump of its source; the first paragraph is the message.
    text = " ".join(str(error).partition("\n\nDebug source")[0].split())
    return _QUERY.sub(r"\g<address>", text)[:_REASON_AT_MOST]
