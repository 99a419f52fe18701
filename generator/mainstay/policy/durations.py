"""Spans of time as people write them in the policy: `15m`, `26h`, `7d`, `2w`."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SHAPE = re.compile(r"([1-9][0-9]{0,6})([smhdw])")
_WORDS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def parse_duration(text: str) -> timedelta:
    """Return the span that `text` names.

    Raises:
        ValueError: It is not a whole positive number followed by s, m, h, d or w.
    """
    if not (match := _SHAPE.fullmatch(text)):
        raise ValueError(f"{text!r} is no duration; write a whole number and a unit, such as 15m, 26h or 7d")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def format_duration(span: timedelta) -> str:
    """Return the shortest policy text for a span: `timedelta(hours=26)` is `26h`."""
    seconds = int(span.total_seconds())
    for unit, size in (("w", _UNITS["w"]), ("d", _UNITS["d"]), ("h", _UNITS["h"]), ("m", _UNITS["m"])):
        # 24h and 48h are how the SOP speaks; weeks only when they were written as such.
        if unit != "w" and seconds % size == 0 and not (unit == "d" and seconds <= 2 * size):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def spell_duration(span: timedelta) -> str:
    """Return the span in words for a document: `timedelta(hours=4)` is `4 hours`."""
    seconds = int(span.total_seconds())
    for size, word in _WORDS:
        if seconds % size == 0 and not (word == "day" and seconds <= 2 * size):
            count = seconds // size
            return f"{count} {word}" + ("" if count == 1 else "s")
    return f"{seconds} seconds"
