"""A runbook as its lint sees it: front matter, parts, steps and code, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the audit imports this module
    from mainstay.audit.facts.markdown import Document, Fence

FOLDER = "docs/runbooks/"
INDEX = f"{FOLDER}README.md"
SECTIONS = (
    "Trigger",
    "Impact",
    "Variables",
    "First 5 minutes",
    "Decision tree",
    "Diagnose",
    "Mitigate",
    "Verify",
    "Escalate",
    "After",
    "References",
)
"""SOP-603 section 9, in the order in which an engineer at three in the morning needs them."""
SHELL = ("bash", "sh", "shell", "console")
NEVER = "never"

_STEP = re.compile(r"### (\d+)\. ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a runbook, or that people still have to do for it.

    Attributes:
        rule: The rule that it breaks.
        path: The file.
        line: Its line, counted from 1.
        key: What stays the same about it between runs.
        message: What is wrong, without a full stop.
        fix: What a person does about it.
        due: Nothing is wrong with the page; somebody still has to read or try it.
    """

    rule: str
    path: str
    line: int
    key: str
    message: str
    fix: str
    due: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of a part, the heading and the last one included."""

    first: int
    last: int

    def __contains__(self, line: int) -> bool:
        return self.first <= line <= self.last


@dataclass(frozen=True)
class Runbook:
    """A page of `docs/runbooks/`."""

    document: Document

    @property
    def path(self) -> str:
        """The file, from the top of the repository."""
        return self.document.path

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.rpartition("/")[2]

    @cached_property
    def head(self) -> Mapping[str, Any]:
        """The front matter; empty when there is none."""
        return self.document.front_matter or {}

    @property
    def id(self) -> str:
        """Its id; its path when it has none."""
        return str(self.head.get("id") or self.path)

    def words(self, key: str) -> list[str]:
        """Return the list that a key of the front matter holds; one word is a list of one."""
        value = self.head.get(key)
        return [str(each) for each in (value if isinstance(value, list) else [value]) if each]

    def day(self, key: str) -> date | None:
        """Return the day that a key holds; nothing for `never` and for what is no day."""
        value = self.head.get(key)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            return None

    def line(self, key: str) -> int:
        """Return the line on which a key of the front matter stands; the first when it is missing."""
        head = (
            enumerate(self.document.lines[: 1 + self.document.lines.index("---", 1)], 1) if self.head else ()
        )
        return next((number for number, text in head if text.startswith(f"{key}:")), 1)

    @cached_property
    def parts(self) -> dict[str, Part]:
        """Title -> the lines of each part that is there."""
        found = ((title, self.document.titled(title)) for title in SECTIONS)
        return {title: self._extent(section.line, section.level) for title, section in found if section}

    def _extent(self, first: int, level: int) -> Part:
        later = (other for other in self.document.sections if other.line > first and other.level <= level)
        end = next((other.line - 1 for other in later), len(self.document.lines))
        return Part(first, end)

    def part_at(self, line: int) -> str:
        """Return the title of the part that a line belongs to; empty outside of all."""
        return next((title for title, part in self.parts.items() if line in part), "")

    def prose(self, title: str) -> Iterable[tuple[int, str]]:
        """Return the numbered lines of a part, those of code blanked out; none when it is missing."""
        part = self.parts.get(title)
        return enumerate(self.document.prose[part.first : part.last], part.first + 1) if part else ()

    def fences(self, *languages: str, title: str = "") -> list[Fence]:
        """Return the blocks of code in these languages, in one part or in all."""
        return [
            fence
            for fence in self.document.fences
            if fence.language in languages and title in {"", self.part_at(fence.line)}
        ]

    def steps(self, title: str) -> dict[int, Part]:
        """Number -> the lines of each `### 1. …` of a part."""
        part = self.parts.get(title)
        heads = [
            (int(match[1]), line) for line, text in self.prose(title) if (match := _STEP.match(text)) and part
        ]
        ends = [line - 1 for _, line in heads[1:]] + ([part.last] if part else [])
        return {number: Part(line, end) for (number, line), end in zip(heads, ends, strict=False)}


@dataclass(frozen=True, slots=True)
class RunbookFolder:
    """All runbooks of a repository.

    Attributes:
        books: Those that could be read.
        index: The page that leads from an alert to its runbook.
        unread: Why others could not be read.
    """

    books: tuple[Runbook, ...]
    index: Document | None = None
    unread: tuple[str, ...] = ()
