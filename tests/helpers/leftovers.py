"""Finds what a demo that was stopped has left on the machine: processes and folders."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_SERVER_FOLDER = re.compile(rb"/tmp/mainstay-pg-\w+")


@dataclass
class Traces:
    """What carries the mark of one run: a variable in its environment, which every process of it inherits."""

    mark: str
    folders: set[Path] = field(default_factory=set)

    def look(self) -> None:
        """Remember the folders of the servers that run now, or are being made."""
        for process in self._marked():
            found = _SERVER_FOLDER.findall(_read(process / "cmdline"))
            self.folders |= {Path(folder.decode()) for folder in found}

    def left(self) -> list[str]:
        """Return the processes and folders that are still there."""
        processes = [
            process for process in _processes() if self._is_marked(process) or self._works_for(process)
        ]
        named = [_read(process / "cmdline").replace(b"\0", b" ").decode() for process in processes]
        return [*filter(None, named), *(str(folder) for folder in self.folders if folder.exists())]

    def _marked(self) -> list[Path]:
        return [process for process in _processes() if self._is_marked(process)]

    def _is_marked(self, process: Path) -> bool:
        return self.mark.encode() in _read(process / "environ")

    def _works_for(self, process: Path) -> bool:
        """PostgreSQL's own processes write over their environment, but their folder gives them away."""
        try:
            folder = (process / "cwd").readlink()
        except OSError:
            return False
        return any(folder.is_relative_to(known) for known in self.folders)


def wait_until(condition: Callable[[], object], seconds: float) -> bool:
    """Return whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _processes() -> list[Path]:
    return [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it ended meanwhile, or belongs to somebody else
        return b""
