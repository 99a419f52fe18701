"""Shows long work on standard error: bars where a terminal can draw them, one line per finished step elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TextIO

from mainstay.platform.clock import Clock
from mainstay.progress import Progress, Step
from mainstay.report.escape import visible
from mainstay.report.quantities import size_text

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


def progress_on(stream: TextIO, clock: Clock) -> Progress:
    """Return what shows progress on this stream.

    FORCE_COLOR asks for colour, not for animation: only a real terminal gets bars.
    """
    animated = stream.isatty() and os.environ.get("TERM") != "dumb"
    return BarProgress(stream, clock) if animated else LineProgress(stream, clock)


@dataclass(slots=True)
class LineProgress:
    """Writes one line for every step that ended: for logs, pipes and screen readers."""

    stream: TextIO
    clock: Clock

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Run a step and write its line, also when it fails."""
        yield from _timed(title, self.clock, _Step(), self._write)

    def _write(self, line: str) -> None:
        print(line, file=self.stream, flush=True)


@dataclass(slots=True)
class BarProgress:
    """Draws a bar for every step under way and leaves one line for every step that ended."""

    stream: TextIO
    clock: Clock
    _bars: Bars | None = field(default=None, init=False)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Run a step under its bar; its line stays, also when it fails."""
        with self._drawn() as bars:
            task = bars.add_task(visible(title), total=None, amount="")
            try:
                yield from _timed(title, self.clock, _BarStep(bars=bars, task=task), self._keep)
            finally:
                bars.remove_task(task)

    @contextmanager
    def _drawn(self) -> Iterator[Bars]:
        if self._bars is not None:  # a step inside a step: one display holds both
            yield self._bars
            return
        with _bars(self.stream) as bars:
            self._bars = bars
            try:
                yield bars
            finally:
                self._bars = None

    def _keep(self, line: str) -> None:
        if self._bars is not None:
            self._bars.console.print(line, markup=False, highlight=False, soft_wrap=True)


class _Ended(Protocol):
    def __call__(self, line: str) -> None: ...


@dataclass(slots=True)
class _Step:
    result: str = ""

    def advance(self, size_bytes: int) -> None:
        pass

    def expect(self, size_bytes: int) -> None:
        pass

    def note(self, text: str) -> None:
        self.result = text


@dataclass(slots=True, kw_only=True)
class _BarStep(_Step):
    bars: Bars
    task: TaskID
    done_bytes: int = 0
    all_bytes: int | None = None

    def advance(self, size_bytes: int) -> None:
        self.done_bytes += size_bytes
        self._draw()

    def expect(self, size_bytes: int) -> None:
        self.all_bytes = size_bytes
        self._draw()

    def _draw(self) -> None:
        total = f" of {size_text(self.all_bytes)}" if self.all_bytes is not None else ""
        amount = size_text(self.done_bytes) + total
        self.bars.update(self.task, completed=self.done_bytes, total=self.all_bytes, amount=amount)


def _timed(title: str, clock: Clock, step: _Step, ended: _Ended) -> Iterator[Step]:
    began = clock.elapsed()
    outcome = "failed"
    try:
        yield step
        outcome = "ok"
    except KeyboardInterrupt:
        outcome = "stopped"
        raise
    finally:
        result = f": {step.result}" if step.result else ""
        ended(visible(f"{outcome:7} {clock.elapsed() - began:6.1f} s  {title}{result}"))


def _bars(stream: TextIO) -> Bars:
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.progress import Progress as RichProgress  # noqa: PLC0415

    console = Console(file=stream)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[amount]}", markup=False),
        TimeElapsedColumn(),
    )
    return RichProgress(*columns, console=console, transient=True)
