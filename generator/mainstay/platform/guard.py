"""Servers and folders that are gone when this process is gone, however it ended."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess  # noqa: TID251 - a guardian outlives the process that starts it
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from mainstay.platform import process


@contextlib.contextmanager
def guarded(
    argv: Sequence[str | Path] = (),
    *,
    folders: Sequence[Path] = (),
    cwd: Path = Path("/"),
    user: str | None = None,
    stop: signal.Signals = signal.SIGINT,
) -> Iterator[None]:
    """Run a server for the length of a `with` block, and remove folders after it, however this process ends.

    A guardian process does both when the block ends and when this process is gone, even by SIGKILL. It sends the
    server `stop` first, and kills it when that does not end it soon.

    Raises:
        ProcessError: The guardian cannot be started.
    """
    request = {
        "argv": [str(word) for word in argv],
        "user": user,
        "cwd": str(cwd),
        "folders": [str(f) for f in folders],
        "stop": int(stop),
    }
    words = (sys.executable, "-I", "-S", str(Path(__file__).with_name("guardian.py")), json.dumps(request))
    try:
        with _guardian(words):
            yield
    finally:  # long gone, unless a stop signal came before the guardian knew them
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _guardian(words: Sequence[str]) -> Iterator[None]:
    try:
        guardian = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # `timeout --signal=KILL` and a closing terminal end the whole process group
        )
    except OSError as error:
        raise process.not_started(words, error) from error
    try:
        yield
    finally:
        guardian.communicate(b".")  # an end without a word means that this process was killed


@contextlib.contextmanager
def temporary_folder(prefix: str, *, within: Path | None = None) -> Iterator[Path]:
    """Yield a new folder for this user only that is removed afterwards, also when this process is killed.

    Args:
        prefix: What its name begins with.
        within: Where it is made, instead of in the folder for temporary files.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=within))
    with guarded(folders=[folder]):
        yield folder


def socket_folder(prefix: str) -> AbstractContextManager[Path]:
    """Yield such a folder for a Unix socket: its path has to stay below about 100 bytes, and TMPDIR is often long."""
    short = Path("/tmp")  # noqa: S108 - the folder that is made there is private
    return temporary_folder(prefix, within=short if short.is_dir() else None)
