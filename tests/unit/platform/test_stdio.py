from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.platform import process
from mainstay.platform.stdio import large_buffer


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    large_buffer.cache_clear()
    yield
    large_buffer.cache_clear()


@pytest.mark.skipif(shutil.which("stdbuf") is None, reason="coreutils' stdbuf is not installed")
def test_a_program_of_c_writes_into_a_large_buffer() -> None:
    """What `stdbuf` preloads reads the size from the environment that the program is given."""
    told = b"".join(process.stream_output(["env"], wrapper=large_buffer())).decode().splitlines()

    assert f"_STDBUF_O={256 << 10}" in told


def test_without_stdbuf_a_program_runs_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes a dump quicker, not possible."""
    monkeypatch.setenv("PATH", "/nowhere")

    assert large_buffer() == ()


@pytest.mark.parametrize("script", ["exit 125", "echo 'libstdbuf.so cannot be preloaded' >&2", "#!/no/shell"])
def test_a_broken_stdbuf_is_not_used(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some systems have the program without its library."""
    stdbuf = tmp_path / "stdbuf"
    stdbuf.write_text(script if script.startswith("#!") else f"#!/bin/sh\n{script}\n")
    stdbuf.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert large_buffer() == ()
