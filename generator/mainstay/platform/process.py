"""The only place that starts processes: never through a shell, secrets only in the environment."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess  # noqa: TID251 - this is the one place
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mainstay.errors import ProcessError
from mainstay.platform.stderr import Stderr

if sys.platform == "linux":
    import fcntl

PIPE_BYTES = 1 << 20
"""1 MiB pipes made a dump 10 % faster than the default 64 KiB."""
_BLOCK_BYTES = 256 << 10
_FILLING_SECONDS = 0.002
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True, slots=True)
class Completed:
    """What a finished process left: exit status and text output."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str


def run(  # noqa: PLR0913 - the options of a process, all named
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout_seconds: float | None = None,
    check: bool = True,
    user: str | None = None,
) -> Completed:
    """Run a program to its end and return its output.

    Args:
        argv: Program and arguments. They are visible to every user of the machine: no secrets.
        cwd: Working directory.
        env: Variables added to this process's environment.
        stdin: Text for standard input; without it the program reads an empty input.
        timeout_seconds: Kill the program after this long.
        check: Raise when the exit status is not 0.
        user: Run as this user (only root can).

    Raises:
        ProcessError: It cannot be started, took too long, or failed while `check` is set.
    """
    words = tuple(str(word) for word in argv)
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=_environment(env),
            input=stdin if stdin is not None else "",
            text=True,
            errors="replace",
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
            user=user,
        )
    except OSError as error:
        raise not_started(words, error) from error
    except subprocess.TimeoutExpired as error:
        raise ProcessError(f"{_name(words)} did not end within {timeout_seconds:g} s") from error
    if check and done.returncode != 0:
        raise failure(words, done.returncode, done.stderr or done.stdout)
    return Completed(words, done.returncode, done.stdout, done.stderr)


def failure(argv: Sequence[str], returncode: int, output: str) -> ProcessError:
    """Return the error for a program that ended badly, quoting the end of what it said."""
    how = f"was killed by signal {-returncode}" if returncode < 0 else f"exited with status {returncode}"
    said = output.strip()[-2000:]
    return ProcessError(f"{_name(argv)} {how}" + (f": {said}" if said else " and said nothing"))


def not_started(argv: Sequence[str], error: OSError) -> ProcessError:
    """Return the error for a program that the system would not start."""
    return ProcessError(f"{_name(argv)} cannot be started: {error.strerror}", hint=f"is {argv[0]} installed?")


def stream_output(
    argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None, wrapper: Sequence[str] = ()
) -> Generator[bytes, None, None]:
    """Yield what a program writes to standard output, in blocks of at most 256 KiB.

    Raises after the last block unless the program ended with status 0, so that whoever
    consumes the blocks never commits a truncated stream. Leaves no process and no thread behind.

    Args:
        argv: Program and arguments.
        env: Variables added to this process's environment.
        wrapper: What becomes the program, such as `stdbuf …`; messages do not name it.

    Raises:
        ProcessError: It cannot be started, or ended with another status than 0.
    """
    words = tuple(str(word) for word in argv)
    process = _start((*wrapper, *words), env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    with Stderr(_pipe(process.stderr)) as stderr:
        try:
            yield from _blocks(_pipe(process.stdout).fileno())
            if returncode := process.wait():
                raise failure(words, returncode, stderr.text())
        finally:
            _end(process)


def feed_input(
    argv: Sequence[str | Path], blocks: Iterator[bytes], *, env: Mapping[str, str] | None = None
) -> str:
    """Write blocks to a program's standard input; return what it wrote to standard error.

    When the blocks fail, the program is killed before its input is closed: it must never
    take the end of a broken stream for the end of a whole one.

    Raises:
        ProcessError: It cannot be started, or ended with another status than 0.
    """
    words = tuple(str(word) for word in argv)
    process = _start(words, env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    with Stderr(_pipe(process.stderr)) as stderr:
        try:
            if returncode := _feed(process, blocks):
                raise failure(words, returncode, stderr.text())
        finally:
            _end(process)
        return stderr.text()


def pass_through(
    argv: Sequence[str | Path],
    blocks: Iterator[bytes],
    consume: Callable[[Iterator[bytes]], None],
    *,
    stop: Callable[[], None],
) -> str:
    """Write blocks to a program's standard input while `consume` reads its standard output, in a thread.

    Returns what it wrote to standard error.

    Nobody waits for somebody who has failed. When the blocks fail, the program is killed, `stop` is called and
    `consume` sees its output end; when `consume` fails, the program is ended by the system, as nobody reads it.

    Raises:
        ProcessError: The program cannot be started, or ended with another status than 0. What the blocks raise, or
            `consume` does, goes before that: it is why.
    """
    words = tuple(str(word) for word in argv)
    process = _start(words, None, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with Stderr(_pipe(process.stderr)) as stderr:
        try:
            with ThreadPoolExecutor(1, thread_name_prefix="output") as executor:
                consuming = executor.submit(_consumed, _pipe(process.stdout), consume)
                try:
                    returncode = _feed(process, blocks)
                    wait([consuming])
                except BaseException:
                    _kill(process)
                    stop()
                    raise
        finally:
            _end(process)
        # A consumer that cannot go on because the output broke off says ProcessError: the program knows better why.
        if returncode and isinstance(consuming.exception(), ProcessError | None):
            raise failure(words, returncode, stderr.text())
        consuming.result()
        return stderr.text()


def kill_streams() -> None:
    """Kill every program that is being streamed from or to: for a process that is about to end at once."""
    for process in tuple(_running):
        with contextlib.suppress(ProcessLookupError):  # it ended just now
            _kill(process)


def _start(
    words: tuple[str, ...], env: Mapping[str, str] | None, *, stdin: int, stdout: int
) -> subprocess.Popen[bytes]:
    try:
        process = subprocess.Popen(
            words,
            env=_environment(env),
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
    except OSError as error:
        raise not_started(words, error) from error
    _running.add(process)
    _widen(process.stdin)
    _widen(process.stdout)
    return process


def _widen(pipe: IO[bytes] | None) -> None:
    """Have a pipe hold 1 MiB, where the system can and the user's pipes do not hold all that they may already."""
    if pipe is not None and sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _blocks(descriptor: int) -> Iterator[bytes]:
    """Yield what can be read, in large blocks.

    A reader that always waits is woken for every few KiB that `pg_dump` writes: 30,000 reads for 780 MB, instead of
    2,000 when the pipe is left to fill, and twice the processor time.
    """
    while block := os.read(descriptor, _BLOCK_BYTES):
        yield block
        if len(block) < _BLOCK_BYTES:
            time.sleep(_FILLING_SECONDS)


def _feed(process: subprocess.Popen[bytes], blocks: Iterator[bytes]) -> int:
    """Write blocks to a program's standard input, close it, and return the exit status."""
    # A program that stopped reading explains itself on standard error: EPIPE adds nothing.
    with contextlib.suppress(BrokenPipeError):
        for block in blocks:
            _write_all(_pipe(process.stdin), block)
        _pipe(process.stdin).close()
    return process.wait()


def _consumed(output: IO[bytes], consume: Callable[[Iterator[bytes]], None]) -> None:
    try:
        consume(_blocks(output.fileno()))
    finally:
        output.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    _kill(process)
    process.wait()
    _running.discard(process)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        # Its children too: one that lives on would keep the pipes open, and this process waiting.
        os.killpg(process.pid, signal.SIGKILL)


def _write_all(pipe: IO[bytes], block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[pipe.write(rest) :]


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:  # pragma: no cover - we open every pipe that we ask for
        raise ProcessError("a pipe that was asked for is missing")
    return stream


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, **(extra or {})}


def _name(words: Sequence[str]) -> str:
    return Path(words[0]).name
