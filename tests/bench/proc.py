"""What /proc tells about a tree of processes. A process that ends while it is looked at counts as gone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_KIB = 1024


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all its descendants."""
    yield pid
    for task in _listed(Path(f"/proc/{pid}/task")):
        for child in _text(task / "children").split():
            yield from tree(int(child))


def anonymous_bytes(pid: int) -> int:
    """Return the memory of a tree that no file stands behind."""
    return sum(_status_bytes(member, "RssAnon") for member in tree(pid))


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process, of its children that ended, and of those that live."""
    spent = _ticks(pid, slice(11, 15))  # own, and of children that were waited for
    children = sum(_ticks(member, slice(11, 15)) for member in tree(pid) if member != pid)
    return (spent + children) / _TICKS_PER_SECOND


def folder_bytes(folder: Path) -> int:
    """Return the size of all files below a folder."""
    total = 0
    for root, _, files in os.walk(folder):
        for name in files:
            try:
                total += (Path(root) / name).lstat().st_size
            except FileNotFoundError:
                continue
    return total


def _ticks(pid: int, fields: slice) -> int:
    after_name = _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(int(field) for field in after_name[fields])


def _status_bytes(pid: int, name: str) -> int:
    for line in _text(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * _KIB
    return 0


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
