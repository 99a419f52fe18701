"""The parts of a runbook: all there, in order, and each way through them leads on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from mainstay.runbooks.model import SECTIONS, Problem, Runbook, RunbookFolder

MOST_TICKS = 7
_TICK = re.compile(r"\s*[-*] \[[ xX]\] ")
_ITEM = re.compile(r"( *)[-*] ")
_ELSEWHERE = re.compile(r"\[[^\[\]]*\]\([^()#][^()]*\)[^.;:]*")
"""A link and what follows it: "RB-03, Mitigate 1" is a step of another page. Linear: nothing in it can begin twice."""
_REFERENCE = re.compile(r"\b(Mitigate|Diagnose) (\d+)\b")


def sections(folder: RunbookFolder) -> Iterator[Problem]:
    """Yield parts that are missing, empty or not in their place."""
    for book in folder.books:
        for title in SECTIONS:
            if title not in book.parts or _is_empty(book, title):
                part = book.parts.get(title)
                message = f"the part {title} is {'empty' if part else 'missing'}"
                yield _problem(book, "sections", part.first if part else 1, message, f"write `## {title}`")
        lines = [part.first for part in book.parts.values()]
        if lines != sorted(lines):
            fix = f"use the order {', '.join(SECTIONS)}"
            yield _problem(book, "sections", 1, "its parts are not in order", fix)


def _is_empty(book: Runbook, title: str) -> bool:
    part = book.parts[title]
    below = (section for section in book.document.sections if section.line in part)
    return all(section.is_empty for section in below)


def every_way_leads_on(folder: RunbookFolder) -> Iterator[Problem]:
    """Yield first minutes that nobody can do in five, ends of the decision tree, and steps that do not exist."""
    for book in folder.books:
        yield from _ticks(book)
        yield from _leaves(book)
        yield from _references(book)


def _ticks(book: Runbook) -> Iterator[Problem]:
    count = sum(_TICK.match(text) is not None for _, text in book.prose("First 5 minutes"))
    if "First 5 minutes" in book.parts and not 1 <= count <= MOST_TICKS:
        message = f"First 5 minutes is no list of one to {MOST_TICKS} things to tick"
        fix = "leave what matters at once, each with `- [ ]`"
        yield _problem(book, "leads-on", book.parts["First 5 minutes"].first, message, fix)


def _leaves(book: Runbook) -> Iterator[Problem]:
    items = [(line, text) for line, text in book.prose("Decision tree") if _ITEM.match(text)]
    for (line, text), (_, following) in pairwise([*items, (0, "")]):
        if "](" not in text and _indent(following) <= _indent(text):
            message = f"the decision tree ends at {text.strip()[2:]!r}"
            fix = "link the section or the runbook that it leads to"
            yield _problem(book, "leads-on", line, message, fix)


def _indent(text: str) -> int:
    match = _ITEM.match(text)
    return len(match[1]) if match else -1


def _references(book: Runbook) -> Iterator[Problem]:
    known = {title: book.steps(title) for title in ("Mitigate", "Diagnose")}
    for line, text in enumerate(book.document.prose, 1):
        own = _ELSEWHERE.sub("", text)
        for title, number in _REFERENCE.findall(own):
            if int(number) not in known[title] and title in book.parts:
                message = f"there is no step {title} {number}"
                fix = "correct the number, or add the step"
                yield _problem(book, "leads-on", line, message, fix)


def _problem(book: Runbook, rule: str, line: int, message: str, fix: str) -> Problem:
    return Problem(rule=rule, path=book.path, line=line, key=message, message=message, fix=fix)
