from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.errors import ProcessError
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


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_guarded_programs_and_folders_never_outlive_their_user(end: int, tmp_path: Path) -> None:
    """However the process ends, the server it started and its folder are gone soon after."""
    folder = tmp_path / "data"
    folder.mkdir()
    server = python(
        f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    )
    code = f"""
import os, time
from pathlib import Path
from mainstay.platform import process
with process.guarded({server!r}, folders=[Path({str(folder)!r})]):
    while not Path({str(tmp_path / "pid")!r}).exists(): time.sleep(0.01)
    time.sleep(0.05)
    os.kill(os.getpid(), {int(end)})
    time.sleep(60)
"""

    process.run(python(code), check=False, timeout_seconds=30)

    assert _gone(int((tmp_path / "pid").read_text()), folder)


def test_an_orphan_cannot_bring_a_guarded_folder_back(tmp_path: Path) -> None:
    """A program that outlives its killed parent may go on writing: the folder is removed until it stays away."""
    folder = tmp_path / "data"
    orphan = python(
        f"""
import os, time
for n in range(15):
    os.makedirs({str(folder)!r} + '/sub', exist_ok=True)
    open({str(tmp_path / "written")!r}, 'w').write(str(n))
    time.sleep(0.1)
"""
    )
    code = f"""
import os, signal, subprocess
from pathlib import Path
from mainstay.platform import process
with process.guarded(folders=[Path({str(folder)!r})]):
    subprocess.Popen({orphan!r})
    os.kill(os.getpid(), signal.SIGKILL)
"""

    process.run(python(code), check=False, timeout_seconds=30)
    for _ in range(100):
        if (tmp_path / "written").exists() and (tmp_path / "written").read_text() == "14":
            break
        time.sleep(0.05)
    time.sleep(0.3)

    assert not folder.exists()


def _gone(pid: int, folder: Path) -> bool:
    for _ in range(100):
        if not folder.exists() and not _alive(pid):
            return True
        time.sleep(0.05)
    return False


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process whose parent has not asked for its status yet is dead all the same.
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
