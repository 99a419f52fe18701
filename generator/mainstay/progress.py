"""How long work reports that it goes on. Domains talk to this; what people see is in `report.progress`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Step(Protocol):
    """A piece of work under way."""

    def advance(self, size_bytes: int) -> None:
        """Say that so many more bytes are done."""
        ...

    def expect(self, size_bytes: int) -> None:
        """Say how many bytes there will be, as far as that is known."""
        ...

    def note(self, text: str) -> None:
        """Say what came out, in a few words: it is shown when the step ends."""
        ...


class Progress(Protocol):
    """Shows the steps of long work."""

    def step(self, title: str) -> AbstractContextManager[Step]:
        """Begin a step; it ends with the `with` block, as failed when that raises."""
        ...


class _SilentStep:
    def advance(self, size_bytes: int) -> None:
        pass

    def expect(self, size_bytes: int) -> None:
        pass

    def note(self, text: str) -> None:
        pass


class _Silent:
    @contextmanager
    def step(self, title: str) -> Iterator[Step]:  # noqa: ARG002 - it shows nothing
        yield _SilentStep()


SILENT: Progress = _Silent()
"""Shows nothing; the default of every facade."""
