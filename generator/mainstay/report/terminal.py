"""The audit for a terminal, and for whatever reads its output line by line. The most important line comes last."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from mainstay.audit.model import Finding, Report, Result, Severity
from mainstay.report.escape import visible
from mainstay.report.quantities import count_text
from mainstay.report.sections import Section, sections
from mainstay.report.verdict import verdict

_SHOWN = 10
"""Findings per check on a terminal. The other formats have them all."""
_STYLES = {
    Severity.LOW: "cyan",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "red",
    Severity.CRITICAL: "bold red",
}

Line = tuple[str, str]
"""Text, and the style that rich gives it."""


def plain(report: Report) -> str:
    """Return one line per finding, per waiver and per check that was not completed; the verdict comes last."""
    lines = [f"{names}: {reason}" for names, reason in _unread(report.not_asked)]
    lines += [f"gone {visible(text)}" for text in report.gone]
    lines += [f"{name} waived {text}" for name, text in _waived(report)]
    for result in _worst_last(report.results):
        start = f"{result.check.id} {result.check.severity.label}"
        for finding in result.findings:
            known = "; in the baseline" if report.is_known(result.check, finding) else ""
            lines.append(f"{start} {_told(finding)}; fix: {visible(finding.fix)}{known}")
    lines += [f"{names}: {reason}" for names, reason in _unread(report.incomplete)]
    return "\n".join([*lines, verdict(report)]) + "\n"


def terminal(report: Report, *, width: int = 80, colour: bool = True) -> str:
    """Return the report for people: by section of the SOP, the gravest last, each with its fix; then the verdict."""
    lines = list(_lines(report, width))
    if not colour:
        return "".join(f"{text}\n" for text, _ in lines)
    from rich.console import Console  # noqa: PLC0415 - imported only where there are colours
    from rich.text import Text  # noqa: PLC0415

    console = Console(width=width, force_terminal=True, color_system="standard", legacy_windows=False)
    with console.capture() as captured:
        for text, style in lines:
            console.print(Text(text, style), soft_wrap=True)
    return captured.get()


def _lines(report: Report, width: int) -> Iterator[Line]:
    for names, reason in _unread(report.not_asked):
        yield from _wrapped(f"{names}: {reason}", width, style="dim")
    for text in report.gone:
        yield from _wrapped(f"gone  {visible(text)}", width, style="dim")
    for name, text in _waived(report):
        yield from _wrapped(f"{name} waived {text}", width, style="dim")
    for section in sorted(sections(report), key=_gravest):
        if _gravest(section):
            told = f"{section.name}: {section.passed} of {count_text(section.judged, 'check')} passed"
            yield from _wrapped(told, width, style="bold")
            for result in _worst_last(section.results):
                yield from _group(result, report, width)
            yield "", ""
    for names, reason in _unread(report.incomplete):
        yield from _wrapped(names, width, style="magenta")
        yield from _wrapped(reason, width, indent="  ")
        yield "", ""
    style = "red" if report.failing else "magenta" if report.incomplete else "green"
    yield from _wrapped(verdict(report), width, style=f"bold {style}")


def _gravest(section: Section) -> int:
    """Return the severity of the gravest finding of a section; 0 when there is none."""
    return max((result.check.severity for result in section.results if result.findings), default=0)


def _group(result: Result, report: Report, width: int) -> Iterator[Line]:
    check = result.check
    title = f"{check.id} {check.severity.label}  {check.title}"
    yield from _wrapped(title, width, indent="  ", style=_STYLES[check.severity])
    for finding in result.findings[:_SHOWN]:
        known = " (in the baseline)" if report.is_known(check, finding) else ""
        yield from _wrapped(_told(finding) + known, width, indent="    ")
    if (more := len(result.findings) - _SHOWN) > 0:
        yield f"    and {more} more", ""
    for fix in dict.fromkeys(finding.fix for finding in result.findings[:_SHOWN]):
        yield from _wrapped(f"fix: {visible(fix)}", width, indent="    ", style="dim")


def _wrapped(text: str, width: int, *, indent: str = "", style: str = "") -> Iterator[Line]:
    """Yield the text in lines that fit; a path that is longer than a line stays in one piece, to be copied."""
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return ((line, style) for line in lines)


def _told(finding: Finding) -> str:
    note = f" ({finding.note})" if finding.note else ""
    return visible(f"{finding.at}  {finding.message}{note}")


def _worst_last(results: Iterable[Result]) -> list[Result]:
    return sorted((result for result in results if result.findings), key=lambda result: result.check.severity)


def _waived(report: Report) -> Iterator[tuple[str, str]]:
    for result in report.results:
        for waived in result.waived:
            told = _told(waived.finding)
            yield result.check.id, f"{told}; until {waived.expires}: {visible(waived.reason)}"


def _unread(results: Iterable[Result]) -> Iterator[tuple[str, str]]:
    """Yield the checks that came to no end or were not asked, and why: those with the same cause together."""
    causes: dict[tuple[str, str], list[str]] = {}
    for result in results:
        unfinished = bool(result.findings or result.waived)
        state = "not completed" if unfinished else "not asked" if result.not_asked else result.outcome.value
        causes.setdefault((state, result.reason), []).append(result.check.id)
    for (state, reason), names in causes.items():
        yield f"{', '.join(names)} {state}", visible(reason.removeprefix(f"{state}: "))
