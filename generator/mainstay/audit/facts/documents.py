"""The documents of the SOP: everything in Markdown below `docs/`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mainstay.audit.facts.files import RepositoryFiles
from mainstay.audit.facts.markdown import Document, parse_document
from mainstay.audit.model import Unavailable

RUNBOOKS = "docs/runbooks/"
_RUNBOOK = re.compile(r"docs/runbooks/(?!readme\.md$)[^/]+\.md", re.IGNORECASE)
_POST_MORTEM = re.compile(r"docs/incidents/\d{4}-\d{2}-\d{2}[^/]*\.md", re.IGNORECASE)
MAX_DOCUMENT_BYTES = 512 << 10


@dataclass(frozen=True, slots=True)
class Documents:
    """All documents. Iteration over some of them ends in `Unavailable` when one could not be read."""

    readable: Mapping[str, Document]
    unreadable: Mapping[str, str]
    """Path -> why."""

    def __contains__(self, path: str) -> bool:
        return path in self.readable or path in self.unreadable

    def get(self, path: str) -> Document | None:
        """Return a document; nothing when there is no such file.

        Raises:
            Unavailable: It cannot be read.
        """
        if path in self.unreadable:
            raise Unavailable(self.unreadable[path])
        return self.readable.get(path)

    def all(self) -> Iterator[Document]:
        """Yield every document."""
        return self._fitting(re.compile(".*"))

    @staticmethod
    def is_runbook(path: str) -> bool:
        """Return whether a page of this name is a runbook."""
        return _RUNBOOK.fullmatch(path) is not None

    def runbooks(self) -> Iterator[Document]:
        """Yield the runbooks."""
        return self._fitting(_RUNBOOK)

    def post_mortems(self) -> Iterator[Document]:
        """Yield the post-mortems: `docs/incidents/YYYY-MM-DD-*.md`."""
        return self._fitting(_POST_MORTEM)

    def _fitting(self, pattern: re.Pattern[str]) -> Iterator[Document]:
        yield from (document for path, document in self.readable.items() if pattern.fullmatch(path))
        if broken := [why for path, why in self.unreadable.items() if pattern.fullmatch(path)]:
            raise Unavailable("; ".join(broken))


def documents(files: RepositoryFiles) -> Documents:
    """Return the documents."""
    readable: dict[str, Document] = {}
    unreadable: dict[str, str] = {}
    for path in (path for path in files.matching("docs/*") if path.lower().endswith(".md")):
        try:
            readable[path] = parse_document(files.text(path, MAX_DOCUMENT_BYTES), path)
        except Unavailable as error:
            unreadable[path] = str(error)
    return Documents(readable, unreadable)
