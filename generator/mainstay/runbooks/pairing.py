"""Alerts and runbooks in pairs: each alert has one runbook, and the index leads from the one to the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mainstay.runbooks.model import INDEX, Problem, Runbook, RunbookFolder

if TYPE_CHECKING:
    from mainstay.audit.facts.markdown import Document

_LINK = re.compile(r"\]\((?:\./)?([^()\s#/]+\.md)(?:#[^()\s]*)?\)")
_ALERT = re.compile(r"`([A-Za-z_][\w.-]*)`")


def alerts_have_runbooks(folder: RunbookFolder) -> Iterator[Problem]:
    """Yield alerts with two runbooks, and rows of the index that say other than the page that they lead to."""
    owners: dict[str, Runbook] = {}
    for book in folder.books:
        for alert in book.words("alerts"):
            if (other := owners.setdefault(alert, book)) is not book:
                message = f"the alert {alert} is also that of {other.name}"
                yield _problem(book.path, book.line("alerts"), alert, message, "let one page answer it")
    if folder.index is None:
        if folder.books:
            message = "no page leads from an alert to its runbook"
            yield _problem(INDEX, 1, "index", message, f"write {INDEX}: a table with a row for each runbook")
        return
    yield from _index_problems(folder.index, folder)


def _index_problems(index: Document, folder: RunbookFolder) -> Iterator[Problem]:
    books, named = {book.name: book for book in folder.books}, set[str]()
    for line, name, alerts in _rows(index):
        named.add(name)
        if name in books:
            yield from _row_problems(index, line, books[name], alerts)
        elif not folder.unread:  # it may be one that could not be read
            fix = "correct the link, or drop the row"
            yield _problem(index.path, line, name, f"{name} is no runbook", fix)
    for name in books.keys() - named:
        message, fix = f"the index does not name {name}", f"add a row that links it: {row_for(books[name])}"
        yield _problem(index.path, 1, name, message, fix)


def _row_problems(index: Document, line: int, book: Runbook, alerts: set[str]) -> Iterator[Problem]:
    own = {*book.words("alerts")}
    for alert in sorted(alerts ^ own) if own else ():  # a page without alerts is told so by its front matter
        where = "stands at the top of the page only" if alert in own else f"is no alert of {book.name}"
        fix = "let the row and the page name the same alerts"
        yield _problem(index.path, line, f"{book.name} {alert}", f"the alert {alert} {where}", fix)


def row_for(book: Runbook) -> str:
    """Return the row of the index for a runbook."""
    alerts = " ".join(f"`{alert}`" for alert in book.words("alerts"))
    return f"| What people see | {alerts} | [{book.id} {book.head.get('title', '')}]({book.name}) |"


def _rows(index: Document) -> Iterator[tuple[int, str, set[str]]]:
    """Yield line, file and alerts of each row of a table that links a page."""
    for line, text in enumerate(index.prose, 1):
        if text.lstrip().startswith("|") and (match := _LINK.search(text)):
            cells = [cell for cell in text.split("|") if "](" not in cell]
            yield line, match[1], {alert for cell in cells for alert in _ALERT.findall(cell)}


def _problem(path: str, line: int, key: str, message: str, fix: str) -> Problem:
    return Problem(rule="alerts", path=path, line=line, key=key, message=message, fix=fix)
