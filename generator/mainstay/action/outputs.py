"""How the Action talks to GitHub: outputs, the step summary, annotations and masks. Nothing else writes these.

Whatever is quoted here may be hostile: a file name, a finding, the output of a program. None of it may become a
workflow command, a second output or more than its cell of the summary.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO
from urllib.parse import unquote, urlsplit

SUMMARY_BYTES = 1 << 20
"""GitHub drops a longer step summary as a whole."""
_CUT = "\n\n_The rest was cut: GitHub shows no more than 1 MiB._\n"
_SHORTEST_MASK = 4
"""A shorter mask would blot out ordinary words of the log."""


class Level(StrEnum):
    """How an annotation is shown."""

    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A message that GitHub shows on the run, and at a line of a file when it has one."""

    message: str
    level: Level = Level.ERROR
    title: str = "mainstay"
    path: str | None = None
    line: int | None = None

    def command(self) -> str:
        """Return the workflow command for it, one line."""
        values = {"title": self.title, "file": self.path, "line": self.line}
        properties = ",".join(
            f"{key}={_property(str(value))}" for key, value in values.items() if value is not None
        )
        return f"::{self.level} {properties}::{_data(self.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def cell(text: str) -> str:
    """Return the text so that it stays one plain cell of a Markdown table."""
    line = " ".join(text.split())
    return re.sub(r"([\\`*_{}\[\]<>#|~@!&])", lambda match: f"&#{ord(match[1])};", line)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table of cells, or nothing when it has no row."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (header, ["---"] * len(header), *rows)]
    return "\n".join(lines) if len(lines) > 2 else ""  # noqa: PLR2004 - header and rule


@contextmanager
def quoted(stream: TextIO) -> Iterator[None]:
    """Print what the block prints without any of it being a workflow command."""
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", file=stream, flush=True)
    try:
        yield
    finally:
        print(f"\n::{token}::", file=stream, flush=True)


def masks(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the commands that mask the passwords inside URLs: GitHub knows the whole secret, not its parts."""
    for value in environ.values():
        try:
            password = urlsplit(value).password if "://" in value else None
        except ValueError:
            continue
        for form in {password, unquote(password)} if password else ():
            yield from (
                f"::add-mask::{_data(line)}" for line in form.splitlines() if len(line) >= _SHORTEST_MASK
            )


def write_output(file: Path, name: str, value: str) -> None:
    """Append an output of the step, of any number of lines."""
    delimiter = f"end-{secrets.token_hex(16)}"
    _append(file, f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


def write_summary(file: Path, markdown: str) -> None:
    """Append to the step summary, cut to what GitHub shows."""
    data = markdown.encode(errors="backslashreplace")
    if len(data) > SUMMARY_BYTES:
        data = data[: SUMMARY_BYTES - len(_CUT.encode())]
        markdown = data.decode(errors="ignore") + _CUT
    _append(file, markdown)


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as opened:
        opened.write(text)
