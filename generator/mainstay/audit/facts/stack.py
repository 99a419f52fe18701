"""What the repository is made of, as `mainstay detect` sees it."""

from __future__ import annotations

from collections.abc import Sequence

from mainstay.audit.facts.files import RepositoryFiles
from mainstay.audit.model import Unavailable
from mainstay.stack import Stack, detect_stack


class _Reader:
    """The files as the detection reads them; remembers what could not be read."""

    def __init__(self, files: RepositoryFiles) -> None:
        self._files = files
        self.unread: dict[str, str] = {}

    def paths(self) -> Sequence[str]:
        return self._files.listed

    def read(self, path: str) -> str | None:
        try:
            return self._files.text(path)
        except Unavailable as error:
            self.unread[path] = str(error)
            return None


def stack(files: RepositoryFiles) -> Stack:
    """Return the detected stack.

    Raises:
        Unavailable: A manifest cannot be read, so nothing is known about what it would add.
    """
    reader = _Reader(files)
    detected = detect_stack(reader)
    if reader.unread:
        raise Unavailable("; ".join(reader.unread.values()))
    return detected
