"""Cleans up after a process that may be killed: a child that outlives its parent for one last duty.

Run as `python guardian.py '{"argv": [...], "user": ..., "cwd": ..., "folders": [...], "stop": 2}'`. It starts the
program (if any) and waits until its own standard input ends: with a word when the parent is done, without one when the
parent was killed. Then it stops the program and removes the folders. It has to start fast: it imports nothing
of mainstay.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess  # noqa: TID251 - it is the part of platform.process that runs in a child
import sys
import time
from pathlib import Path

STOP_SECONDS = 10
ORPHAN_SECONDS = 3


def main(request: dict[str, object]) -> None:
    """Do what `request` asks; its keys are `argv` (may be empty), `user` (or none), `cwd`, `folders` and `stop`."""
    # A Ctrl-C goes to the whole foreground group: the parent decides what it means, not this process.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    argv = [str(word) for word in _list(request["argv"])]
    user = request["user"]
    program = (
        subprocess.Popen(
            argv,
            user=user if isinstance(user, str) else None,
            cwd=str(request["cwd"]),
            stdin=subprocess.DEVNULL,
            preexec_fn=_default_signals,  # noqa: PLW1509 - this process has one thread
            start_new_session=True,
        )
        if argv
        else None
    )
    parent_died = True
    try:
        parent_died = not sys.stdin.buffer.read()
    finally:
        if program is not None:
            _stop(program, int(str(request["stop"])))
        _remove([Path(str(folder)) for folder in _list(request["folders"])], watch=parent_died)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _default_signals() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_DFL)


def _stop(program: subprocess.Popen[bytes], stop: int) -> None:
    if program.poll() is None:
        program.send_signal(stop)
    try:
        program.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def _remove(folders: list[Path], *, watch: bool) -> None:
    """Remove the folders; when the parent was killed, again and again while its orphans may still write to them."""
    deadline = time.monotonic() + (ORPHAN_SECONDS if watch else 0)
    while True:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        if time.monotonic() >= deadline:
            return
        time.sleep(0.1)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
