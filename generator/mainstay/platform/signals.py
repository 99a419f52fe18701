"""Ctrl-C, SIGTERM and SIGHUP end a run in order: what it has begun is undone, and nothing is left."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from mainstay.errors import ExitCode
from mainstay.platform import process

GRACE_SECONDS = 6.0
"""How long a stopped run may clean up. GitHub kills a cancelled job after 7.5 s."""

_STOP_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """Turn the first stop signal into KeyboardInterrupt and disregard all later ones until the block has ended.

    So what the block has opened is closed in order, undisturbed by a second Ctrl-C. Yields a function that
    begins to disregard signals at once: for a block that is about to clean up anyway. A signal that the caller
    disregards, as `nohup` does, stays disregarded.
    """
    if threading.current_thread() is not threading.main_thread():  # only the main thread receives signals
        yield lambda: None
        return
    found = {number: signal.getsignal(number) for number in _STOP_SIGNALS}
    before = {number: handler for number, handler in found.items() if handler is not signal.SIG_IGN}

    def disregard() -> None:
        for number in before:
            signal.signal(number, lambda _number, _frame: None)

    def stop(_number: int, _frame: FrameType | None) -> None:
        disregard()
        raise KeyboardInterrupt

    for number in before:
        signal.signal(number, stop)
    try:
        yield disregard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _forget_interruption()


def _forget_interruption() -> None:
    """Let the process end with the exit code that it asks for.

    CPython remembers a KeyboardInterrupt that left an `exec` of a text, as the making of a dataclass is, whoever has
    handled it since, and ends `python -m` as if by SIGINT. Any other such `exec` makes it forget.
    """
    exec("")  # noqa: S102 - a constant


@contextmanager
def ending_within(grace_seconds: float = GRACE_SECONDS) -> Iterator[None]:
    """End this process when it is still there so many seconds after a stop signal that came during the block.

    Python's own handlers wait for the main thread, which may be waiting for a store that does not answer.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    threading.Thread(target=_watch, args=(reader, grace_seconds), name="grace", daemon=True).start()
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(writer)


def _watch(reader: int, grace_seconds: float) -> None:
    """Wait for the number of a stop signal; the pipe ends without one when the block has ended."""
    while number := os.read(reader, 1):
        if number[0] in _STOP_SIGNALS:
            time.sleep(grace_seconds)
            process.kill_streams()
            os._exit(ExitCode.INTERRUPTED)
    os.close(reader)
