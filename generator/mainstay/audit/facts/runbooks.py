"""The runbooks as their lint sees them."""

from __future__ import annotations

from mainstay.audit.facts.documents import Documents
from mainstay.audit.model import Unavailable
from mainstay.runbooks.model import INDEX, Runbook, RunbookFolder


def runbook_folder(documents: Documents) -> RunbookFolder:
    """Return the runbooks, in order of files; those that cannot be read are named."""
    books: list[Runbook] = []
    unread = [why for path, why in documents.unreadable.items() if documents.is_runbook(path)]
    for path in sorted(path for path in documents.readable if documents.is_runbook(path)):
        book = Runbook(documents.readable[path])
        try:
            _ = book.head
        except Unavailable as error:
            unread.append(str(error))
        else:
            books.append(book)
    index = next((page for path, page in documents.readable.items() if path.lower() == INDEX.lower()), None)
    return RunbookFolder(tuple(books), index, tuple(unread))
