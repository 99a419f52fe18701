"""The audit as one page that needs nothing else: no script, no font, no picture, no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mainstay.audit.model import Check, Finding, Outcome, Report, Result, Severity
from mainstay.report.escape import visible
from mainstay.report.html.trend import TrendPoint, point_of, trend
from mainstay.report.sections import Section, sections
from mainstay.report.verdict import judgement, verdict

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_HERE = Path(__file__).parent
_SHOWN = 100
"""Findings per check on the page. JSON has them all."""
_TONES = {"passed": "good", "nothing to judge": "", "incomplete": "unknown", "failed": "high"}


@dataclass(frozen=True, slots=True)
class _Red:
    """A check with what it found, gravest first."""

    check: Check
    findings: Sequence[Finding]
    more: int


@dataclass(frozen=True, slots=True)
class _Row:
    """A section as the page shows it."""

    section: Section
    red: Sequence[_Red]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - what the section has
        return getattr(self.section, name)

    @property
    def percent(self) -> float:
        return round(100 * self.section.passed / self.section.judged, 1) if self.section.judged else 0.0


def html(report: Report, history: Iterable[TrendPoint] = ()) -> str:
    """Return the report as a page.

    Args:
        report: What the audit says.
        history: Audits of the past, from the evidence ledger; the plot of the trend.
    """
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2, which takes a while

    style = (_HERE / "style.css").read_text(encoding="utf-8")
    drawn = trend([*history, point_of(report)])
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            report=report,
            at=f"{report.at:%Y-%m-%d %H:%M} UTC",
            verdict=verdict(report),
            judgement=judgement(report),
            tone=_TONES.get(judgement(report), "medium"),
            figures=list(_figures(report)),
            sections=[_Row(section, tuple(_red(section.results))) for section in sections(report)],
            trend=drawn,
            plot=Markup(drawn.svg),  # noqa: S704 - made of numbers
            unread=report.incomplete,
            not_asked=report.not_asked,
            waived=[(result.check, waived) for result in report.results for waived in result.waived],
            passed=[result for result in report.results if result.outcome is Outcome.PASS],
            idle=[result for result in report.results if result.outcome is Outcome.NOT_APPLICABLE],
            style=Markup(style),  # noqa: S704 - ours
            style_hash=f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}",
        )
        + "\n"
    )


def _environment() -> Environment:
    """Return a template engine in which every text is escaped, and every control character written out."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only a page needs it
    from markupsafe import Markup  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else visible(str(value)),
    )
    environment.filters["ticked"] = _ticked
    return environment


def _ticked(text: str) -> Markup:
    """Return text in which what stands between backticks is code, as it is in Markdown."""
    from markupsafe import Markup, escape  # noqa: PLC0415

    pieces = [escape(visible(piece)) for piece in text.replace("\n", " ").split("`")]
    if not len(pieces) % 2:  # a tick without its end
        return Markup("`").join(pieces)
    return Markup("").join(Markup("<code>{}</code>").format(p) if n % 2 else p for n, p in enumerate(pieces))


def _figures(report: Report) -> Iterator[tuple[str, int, str]]:
    yield "checks passed", report.outcomes[Outcome.PASS], "good"
    for severity in reversed(Severity):
        if count := report.severities[severity]:
            yield f"{severity.label} findings", count, severity.label
    if not report.severities:
        yield "findings", 0, "good"
    if report.incomplete:
        yield "not read", len(report.incomplete), "unknown"
    if report.not_asked:
        yield "not asked", len(report.not_asked), ""
    if waived := sum(len(result.waived) for result in report.results):
        yield "waived", waived, ""


def _red(results: Iterable[Result]) -> Iterator[_Red]:
    for result in sorted(results, key=lambda each: -each.check.severity):
        if result.findings:
            shown = result.findings[:_SHOWN]
            yield _Red(result.check, shown, len(result.findings) - len(shown))
