"""However and whenever the demo is stopped, no process and no folder is left."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess  # noqa: TID251 - a process that is killed half-way
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpers.leftovers import Traces, wait_until

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads processes from /proc")

SCAFFOLDING = "Make a sample application"
STARTING = "Scaffold SOP-603"
LOADING = "Start PostgreSQL"
BACKING_UP = "Read what the database holds"
RESTORING = "Drop the database"


@contextmanager
def running(tmp_path: Path, traces: Traces) -> Iterator[subprocess.Popen[str]]:
    """Run a demo in a process group of its own, with its temporary files in `tmp_path`."""
    (tmp_path / "tmp").mkdir()
    command = [
        sys.executable,
        "-m",
        "mainstay",
        "demo",
        "--rows",
        "20000",
        "--output",
        str(tmp_path / "reports"),
    ]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp"), "MAINSTAY_TEST_MARK": traces.mark}
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def run_until(process: subprocess.Popen[str], title: str) -> None:
    """Return as soon as the demo says that this step has ended."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if title in line:
            return
    pytest.fail(f"the demo ended by itself: {''.join(said)}")


def at_work(traces: Traces, after: str) -> bool:
    """Return whether there is something to leave behind: processes and, from the server's start on, its folder."""

    def seen() -> bool:
        traces.look()
        return bool(traces.left()) and (after == SCAFFOLDING or bool(traces.folders))

    return wait_until(seen, 10)


@pytest.mark.parametrize(
    ("number", "after"),
    [
        (signal.SIGINT, SCAFFOLDING),
        (signal.SIGTERM, STARTING),
        (signal.SIGHUP, LOADING),
        (signal.SIGTERM, BACKING_UP),
        (signal.SIGINT, RESTORING),
    ],
)
def test_a_stop_signal_leaves_nothing(number: signal.Signals, after: str, tmp_path: Path) -> None:
    """The demo unwinds and ends with 130; when it has ended, everything is gone already."""
    traces = Traces(secrets.token_hex(16))
    with running(tmp_path, traces) as demo:
        run_until(demo, after)
        assert at_work(traces, after)

        demo.send_signal(number)
        demo.send_signal(signal.SIGTERM)  # somebody who is impatient must not spoil it

        assert demo.wait(30) == 130
        assert traces.left() == []
        assert sorted(tmp_path.iterdir()) == [tmp_path / "tmp"]
        assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("after", [SCAFFOLDING, STARTING, LOADING, RESTORING])
def test_even_sigkill_leaves_nothing(after: str, tmp_path: Path) -> None:
    """The whole process group is killed, as `timeout --signal=KILL` does; the guardians clean up."""
    traces = Traces(secrets.token_hex(16))
    with running(tmp_path, traces) as demo:
        run_until(demo, after)
        assert at_work(traces, after)

        os.killpg(demo.pid, signal.SIGKILL)

        assert demo.wait(30) == -signal.SIGKILL
        assert wait_until(lambda: not traces.left() and not list((tmp_path / "tmp").iterdir()), 15), (
            traces.left()
        )
