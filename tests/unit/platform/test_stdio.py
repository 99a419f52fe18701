from __future__ import annotations

import shutil
from collections.abc import Iterator

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
