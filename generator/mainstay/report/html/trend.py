"""The plot of the trend, as SVG: which share of the checks passed, audit by audit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

_POINTS = 100
"""Audits on the plot, the newest; more would stand on each other."""
_WIDTH, _HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 52, 14, 30


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What one audit of the past said, in figures."""

    at: datetime
    passed: int
    judged: int
    findings: int

    @property
    def day(self) -> str:
        """When it was."""
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def percent(self) -> float:
        """Which share of the checks passed."""
        return 100 * self.passed / self.judged if self.judged else 0.0


@dataclass(frozen=True, slots=True)
class Trend:
    """A plot, and what is on it; without two audits there is no plot."""

    svg: str
    points: Sequence[TrendPoint]


def trend(history: Iterable[TrendPoint]) -> Trend:
    """Return the plot of the audits, oldest first."""
    points = sorted(history, key=lambda point: point.at)[-_POINTS:]
    span = (points[-1].at - points[0].at).total_seconds() if points else 0
    return Trend(_svg(points, span) if span else "", points)


def _svg(points: Sequence[TrendPoint], span: float) -> str:
    first, last = points[0], points[-1]
    places = [(_x((point.at - first.at).total_seconds() / span), _y(point.percent)) for point in points]
    line = " ".join(f"{x:g},{y:g}" for x, y in places)
    said = (
        f"{len(points)} audits from {first.day[:10]} to {last.day[:10]}: "
        f"{first.percent:.0f} % of the checks passed in the first, {last.percent:.0f} % in the last"
    )
    end_x, end_y = places[-1]
    return "\n".join(
        [
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="trend-said">',
            f'<title id="trend-said">{said}</title>',
            *(_grid(percent) for percent in (0, 50, 100)),
            f'<polygon class="area" points="{places[0][0]:g},{_y(0):g} {line} {end_x:g},{_y(0):g}"/>',
            f'<polyline class="line" points="{line}"/>',
            f'<circle class="dot" cx="{end_x:g}" cy="{end_y:g}" r="4"/>',
            f'<text class="last" x="{end_x + 9:g}" y="{end_y + 5:g}">{last.percent:.0f} %</text>',
            f'<text x="{_LEFT}" y="{_HEIGHT - 8}">{first.day[:10]}</text>',
            f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 8}" text-anchor="end">{last.day[:10]}</text>',
            "</svg>",
        ]
    )


def _grid(percent: int) -> str:
    y = _y(percent)
    return (
        f'<line class="grid" x1="{_LEFT}" y1="{y:g}" x2="{_WIDTH - _RIGHT}" y2="{y:g}"/>'
        f'<text x="{_LEFT - 8}" y="{y + 5:g}" text-anchor="end">{percent}</text>'
    )


def _x(share: float) -> float:
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def _y(percent: float) -> float:
    return round(_TOP + (100 - percent) / 100 * (_HEIGHT - _TOP - _BOTTOM), 1)
