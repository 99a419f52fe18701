"""Keeps the tables in the documents equal to the policy. Only what stands between two markers is ever changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mainstay.errors import ScaffoldError

if TYPE_CHECKING:
    from mainstay.policy import Policy

DOCUMENTS = "docs"
_MARKER = re.compile(r"[ \t]*<!--[ \t]*(?P<end>/?)mainstay:(?P<name>[^\s>]*)[ \t]*-->[ \t]*(?P<cr>\r?)")
_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})")


def sync_documents(root: Path, policy: Policy, *, check: bool = False) -> list[str]:
    """Return the documents whose tables differ from the policy, after rewriting them unless `check` is set.

    All documents are read before the first is written.

    Raises:
        ScaffoldError: A document cannot be read or written, or its markers are broken.
    """
    from mainstay.policy.tables import TABLES  # noqa: PLC0415 - takes 0.15 s, and an update needs no policy

    tables = {name: table(policy) for name, table in TABLES.items()}
    outdated = dict(_outdated(root, tables))
    if not check:
        for path, content in outdated.items():
            _write(root / path, content)
    return sorted(outdated)


def fill_tables(text: str, tables: Mapping[str, str], name: str) -> str:
    """Return `text` with the tables between its markers; `name` stands in the messages.

    A table stands between blank lines, which keep it apart from the markers in every Markdown reader. Line ends
    follow the opening marker. Markers in fenced code are text.

    Raises:
        ScaffoldError: A marker names no table, is not closed, or closes nothing.
    """
    lines = text.split("\n")
    filled: list[str] = []
    fence = ""
    at = 0
    while at < len(lines):
        filled.append(lines[at])
        fence = _fence_after(fence, lines[at])
        marker = None if fence else _MARKER.fullmatch(lines[at])
        if marker:
            end = _end_of(marker, lines, at, tables, name)
            rows = ["", *tables[marker["name"]].split("\n"), ""]
            filled += [row + marker["cr"] for row in rows]
            filled.append(lines[end])
            at = end
        at += 1
    return "\n".join(filled)


def _end_of(
    marker: re.Match[str], lines: Sequence[str], at: int, tables: Mapping[str, str], name: str
) -> int:
    """Return the line of the marker that closes the one on line `at`."""
    where, table = f"{name}: line {at + 1}:", marker["name"]
    if marker["end"]:
        raise ScaffoldError(f"{where} the marker /mainstay:{table} closes nothing")
    if table not in tables:
        raise ScaffoldError(
            f"{where} there is no table {table!r}", hint=f"the tables are: {', '.join(sorted(tables))}"
        )
    for line in range(at + 1, len(lines)):
        if found := _MARKER.fullmatch(lines[line]):
            if found["end"] and found["name"] == table:
                return line
            break
    raise ScaffoldError(
        f"{where} the marker mainstay:{table} is not closed", hint=f"add <!-- /mainstay:{table} -->"
    )


def _fence_after(fence: str, line: str) -> str:
    """Return the mark of the code fence that is open after `line`, or nothing."""
    found = _FENCE.match(line)
    if not found:
        return fence
    if not fence:
        return found["mark"]
    closes = found["mark"].startswith(fence) and not line[found.end() :].strip()
    return "" if closes else fence


def _outdated(root: Path, tables: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    for path in sorted((root / DOCUMENTS).rglob("*.md")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.resolve().is_relative_to(root.resolve()):
            continue
        try:
            before = path.read_bytes()
            after = fill_tables(before.decode(), tables, name).encode()
        except (OSError, UnicodeDecodeError) as error:
            raise ScaffoldError(f"{name} cannot be read: {error}") from error
        if after != before:
            yield name, after


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.mainstay-part")
    try:
        part.write_bytes(content)
        part.chmod(path.stat().st_mode)
        part.replace(path)
    except OSError as error:
        raise ScaffoldError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
