"""A Markdown document as checks see it: front matter, sections, fenced code, regions between markers.

Comments and fenced code are set aside first, so that a heading inside them is none. Every pass is linear.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mainstay.audit.facts.trees import mapping, parse_yaml
from mainstay.audit.model import Location, Unavailable

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.+)")
_FENCE = re.compile(r" {0,12}(`{3,}|~{3,})[ \t]*([^`]*)")
_DECORATION = re.compile(r"^\d+[.)]\s*|\([^()]*\)$")
_COMMENT_MARK = re.compile(r"(<!--|-->)")
_OPEN = re.compile(r"\s*<!-- mainstay:([a-z][a-z-]*) -->\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, deeper headings included.

    Attributes:
        body: Without fenced code and comments.
        is_empty: Whether there is nothing below the heading, code included.
    """

    level: int
    title: str
    line: int
    body: str
    is_empty: bool

    @property
    def plain_title(self) -> str:
        """The title in lower case, without a leading number and without a remark in brackets."""
        return _DECORATION.sub("", self.title).strip().lower()


@dataclass(frozen=True, slots=True)
class Fence:
    """A block of code; `line` is its first line of code."""

    language: str
    line: int
    code: str


@dataclass(frozen=True, slots=True)
class Region:
    """What stands between a pair of markers; `text` is nothing when the closing marker is missing."""

    name: str
    line: int
    text: str | None


@dataclass(frozen=True)
class Document:
    """A Markdown file of the repository."""

    path: str
    text: str

    def at(self, line: int | None = None) -> Location:
        """Return a place in the document."""
        return Location(self.path, line)

    @cached_property
    def lines(self) -> list[str]:
        """The lines, without their ends."""
        return self.text.split("\n")

    @cached_property
    def front_matter(self) -> dict[Any, Any] | None:
        """The mapping between `---` at the top; nothing when there is none.

        Raises:
            Unavailable: It is no YAML.
        """
        if not (end := self._front_matter_end):
            return None
        tree = parse_yaml("\n".join(self.lines[1:end]), self.path)
        return mapping(tree)

    @cached_property
    def _front_matter_end(self) -> int:
        """The number of the closing `---`, counted from 0; 0 without front matter."""
        if self.lines[0].rstrip() != "---":
            return 0
        return next((n for n, line in enumerate(self.lines) if n and line.rstrip() == "---"), 0)

    @cached_property
    def _masked(self) -> tuple[list[str], list[Fence]]:
        """The lines with fenced code, comments and front matter blanked out, and the fences."""
        fences: list[Fence] = []
        masked: list[str] = []
        opened: tuple[str, str, int] | None = None
        start = self._front_matter_end + 1 if self._front_matter_end else 0
        for number, line in enumerate(self.lines):
            match = _FENCE.fullmatch(line.rstrip()) if number >= start else None
            if opened is None and match:
                opened = (match[1], match[2].strip(), number + 1)
            elif opened and match and match[1].startswith(opened[0]) and not match[2]:
                fences.append(self._fence(opened[1], opened[2], number))
                opened = None
            elif opened is None and number >= start:
                masked.append(line)
                continue
            masked.append("")
        if opened:  # runs to the end, as where it is rendered
            fences.append(self._fence(opened[1], opened[2], len(self.lines)))
        return _without_comments(masked), fences

    def _fence(self, language: str, start: int, end: int) -> Fence:
        return Fence(language.partition(" ")[0].lower(), start + 1, "\n".join(self.lines[start:end]))

    @property
    def prose(self) -> list[str]:
        """The lines, counted as in the file, with fenced code, comments and front matter blanked out."""
        return self._masked[0]

    @property
    def fences(self) -> list[Fence]:
        """The blocks of code."""
        return self._masked[1]

    @cached_property
    def _code_lines(self) -> list[int]:
        return [fence.line for fence in self.fences]

    @cached_property
    def sections(self) -> list[Section]:
        """The sections, in order."""
        heads = [
            (n, len(m[1]), m[2].strip(" #\t"))
            for n, line in enumerate(self.prose)
            if (m := _HEADING.fullmatch(line.rstrip()))
        ]
        return [self._section(index, heads) for index in range(len(heads))]

    def titled(self, title: str) -> Section | None:
        """Return the first section with this title, in any case, numbered or not."""
        return next((section for section in self.sections if section.plain_title == title.lower()), None)

    def _section(self, index: int, heads: list[tuple[int, int, str]]) -> Section:
        first, level, title = heads[index]
        later = (heads[n] for n in range(index + 1, len(heads)))
        end = next((n for n, other, _ in later if other <= level), len(self.lines))
        below = [line for line in self.prose[first + 1 : end] if not _HEADING.fullmatch(line.rstrip())]
        has_code = bisect(self._code_lines, end) > bisect(self._code_lines, first)
        return Section(level, title, first + 1, "\n".join(below), not has_code and not "".join(below).strip())

    def regions(self) -> Iterator[Region]:
        """Yield what stands between `<!-- mainstay:NAME -->` and `<!-- /mainstay:NAME -->`, markers in code apart."""
        sizes = ((fence.line, fence.code.count("\n") + 1) for fence in self.fences)
        code = {number for first, count in sizes for number in range(first, first + count)}
        for number, line in enumerate(self.lines):
            if (match := _OPEN.fullmatch(line)) and number + 1 not in code:
                yield Region(match[1], number + 1, self._until(f"<!-- /mainstay:{match[1]} -->", number + 1))

    def _until(self, marker: str, start: int) -> str | None:
        for number in range(start, len(self.lines)):
            if self.lines[number].strip() == marker:
                return "\n".join(self.lines[start:number]).strip()
            if _OPEN.fullmatch(self.lines[number]):
                return None
        return None


def parse_document(text: str, path: str) -> Document:
    """Return the document.

    Raises:
        Unavailable: It holds NUL characters: no text that a person wrote.
    """
    if "\0" in text:
        raise Unavailable(f"{path} is no text")
    return Document(path, text)


def _without_comments(lines: list[str]) -> list[str]:
    """Return the lines with HTML comments blanked out; one that is never closed runs to the end, as in a browser."""
    kept: list[str] = []
    inside = False
    for line in lines:
        outside: list[str] = []
        for piece in _COMMENT_MARK.split(line):
            if piece == "<!--":
                inside = True
            elif piece == "-->" and inside:
                inside = False
            elif not inside:
                outside.append(piece)
        kept.append("".join(outside))
    return kept
