"""What the runs mean together: the ratios that are promised, and the machine that they were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from bench.backup import ENCRYPTED, FLOOR, OURS, RESTORE_FLOOR, SHELL, SOP
from bench.grouping import grouped
from bench.measure import Run

_RATIOS = {
    "wall_vs_floor": ("backup", ENCRYPTED, FLOOR),
    "wall_vs_shell_pipeline": ("backup", ENCRYPTED, SHELL),
    "limited_link_vs_sop": ("limited", ENCRYPTED, SOP),
    "restore_vs_pg_restore_j2": ("restore", ENCRYPTED, RESTORE_FLOOR),
}
"""Name -> scene, ours, and theirs: the quotient of their fastest runs."""


def results(runs: Sequence[Run], database_bytes: int) -> dict[str, Any]:
    """Return everything that was measured, in a form that JSON can hold."""
    ours = [run for run in runs if run.contestant in {OURS, ENCRYPTED} and run.scene != "restore"]
    return {
        "ratios": {name: _ratio(runs, *what) for name, what in _RATIOS.items()},
        "peak_rss_mib": _largest(run.peak_rss_mib for run in ours if run.scene != "large"),
        "peak_rss_mib_large": _largest(run.peak_rss_mib for run in ours if run.scene == "large"),
        "temp_bytes": _largest(run.temp_bytes for run in ours),
        "database_bytes": database_bytes,
        "machine": _machine(),
        "runs": [asdict(run) for run in runs],
    }


def table(found: dict[str, Any]) -> str:
    """Return the same as a table for a terminal: of each contestant the fastest and the median run."""
    lines = [f"{'':50}  wall min/med  client CPU  server CPU  RSS MiB  stored MB  temp MB"]
    for (scene, contestant), runs in grouped(found["runs"]).items():
        walls = [run["wall_seconds"] for run in runs]
        best = min(runs, key=lambda run: run["wall_seconds"])
        lines.append(
            f"{scene + ': ' + contestant:50}  {min(walls):5.2f}/{median(walls):6.2f}"
            f"  {best['client_cpu_seconds']:10.2f}"
            f"  {best['server_cpu_seconds']:10.2f}  {max(run['peak_rss_mib'] for run in runs):7.1f}"
            f"  {best['stored_bytes'] / 1e6:9.1f}  {best['temp_bytes'] / 1e6:7.1f}"
        )
    lines += [f"{name}: {value}" for name, value in found["ratios"].items()]
    lines += [f"{name}: {found[name]}" for name in ("peak_rss_mib", "peak_rss_mib_large", "temp_bytes")]
    return "\n".join(lines) + "\n"


def _ratio(runs: Sequence[Run], scene: str, ours: str, theirs: str) -> float | None:
    walls = {
        name: min(r.wall_seconds for r in runs if (r.scene, r.contestant) == (scene, name))
        for name in (ours, theirs)
    }
    return round(walls[ours] / walls[theirs], 3)


def _largest(values: Iterable[float]) -> float | None:
    return max(values, default=None)


def _machine() -> dict[str, Any]:
    cpu = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory_kib = int(Path("/proc/meminfo").read_text().split()[1])
    return {
        "cores": os.cpu_count(),
        "cpu": cpu[0].partition(":")[2].strip() if cpu else platform.machine(),
        "memory_gib": round(memory_kib / (1 << 20), 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }
