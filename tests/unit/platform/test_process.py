from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.errors import EngineError, ProcessError, VerificationError
from mainstay.platform import process


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_output_is_streamed_whole() -> None:
    """More than a pipe holds arrives complete and in order."""
    code = "import sys; [sys.stdout.buffer.write(bytes([i % 256]) * 100_000) for i in range(50)]"

    got = b"".join(process.stream_output(python(code)))

    assert got == b"".join(bytes([i % 256]) * 100_000 for i in range(50))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; print('half'); sys.exit('out of disk')", "exited with status 1: out of disk"),
        (
            "import os; print('half', flush=True); os.kill(os.getpid(), 9)",
            "killed by signal 9 and said nothing",
        ),
    ],
)
def test_a_stream_that_ends_badly_raises_after_its_last_block(code: str, message: str) -> None:
    """Whoever consumes it must never take half an output for a whole one."""
    got: list[bytes] = []

    with pytest.raises(ProcessError, match=message):
        got.extend(process.stream_output(python(code)))

    assert b"".join(got) == b"half\n"


def test_a_wrapper_is_not_named() -> None:
    """The message is about the program that somebody asked for."""
    with pytest.raises(ProcessError, match=r"^sh exited with status 3"):
        list(process.stream_output(["sh", "-c", "exit 3"], wrapper=("env",)))


def test_a_stream_works_where_large_pipes_are_used_up() -> None:
    """All pipes of a user together may hold 64 MiB by default; a busy runner's other jobs count too."""
    code = """
import fcntl, os
from mainstay.platform import process
if os.getuid() == 0:
    os.setuid(65534)
for _ in range(200):
    try:
        fcntl.fcntl(os.pipe()[1], fcntl.F_SETPIPE_SZ, process.PIPE_BYTES)
    except PermissionError:
        break
else:
    raise SystemExit("no limit")
print(*process.stream_output(["/bin/echo", "streamed"]))
"""
    done = process.run(python(code), check=False)
    if done.stderr == "no limit\n":
        pytest.skip("this system does not limit the pipes of a user")

    assert done.stdout == "b'streamed\\n'\n", done.stderr


def test_abandoning_a_stream_ends_the_program() -> None:
    """Nothing goes on running that nobody reads."""
    before = threading.active_count()
    blocks = process.stream_output(python("import os, time; print(os.getpid(), flush=True); time.sleep(60)"))
    assert isinstance(blocks, Iterator)
    pid = int(next(blocks))

    del blocks

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert threading.active_count() == before


def test_a_broken_input_kills_the_program_before_it_sees_an_end(tmp_path: Path) -> None:
    """A restore must not commit what it got of a stream that broke."""
    committed = tmp_path / "committed"
    code = f"import sys, pathlib; sys.stdin.read(); pathlib.Path({str(committed)!r}).touch()"

    def broken() -> Iterator[bytes]:
        yield b"x" * 10
        raise RuntimeError("the stream broke")

    with pytest.raises(RuntimeError, match="the stream broke"):
        process.feed_input(python(code), broken())

    time.sleep(0.3)
    assert not committed.exists()


def test_a_program_that_stops_reading_explains_itself() -> None:
    """Its own words are told, not the broken pipe."""
    code = "import sys; sys.stdin.buffer.read(10); sys.exit('relation exists')"

    with pytest.raises(ProcessError, match="relation exists"):
        process.feed_input(python(code), iter([b"x" * (1 << 20)] * 20))


COPYING = python("import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)")


def never() -> None:
    pytest.fail("nothing had to be stopped")


def test_what_a_program_makes_of_a_stream_is_consumed_as_it_comes() -> None:
    """More than pipes hold goes in and comes out at the same time."""
    got = bytearray()

    def consume(blocks: Iterator[bytes]) -> None:
        for block in blocks:
            got.extend(block)

    process.pass_through(COPYING, (bytes([n]) * (1 << 20) for n in range(16)), consume, stop=never)

    assert bytes(got) == b"".join(bytes([n]) * (1 << 20) for n in range(16))


def test_a_consumer_that_fails_ends_the_program_and_is_told() -> None:
    """Nobody goes on feeding a program that nobody reads."""
    before = threading.active_count()

    def fail(blocks: Iterator[bytes]) -> None:
        next(blocks)
        raise EngineError("the server is full")

    with pytest.raises(EngineError, match="the server is full"):
        process.pass_through(COPYING, itertools.repeat(b"x" * (1 << 20)), fail, stop=never)

    assert threading.active_count() == before


def test_what_the_stream_says_comes_before_its_consequences() -> None:
    """The consumer is stopped, sees an end that it does not like, and is not listened to."""
    stopped = threading.Event()

    def broken() -> Iterator[bytes]:
        yield b"x" * 10
        raise VerificationError("the artifact is damaged")

    def consume(blocks: Iterator[bytes]) -> None:
        list(blocks)
        assert stopped.wait(10)
        raise ProcessError("the output broke off")

    with pytest.raises(VerificationError, match="the artifact is damaged"):
        process.pass_through(COPYING, broken(), consume, stop=stopped.set)


def test_a_program_that_fails_knows_better_than_who_reads_it() -> None:
    """Its own words are told, not that its output broke off."""

    def consume(blocks: Iterator[bytes]) -> None:
        list(blocks)
        raise ProcessError("the output broke off")

    with pytest.raises(ProcessError, match="no archive"):
        process.pass_through(python("import sys; sys.exit('no archive')"), iter([b"x"]), consume, stop=never)


def test_a_consumer_may_refuse_the_output_of_a_program_that_ended_well() -> None:
    """The program has nothing to say about it."""

    def consume(blocks: Iterator[bytes]) -> None:
        list(blocks)
        raise ProcessError("the output broke off")

    with pytest.raises(ProcessError, match="the output broke off"):
        process.pass_through(COPYING, iter([b"x"]), consume, stop=never)


def test_a_program_that_is_not_there_is_named() -> None:
    """The message says which one, the hint asks whether it is installed."""
    with pytest.raises(ProcessError, match="no-such-program cannot be started") as caught:
        process.run(["/nowhere/no-such-program"])

    assert caught.value.hint == "is /nowhere/no-such-program installed?"


def test_a_program_that_hangs_is_ended() -> None:
    """A timeout is an error like any other."""
    with pytest.raises(ProcessError, match=r"did not end within 0\.2 s"):
        process.run(python("import time; time.sleep(30)"), timeout_seconds=0.2)


def test_secrets_in_what_a_program_says_are_masked() -> None:
    """A tool that prints its URL gives nothing away through us."""
    with pytest.raises(ProcessError) as caught:
        process.run(python("import sys; sys.exit('could not reach postgresql://u:hunter2@h/d')"))

    assert "hunter2" not in str(caught.value)
