"""What a run of the Action cost before it did anything useful. The summary says it, so that nobody has to guess."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from mainstay.report.quantities import span_text

_CACHES = {"cold": "packages downloaded", "warm": "packages from the cache"}
_TIMES = re.compile(r"(\d+)m([\d.]+)s")


def start_up_line(environ: Mapping[str, str], now: datetime, cpu_seconds: float) -> str:
    """Return the line of the summary; nothing when the steps before did not measure.

    Args:
        environ: What `action.yml` passes on from its first step.
        now: The time.
        cpu_seconds: Processor time of this process so far.
    """
    try:
        began = float(environ["MAINSTAY_BEGAN"])
        times = Path(environ["MAINSTAY_HOME"], "times").read_text(encoding="utf-8")
    except (KeyError, ValueError, OSError):
        return ""
    installing = sum(60 * int(minutes) + float(seconds) for minutes, seconds in _TIMES.findall(times))
    wall, cpu = span_text(now.timestamp() - began), span_text(installing + cpu_seconds)
    return (
        f"_Start-up: {wall}, {cpu} of CPU; {_CACHES.get(environ.get('MAINSTAY_CACHE', ''), 'cache unknown')}_"
    )
