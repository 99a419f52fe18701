"""The audit for a terminal, and for whatever reads its output line by line. The most important line comes last."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from mainstay.audit.model import Finding, Report, Result, Severity
from mainstay.report.escape import visible
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
    lines = [f"{name} waived {text}" for name, text in _waived(report)]
    for result in _worst_last(report):
        start = f"{result.check.id} {result.check.severity.label}"
        lines += [f"{start} {_told(finding)}; fix: {visible(finding.fix)}" for finding in result.findings]
    lines += [f"{names}: {reason}" for names, reason in _incomplete(report)]
    return "\n".join([*lines, verdict(report)]) + "\n"


def terminal(report: Report, *, width: int = 80, colour: bool = True) -> str:
    """Return the report for people: grouped by check, the gravest last, each with its fix; then the verdict."""
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
    for name, text in _waived(report):
        yield from _wrapped(f"{name} waived {text}", width, style="dim")
    for result in _worst_last(report):
        yield from _group(result, width)
    for names, reason in _incomplete(report):
        yield from _wrapped(names, width, style="magenta")
        yield from _wrapped(reason, width, indent="  ")
        yield "", ""
    style = "red" if report.failing else "magenta" if report.incomplete else "green"
    yield from _wrapped(verdict(report), width, style=f"bold {style}")


def _group(result: Result, width: int) -> Iterator[Line]:
    check = result.check
    yield from _wrapped(
        f"{check.id} {check.severity.label}  {check.title}", width, style=_STYLES[check.severity]
    )
    for finding in result.findings[:_SHOWN]:
        yield from _wrapped(_told(finding), width, indent="  ")
    if (more := len(result.findings) - _SHOWN) > 0:
        yield f"  and {more} more", ""
    for fix in dict.fromkeys(finding.fix for finding in result.findings[:_SHOWN]):
        yield from _wrapped(f"fix: {visible(fix)}", width, indent="  ", style="dim")
    yield "", ""


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


def _worst_last(report: Report) -> list[Result]:
    return sorted(
        (result for result in report.results if result.findings), key=lambda result: result.check.severity
    )


def _waived(report: Report) -> Iterator[tuple[str, str]]:
    for result in report.results:
        for waived in result.waived:
            told = _told(waived.finding)
            yield result.check.id, f"{told}; until {waived.expires}: {visible(waived.reason)}"


def _incomplete(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the checks that came to no end, and why: those with the same cause together."""
    causes: dict[tuple[str, str], list[str]] = {}
    for result in report.incomplete:
        state = "not completed" if result.findings or result.waived else result.outcome.value
        causes.setdefault((state, result.reason), []).append(result.check.id)
    for (state, reason), names in causes.items():
        yield f"{', '.join(names)} {state}", visible(reason)
