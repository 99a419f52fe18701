"""Runs the `mainstay` command for tests, through its own error boundary."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from mainstay.platform import process
from mainstay.platform.process import Completed


def mainstay(*words: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Completed:
    """Run `mainstay` in a process of its own and return what it printed and how it ended."""
    return process.run(
        [sys.executable, "-m", "mainstay", *words], cwd=cwd, env=env, check=False, timeout_seconds=120
    )
