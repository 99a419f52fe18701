"""Stop signals end a run in order."""

from __future__ import annotations

import os
import signal

import pytest

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
