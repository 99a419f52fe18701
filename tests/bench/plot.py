"""`docs/performance.svg`: bars of wall time, readable on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from bench.grouping import grouped
from bench.page import SCENES

_BARS, _CHARACTER, _BAR, _GAP, _TITLE = 470, 7, 18, 8, 40
_STYLE = """<style>
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .other { fill: #8c959f; }
  .mainstay { fill: #0969da; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .other { fill: #6e7681; } .mainstay { fill: #4493f8; } }
</style>"""


def performance_plot(found: Mapping[str, Any]) -> str:
    """Return the fastest run of each contestant as a bar; each scene has a scale of its own."""
    scenes: dict[str, dict[str, float]] = {}
    for (scene, name), runs in grouped(found["runs"]).items():
        scenes.setdefault(scene, {})[name] = min(run["wall_seconds"] for run in runs)
    labels = _CHARACTER * max(len(name) for walls in scenes.values() for name in walls)
    parts: list[str] = []
    y = 0
    for scene, title in SCENES.items():
        if len(walls := scenes.get(scene, {})) > 1:
            parts += _chart(title, walls, y, labels)
            y += _TITLE + len(walls) * (_BAR + _GAP)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {labels + _BARS + 60} {y + _GAP}" role="img">'
    )
    return "\n".join([head, "<title>Wall time, seconds</title>", _STYLE, *parts, "</svg>", ""])


def _chart(title: str, walls: Mapping[str, float], y: int, labels: int) -> Iterator[str]:
    yield f'<text class="title" x="0" y="{y + _TITLE - 14}">{escape(title)}, seconds</text>'
    longest = max(walls.values())
    for number, (name, wall) in enumerate(walls.items()):
        top = y + _TITLE + number * (_BAR + _GAP)
        width = round(_BARS * wall / longest, 1)
        kind = "mainstay" if name.startswith("mainstay") else "other"
        yield f'<text x="{labels - 10}" y="{top + 14}" text-anchor="end">{escape(name)}</text>'
        yield f'<rect class="{kind}" x="{labels}" y="{top}" width="{width}" height="{_BAR}" rx="2"/>'
        yield f'<text x="{labels + width + 8}" y="{top + 14}">{wall:.1f}</text>'
