"""What `--format` and `--output` can write: a new format is one function and two lines here."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from mainstay.audit import Report
from mainstay.errors import UsageError
from mainstay.report.html import html
from mainstay.report.html.trend import TrendPoint
from mainstay.report.json_v1 import json_v1
from mainstay.report.markdown import markdown
from mainstay.report.sarif import sarif
from mainstay.report.terminal import plain, terminal


@dataclass(frozen=True, slots=True)
class Shown:
    """What is written: a report, and the audits of the past when a format asks for them."""

    report: Report
    history: Callable[[], Iterable[TrendPoint]] = tuple


def _for_a_screen(report: Report) -> str:
    """Return colours and groups on a terminal, one line per finding elsewhere."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return plain(report)
    return terminal(report, width=shutil.get_terminal_size().columns, colour=not os.environ.get("NO_COLOR"))


FORMATS: dict[str, Callable[[Shown], str]] = {
    "terminal": lambda shown: _for_a_screen(shown.report),
    "text": lambda shown: plain(shown.report),
    "json": lambda shown: json_v1(shown.report),
    "markdown": lambda shown: markdown(shown.report),
    "sarif": lambda shown: sarif(shown.report),
    "html": lambda shown: html(shown.report, shown.history()),
}
_ENDINGS = {".txt": "text", ".json": "json", ".md": "markdown", ".sarif": "sarif", ".html": "html"}

Output = tuple[str, Path]
"""A format, and the file that it goes into."""


class OutputType(click.ParamType[Output]):
    """`FORMAT=FILE`, or a FILE whose ending says the format."""

    name = "output"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """Return format and file."""
        if isinstance(value, tuple):
            return value
        text = str(value)
        form, equals, name = text.partition("=")
        if equals and form in FORMATS:
            return form, Path(name)
        if (ending := Path(text).suffix) not in _ENDINGS:
            self.fail(f"{text!r} is neither FORMAT=FILE nor ends in {', '.join(_ENDINGS)}", param, ctx)
        return _ENDINGS[ending], Path(text)


def write_outputs(shown: Shown, outputs: Iterable[Output]) -> None:
    """Write each output into its file.

    Raises:
        UsageError: A file cannot be written.
    """
    for form, path in outputs:
        write_file(path, FORMATS["text" if form == "terminal" else form](shown))
        click.echo(f"{form} report: {path}", err=True)


def write_file(path: Path, text: str) -> None:
    """Write a file.

    Raises:
        UsageError: It cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", hint="name another file") from error
