"""The plot of the trend, as SVG: which share of the checks passed, audit by audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mainstay.audit.model import Report
from mainstay.evidence import Ledger
from mainstay.report.figures import figures

_POINTS = 100
"""Audits on the plot, the newest; more would stand on each other."""
_WIDTH, _HEIGHT = 1000, 100


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What one audit said, in figures."""

    at: datetime
    passed: int
    judged: int
    findings: int

    @property
    def day(self) -> str:
        """When it was, to the minute."""
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def percent(self) -> float:
        """Which share of the checks passed."""
        return 100 * self.passed / self.judged if self.judged else 0.0


@dataclass(frozen=True, slots=True)
class Trend:
    """A plot, and what is on it; without two audits there is no plot."""

    points: Sequence[TrendPoint]
    svg: str = ""


def history_of(ledger: Ledger) -> Iterator[TrendPoint]:
    """Yield the audits that a ledger records with their figures; nothing of a ledger whose chain is broken."""
    if ledger.breaks:
        return
    for entry in ledger.of("audit"):
        told = [entry.facts.get(name) for name in ("passed", "judged", "findings")]
        passed, judged, findings = (value if type(value) is int and value >= 0 else None for value in told)
        if passed is not None and judged is not None and findings is not None and passed <= judged:
            yield TrendPoint(entry.at, passed, judged, findings)


def point_of(report: Report) -> TrendPoint:
    """Return the audit of today as the last point."""
    told = figures(report)
    return TrendPoint(report.at, told["passed"], told["judged"], told["findings"])


def trend(history: Iterable[TrendPoint]) -> Trend:
    """Return the plot of the audits, oldest first."""
    points = sorted(history, key=lambda point: point.at)[-_POINTS:]
    span = (points[-1].at - points[0].at).total_seconds() if points else 0
    return Trend(points, _svg(points, span) if span else "")


def _svg(points: Sequence[TrendPoint], span: float) -> str:
    """Return lines that stretch with the page; what is written beside them does not."""
    first = points[0].at
    line = " ".join(
        f"{round((point.at - first).total_seconds() / span * _WIDTH, 1):g},{round(_HEIGHT - point.percent, 1):g}"
        for point in points
    )
    grid = "".join(f'<path class="grid" d="M0 {y}H{_WIDTH}"/>' for y in (0, _HEIGHT // 2, _HEIGHT))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'{grid}<polygon class="area" points="0,{_HEIGHT} {line} {_WIDTH},{_HEIGHT}"/>'
        f'<polyline class="line" points="{line}"/></svg>'
    )
