"""Numbers as people read them. JSON and manifests keep plain bytes and seconds."""

from __future__ import annotations

_SIZES = ("B", "KiB", "MiB", "GiB", "TiB")
_FOUR_FIGURES, _THREE_FIGURES, _MINUTE = 1000, 100, 60


def size_text(size_bytes: float) -> str:
    """Return a size with three figures at most, such as `9.4 MiB`."""
    step = 0
    while size_bytes >= _FOUR_FIGURES and step < len(_SIZES) - 1:
        size_bytes, step = size_bytes / 1024, step + 1
    figures = f"{size_bytes:.1f}" if step and size_bytes < _THREE_FIGURES else f"{size_bytes:.0f}"
    return f"{figures} {_SIZES[step]}"


def count_text(count: int, noun: str) -> str:
    """Return a count with its noun, such as `1 table` or `20,000 rows`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def span_text(seconds: float) -> str:
    """Return a span in the two units that matter, such as `0.8 s`, `2 min 5 s` or `4 h`."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join([f"{value} {unit}" for value, unit in parts if value][:2])
