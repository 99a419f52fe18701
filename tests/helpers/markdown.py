"""What tests ask of a Markdown document: prose, code blocks, links, anchors, the text between mainstay's markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

_FENCE = re.compile(r"^( *)(`{3,})([a-z]*)[^\n]*\n(.*?)^ *\2 *$", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"<!-- mainstay:([a-z-]+) -->\n(.*?)<!-- /mainstay:\1 -->", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A---\n(.*?)^---\n", re.MULTILINE | re.DOTALL)
_HAS_SCHEME = re.compile(r"[a-z]+:")


@dataclass(frozen=True)
class Markdown:
    """A Markdown file."""

    path: Path

    @cached_property
    def text(self) -> str:
        """The file as it is."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """The text without code blocks, tables between markers and comments."""
        return _COMMENT.sub("", _FENCE.sub("", _BLOCK.sub("", self.text)))

    @cached_property
    def blocks(self) -> dict[str, str]:
        """Name -> what stands between a pair of markers."""
        return dict(_BLOCK.findall(self.text))

    @cached_property
    def front_matter(self) -> str | None:
        """The YAML at the top, if there is any."""
        found = _FRONT_MATTER.match(self.text)
        return found[1] if found else None

    @cached_property
    def headings(self) -> list[str]:
        """The headings, in order."""
        return _HEADING.findall(_FENCE.sub("", _FRONT_MATTER.sub("", self.text)))

    @cached_property
    def anchors(self) -> set[str]:
        """What a link may name after `#`, as GitHub makes it from the headings."""
        made: list[str] = []
        for heading in self.headings:
            shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
            slug = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
            repeated = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", other) is not None for other in made)
            made.append(f"{slug}-{repeated}" if repeated else slug)
        return set(made)

    def code(self, language: str) -> list[str]:
        """Return the code blocks of a language, without the indentation of the list they stand in."""
        return [
            re.sub(rf"^{indent}", "", body, flags=re.MULTILINE)
            for indent, _, name, body in _FENCE.findall(self.text)
            if name == language
        ]

    def commands(self) -> Iterator[str]:
        """Yield each line of shell, and what stands between backticks anywhere."""
        yield from (line for block in self.code("bash") for line in block.splitlines() if line.strip())
        yield from re.findall(r"`([^`\n]+)`", re.sub("`{3,}", "", self.text))

    def links(self) -> Iterator[tuple[str, Path, str]]:
        """Yield each relative link: as written, the file it leads to, and the anchor in it."""
        for link in _LINK.findall(_FENCE.sub("", self.text)):
            if not _HAS_SCHEME.match(link):
                target, _, anchor = unquote(link).partition("#")
                yield link, (self.path.parent / target).resolve() if target else self.path.resolve(), anchor
