"""A stack in words: one line per conclusion, with the file that proves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mainstay.stack.model import Evidence, Stack

_SHOWN_DIRECTORIES = 4
_KINDS = (
    ("package manager", "package_managers"),
    ("database", "databases"),
    ("migrations", "migrations"),
    ("platform", "platforms"),
)


def describe_stack(stack: Stack) -> list[str]:
    """Return one line per conclusion, aligned, and one per note. Control characters are made visible."""
    rows = list(_rows(stack))
    if not rows:
        rows = [("nothing", "-", "no file of this repository is known to mainstay")]
    kinds, names = (max(len(row[column]) for row in rows) for column in (0, 1))
    lines = [f"{kind:<{kinds}}  {name:<{names}}  {proof}" for kind, name, proof in rows]
    return [printable(line) for line in [*lines, *(f"note: {note}" for note in stack.notes)]]


def _rows(stack: Stack) -> Iterator[tuple[str, str, str]]:
    for ecosystem in stack.ecosystems:
        yield "ecosystem", ecosystem.name, f"{_listed(ecosystem.directories)}: {_proof(ecosystem.evidence)}"
    for words, kind in _KINDS:
        for part in getattr(stack, kind):
            yield words, part.name, _proof(part.evidence)


def _proof(evidence: Sequence[Evidence]) -> str:
    more = f" and {len(evidence) - 1} more" if len(evidence) > 1 else ""
    return f"{evidence[0].path} ({evidence[0].because}){more}"


def _listed(directories: Sequence[str]) -> str:
    more = [f"{len(directories) - _SHOWN_DIRECTORIES} more"] if len(directories) > _SHOWN_DIRECTORIES else []
    return ", ".join([*directories[:_SHOWN_DIRECTORIES], *more])


def printable(text: str) -> str:
    """Return `text` with everything that could steer a terminal written as an escape sequence."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode()
        for char in text
    )
