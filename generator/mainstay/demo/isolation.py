"""Keeps the demo and its machine apart: foreign settings stay out, and nothing is left when it ends or is stopped."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from mainstay.platform import process

_FOREIGN = (
    "AWS_",
    "PG",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
)
"""Beginnings of variables that would point the demo at a database, a bucket or a repository of its caller."""
_STOP_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def environment(settings: dict[str, str], *, without: tuple[str, ...] = ()) -> Iterator[None]:
    """Change this process's environment for a block: drop what begins with `without`, then set `settings`."""
    before = dict(os.environ)
    try:
        for name in before:
            if name.startswith(without):
                del os.environ[name]
        os.environ.update(settings)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def workshop() -> Iterator[Path]:
    """Yield a folder for every temporary file of this process; it is gone afterwards, even after SIGKILL."""
    outside = tempfile.tempdir
    with process.temporary_folder("mainstay-demo-") as folder:
        temporary = folder / "tmp"
        temporary.mkdir()
        with environment({"TMPDIR": str(temporary)}, without=_FOREIGN):
            tempfile.tempdir = str(temporary)
            try:
                yield folder
            finally:
                tempfile.tempdir = outside


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """Turn the first stop signal into KeyboardInterrupt and disregard all later ones until the block has ended.

    So what the block has opened is closed in order, undisturbed by a second Ctrl-C. Yields a function that
    begins to disregard signals at once: for a block that is about to clean up anyway.
    """
    if threading.current_thread() is not threading.main_thread():  # only the main thread receives signals
        yield lambda: None
        return
    before = {number: signal.getsignal(number) for number in _STOP_SIGNALS}

    def disregard() -> None:
        for number in _STOP_SIGNALS:
            signal.signal(number, lambda _number, _frame: None)

    def stop(_number: int, _frame: FrameType | None) -> None:
        disregard()
        raise KeyboardInterrupt

    for number in _STOP_SIGNALS:
        signal.signal(number, stop)
    try:
        yield disregard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
