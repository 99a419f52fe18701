from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from mainstay.errors import ProcessError
from mainstay.platform import process
from mainstay.platform.guard import guarded


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


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
from mainstay.platform.guard import guarded
with guarded({server!r}, folders=[Path({str(folder)!r})]):
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
from mainstay.platform.guard import guarded
with guarded(folders=[Path({str(folder)!r})]):
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


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("no process is left")])
def test_a_folder_is_removed_when_its_guardian_does_not_come_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """A stop signal may come while the guardian starts: nobody else knows the folder."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("mainstay.platform.guard.subprocess.Popen", fail)

    (tmp_path / "data").mkdir()
    with pytest.raises((KeyboardInterrupt, ProcessError)), guarded(folders=[tmp_path / "data"]):
        pytest.fail("the block was entered")

    assert not (tmp_path / "data").exists()


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
