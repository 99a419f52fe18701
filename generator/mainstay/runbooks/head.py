"""The front matter: what a page is about, who owns it, when it was read and tried."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.policy.durations import parse_duration
from mainstay.policy.model import Owner
from mainstay.runbooks.model import NEVER, Problem, Runbook, RunbookFolder

REQUIRED = ("id", "title", "owner", "alerts", "severity_hint", "last_reviewed")
_SEVERITIES = {"P1", "P2", "P3", "P4"}
_SPANS = ("time_to_mitigate", "review_every")
_DAYS = ("last_reviewed", "last_exercised")
_EMPTY: tuple[object, ...] = (None, "", [])


def front_matter(folder: RunbookFolder) -> Iterator[Problem]:
    """Yield keys that are missing or wrong, and ids that do not tell one page from another."""
    seen: dict[str, str] = {}
    for book in folder.books:
        yield from _missing(book)
        yield from _wrong(book)
        if (other := seen.setdefault(book.id, book.path)) != book.path:
            yield _problem(
                book, "id", f"the id {book.id} is also that of {other}", "give each runbook its own id"
            )


def _missing(book: Runbook) -> Iterator[Problem]:
    for key in REQUIRED:
        if book.head.get(key) in _EMPTY:
            message = f"front matter: {key} is " + ("empty" if key in book.head else "missing")
            yield _problem(book, key, message, f"fill `{key}` at the top of the page")


def _wrong(book: Runbook) -> Iterator[Problem]:
    owner = str(book.head.get("owner") or "")
    if owner and owner not in set(Owner) and not owner.startswith("@"):
        message = f"front matter: owner {owner} is nobody"
        yield _problem(book, "owner", message, "write a role of the policy, or @user")
    if not book.name.lower().startswith(f"{book.id.lower()}-") and book.head.get("id"):
        message = f"front matter: the id {book.id} does not fit the file's name"
        yield _problem(book, "id", message, f"name the file {book.id.lower()}-….md, or correct the id")
    for word in sorted({*book.words("severity_hint")} - _SEVERITIES):
        yield _problem(
            book, "severity_hint", f"front matter: {word} is no severity", "write P1, P2, P3 or P4"
        )
    for key in _DAYS:
        if book.head.get(key, NEVER) not in (NEVER, *_EMPTY) and book.day(key) is None:
            message = f"front matter: {key} is neither a day nor `{NEVER}`"
            yield _problem(book, key, message, "write YYYY-MM-DD")
    for key in _SPANS:
        if key in book.head and not _is_span(str(book.head[key])):
            yield _problem(
                book, key, f"front matter: {key} is no span of time", "write such as 15m, 4h or 90d"
            )


def _is_span(text: str) -> bool:
    try:
        return bool(parse_duration(text))
    except ValueError:
        return False


def _problem(book: Runbook, key: str, message: str, fix: str) -> Problem:
    return Problem(
        rule="front-matter", path=book.path, line=book.line(key), key=key, message=message, fix=fix
    )
