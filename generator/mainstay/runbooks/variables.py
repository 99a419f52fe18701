"""Every `$VARIABLE` that a page uses is declared at its top: once, with a word on what goes there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mainstay.runbooks.model import SHELL, Problem, Runbook, RunbookFolder

if TYPE_CHECKING:
    from mainstay.audit.facts.markdown import Fence

_USED = re.compile(r"(?<!\\)\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_SET = re.compile(
    r"(?:^|[;&|(]\s*|\s)([A-Za-z_][A-Za-z0-9_]*)=|\b(?:for|read(?: -\w+(?: '[^']*')?)?) ([A-Za-z_]\w*)"
)
_PROMPTED = re.compile(r"\$\{(\w+):\?([^}]*)\}")
_LITERAL = re.compile(r"<<-?'(\w+)'.*?^\s*\1$|'[^']*'", re.MULTILINE | re.DOTALL)
_FROM_THE_SHELL = {"HOME", "PATH", "PWD", "USER", "TMPDIR", "RANDOM", "SECONDS", "HOSTNAME", "EDITOR"}


def variables(folder: RunbookFolder) -> Iterator[Problem]:
    """Yield variables that are used and not declared, asked for twice, or asked for without saying what goes there."""
    for book in folder.books:
        declarations = book.fences(*SHELL, title="Variables")
        if len(declarations) != 1 and "Variables" in book.parts:
            message = f"Variables holds {len(declarations)} blocks of shell"
            line = book.parts["Variables"].first
            yield _problem(book, line, "blocks", message, "put all of them into one block that can be pasted")
        for block in declarations[:1]:
            yield from _undeclared(book, block)
            yield from _prompts(book, block)


def _undeclared(book: Runbook, declared: Fence) -> Iterator[Problem]:
    known = {*re.findall(r"(\w+)=", declared.code), *_FROM_THE_SHELL}
    reported: set[str] = set()
    for block in book.fences(*SHELL):
        own = {name for pair in _SET.findall(block.code) for name in pair}
        for name, line in _uses(block):
            if name not in known | own | reported:
                reported.add(name)
                fix = f"declare it under Variables: export {name}=…"
                yield _problem(book, line, name, f"${name} is not declared", fix)


def _uses(block: Fence) -> Iterator[tuple[str, int]]:
    """Yield each variable with its line; what the shell takes literally holds none."""
    code = _LITERAL.sub(lambda match: "\n" * match[0].count("\n"), block.code)
    for number, line in enumerate(code.split("\n"), block.line):
        yield from ((name, number) for name in _USED.findall(line))


def _prompts(book: Runbook, declared: Fence) -> Iterator[Problem]:
    asked = Counter(name for name, _ in _PROMPTED.findall(declared.code))
    for number, line in enumerate(declared.code.split("\n"), declared.line):
        for name, hint in _PROMPTED.findall(line):
            if not hint.strip():
                fix = f"${{{name}:?what goes there, and where to find it}}"
                yield _problem(book, number, name, f"${name} does not say what goes there", fix)
            if asked[name] > 1:
                asked[name] = 0
                yield _problem(book, number, name, f"${name} is asked for twice", "declare it once")


def _problem(book: Runbook, line: int, key: str, message: str, fix: str) -> Problem:
    return Problem(rule="variables", path=book.path, line=line, key=key, message=message, fix=fix)
