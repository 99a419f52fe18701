"""Progress: bars on a terminal, one line per finished step elsewhere, always on the stream that was given."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from mainstay.platform.clock import FixedClock
from mainstay.progress import Progress
from mainstay.report.progress import BarProgress, LineProgress, progress_on


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Claim it."""
        return True


@dataclass
class Shown:
    """A progress display under test, with what it writes."""

    stream: io.StringIO
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 11, 23, tzinfo=UTC)))

    @property
    def progress(self) -> Progress:
        """What this stream gets."""
        return progress_on(self.stream, self.clock)

    @property
    def text(self) -> str:
        """What was written so far."""
        return self.stream.getvalue()


@pytest.fixture
def pipe() -> Shown:
    """Return progress that goes into a pipe."""
    return Shown(io.StringIO())


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Return progress that goes to a terminal of 80 columns."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    return Shown(Terminal())


def test_a_finished_step_is_one_line_in_a_pipe(pipe: Shown) -> None:
    """Outcome, time, title and what came out stand in one line; nothing is written before the step ends."""
    with pipe.progress.step("Load the data set") as step:
        step.expect(10)
        step.advance(10)
        step.note("10 rows")
        pipe.clock.seconds = 2.34
        assert pipe.text == ""

    assert pipe.text == "ok         2.3 s  Load the data set: 10 rows\n"


def test_a_failed_step_is_one_line_that_says_so(pipe: Shown) -> None:
    """The error passes through; the line says which step it was."""
    with pytest.raises(ValueError, match="broken"), pipe.progress.step("Restore"):
        raise ValueError("broken")

    assert pipe.text == "failed     0.0 s  Restore\n"


def test_a_stopped_step_is_not_called_failed(pipe: Shown) -> None:
    """Who presses Ctrl-C sees how far it came, and no failure."""
    with pytest.raises(KeyboardInterrupt), pipe.progress.step("Restore"):
        raise KeyboardInterrupt

    assert pipe.text == "stopped    0.0 s  Restore\n"


def test_a_note_cannot_break_out_of_its_line(pipe: Shown) -> None:
    """Text that comes from a repository moves no cursor and forges no second line."""
    with pipe.progress.step("Read \x1b[2J") as step:
        step.note("a\nok 0.0 s  Forged\x07")

    assert pipe.text == "ok         0.0 s  Read \\x1b[2J: a\\nok 0.0 s  Forged\\x07\n"


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "CLICOLOR_FORCE"])
def test_forced_colour_is_not_animation(pipe: Shown, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """A log that wants colour gets no cursor codes."""
    monkeypatch.setenv(variable, "1")

    assert isinstance(pipe.progress, LineProgress)


def test_a_dumb_terminal_gets_lines(terminal: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that cannot move its cursor is treated like a pipe."""
    monkeypatch.setenv("TERM", "dumb")

    assert isinstance(terminal.progress, LineProgress)


def test_a_terminal_shows_amounts_and_keeps_the_line(terminal: Shown) -> None:
    """While it works the bar tells how much of how much; the line of the finished step stays."""
    progress = terminal.progress
    assert isinstance(progress, BarProgress)

    with progress.step("Restore [bold]app[/bold]") as step:
        step.expect(4 << 20)
        step.advance(1 << 20)
        assert progress._bars is not None
        progress._bars.refresh()
    shown = terminal.text

    assert "1.0 MiB of 4.0 MiB" in shown
    assert "ok         0.0 s  Restore [bold]app[/bold]\n" in shown.replace(os.linesep, "\n")


def test_steps_inside_steps_share_one_display(terminal: Shown) -> None:
    """A facade that reports its own steps can be called within a step; both leave their line."""
    progress = terminal.progress

    with progress.step("Outer"), progress.step("Inner"):
        pass

    lines = [line for line in terminal.text.splitlines() if "ok " in line]
    assert [line.split()[-1] for line in lines] == ["Inner", "Outer"]
