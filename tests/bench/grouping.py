"""Recorded runs, by what was run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def grouped(runs: Iterable[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the runs by scene and contestant, in the order in which they were first run."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for run in runs:
        groups.setdefault((run["scene"], run["contestant"]), []).append(run)
    return groups
