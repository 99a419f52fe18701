"""Cleans up after a process that may be killed: a child that outlives its parent for one last duty.

Run as `python guardian.py '{"argv": [...], "user": ..., "cwd": ..., "folders": [...]}'`. It starts the
program (if any) and waits until its own standard input ends: the parent closed it, or the parent is gone,
however it went. Then it stops the program and removes the folders. It has to start fast: it imports nothing
of mainstay.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess  # noqa: TID251 - it is the part of platform.process that runs in a child
import sys

STOP_SECONDS = 10


def main(request: dict[str, object]) -> None:
    """Do what `request` asks; its keys are `argv` (may be empty), `user` (or none), `cwd` and `folders`."""
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
    try:
        sys.stdin.buffer.read()
    finally:
        if program is not None:
            _stop(program)
        for folder in _list(request["folders"]):
            shutil.rmtree(str(folder), ignore_errors=True)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _default_signals() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_DFL)


def _stop(program: subprocess.Popen[bytes]) -> None:
    if program.poll() is None:
        program.send_signal(signal.SIGINT)
    try:
        program.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
