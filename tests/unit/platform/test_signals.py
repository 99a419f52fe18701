"""Stop signals end a run in order."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from mainstay.platform import process
from mainstay.platform.signals import interruptible


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_stops_and_the_next_do_not_disturb(number: signal.Signals) -> None:
    """What was opened is closed in order, however often somebody presses Ctrl-C."""
    before = signal.getsignal(number)
    closed = []

    def work() -> None:
        with interruptible():
            try:
                os.kill(os.getpid(), number)
            finally:
                os.kill(os.getpid(), signal.SIGINT)
                os.kill(os.getpid(), signal.SIGTERM)
                closed.append("everything")

    with pytest.raises(KeyboardInterrupt):
        work()

    assert closed == ["everything"]
    assert before == signal.getsignal(number)


def test_signals_can_be_disregarded_before_the_clean_up() -> None:
    """A run that is cleaning up anyway does not let itself be stopped in the middle."""
    with interruptible() as disregard_signals:
        disregard_signals()
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_that_the_caller_disregards_stays_so() -> None:
    """`nohup mainstay …` outlives its terminal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


IN_AN_EXEC = """
import os, signal, sys
from mainstay.platform.signals import interruptible

try:
    with interruptible():
        exec("os.kill(os.getpid(), signal.SIGTERM)")
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_a_run_stopped_while_python_makes_a_class_ends_with_its_own_exit_code(tmp_path: Path) -> None:
    """Dataclasses are made by `exec`; `python -m` would end as if killed by SIGINT, of which no caller knows why."""
    (tmp_path / "stopped.py").write_text(IN_AN_EXEC)

    done = process.run([sys.executable, "-m", "stopped"], cwd=tmp_path, check=False)

    assert (done.returncode, done.stderr) == (130, "")


STUCK = """
import os, signal, sys, threading
from mainstay.platform.signals import ending_within, interruptible

with ending_within(0.3), interruptible():
    threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        {then}
"""


@pytest.mark.parametrize(
    ("then", "status"),
    [
        ("sys.exit(7)", 7),  # it cleaned up in time
        ("threading.Event().wait()", 130),  # it hangs while it cleans up
        (
            "threading.Thread(target=threading.Event().wait).start()",
            130,
        ),  # a thread of it hangs at the very end
    ],
)
def test_a_stopped_process_ends_in_time_or_is_ended(then: str, status: int) -> None:
    """Whatever does not answer: GitHub would kill it, and what it had begun with it."""
    done = process.run([sys.executable, "-c", STUCK.format(then=then)], check=False, timeout_seconds=20)

    assert done.returncode == status
