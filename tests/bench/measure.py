"""Runs a command and tells what it cost: time, CPU on both sides, memory, what it stored and what it left on disk."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251 - wait4 of the very process gives the CPU time of its whole tree
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench import proc

_SAMPLE_SECONDS = 0.02
_MIB = 1 << 20


@dataclass(frozen=True)
class Run:
    """One measured run.

    Attributes:
        load: The machine's load average over the last minute, at the start.
    """

    scene: str
    contestant: str
    wall_seconds: float
    client_cpu_seconds: float
    server_cpu_seconds: float
    peak_rss_mib: float
    temp_bytes: int
    stored_bytes: int
    load: float


@dataclass(frozen=True)
class Command:
    """Something that is measured: words, and variables beside those of this process."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]


class CommandFailedError(Exception):
    """What is measured did not do its work; a time of it would mean nothing."""


def measure(scene: str, command: Command, server_pid: int, stored: Path) -> tuple[Run, str]:
    """Run a command; return what it cost and what it printed. `stored` is where the store keeps its objects."""
    load = os.getloadavg()[0]
    server_before = proc.cpu_seconds(server_pid)
    with tempfile.TemporaryDirectory(prefix="mainstay-bench-") as temporary:
        begun = time.monotonic()
        process = subprocess.Popen(
            command.argv,
            env={**os.environ, **command.env, "TMPDIR": temporary},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        with _Sampler(process.pid, Path(temporary)) as sampler:
            said = process.stdout.read() if process.stdout else b""
            _, status, usage = os.wait4(process.pid, 0)
            wall_seconds = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.stdout:
            process.stdout.close()
    if process.returncode:
        raise CommandFailedError(f"{command.name} exited with status {process.returncode}")
    run = Run(
        scene=scene,
        contestant=command.name,
        wall_seconds=round(wall_seconds, 3),
        client_cpu_seconds=round(usage.ru_utime + usage.ru_stime, 3),
        server_cpu_seconds=round(proc.cpu_seconds(server_pid) - server_before, 3),
        peak_rss_mib=round(sampler.peak_memory_bytes / _MIB, 1),
        temp_bytes=sampler.peak_temporary_bytes,
        stored_bytes=proc.folder_bytes(stored),
        load=round(load, 2),
    )
    return run, said.decode()


class _Sampler:
    """Watches a tree of processes and a folder, fifty times a second, for their largest sizes."""

    def __init__(self, pid: int, folder: Path) -> None:
        self.peak_memory_bytes = 0
        self.peak_temporary_bytes = 0
        self._pid = pid
        self._folder = folder
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_SAMPLE_SECONDS):
            self.peak_memory_bytes = max(self.peak_memory_bytes, proc.anonymous_bytes(self._pid))
            self.peak_temporary_bytes = max(self.peak_temporary_bytes, proc.folder_bytes(self._folder))
