"""Progress that does something at the first block of a stream: the way into the middle of a dump or a restore."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mainstay.platform import process


@dataclass
class AtFirstBlock:
    """Calls `do` when the first bytes have come, once."""

    do: Callable[[], object]
    done: bool = False

    @contextmanager
    def step(self, _title: str) -> Iterator[AtFirstBlock]:
        """Be the step as well."""
        yield self

    def advance(self, _size_bytes: int) -> None:
        """Do it."""
        if not self.done:
            self.done = True
            self.do()

    def expect(self, size_bytes: int) -> None:
        """Expect nothing."""

    def note(self, text: str) -> None:
        """Note nothing."""


def streamed_programs() -> list[int]:
    """Return the process ids of the programs that this process streams from or to."""
    return [running.pid for running in process._running]


def all_arguments() -> str:
    """Return the command lines of every process of this machine."""
    return "\n".join(
        _text(entry / "cmdline") for entry in Path("/proc").iterdir() if entry.name.isdigit()
    ).replace("\0", " ")


def kill(number: int) -> None:
    """Send a signal to the programs that are being streamed."""
    for pid in streamed_programs():
        os.kill(pid, number)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # it ended meanwhile
        return ""
