"""The evidence ledger: JSON lines that are only ever added, each chained to the one before it.

The chain shows that no line in the middle was changed, removed or put in. Lines cut off at the end leave no trace in
it: for that there is the history of the branch, which a rule of GitHub can keep from being rewritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from mainstay.errors import MainstayError
from mainstay.evidence.entry import GENESIS, Entry, Event, digest_of, entry_of

BRANCH = "mainstay-evidence"
PATH = "ledger.jsonl"
_LONGEST_LINE = 64 << 10
_MOST_LINES = 200_000


class EvidenceError(MainstayError):
    """The ledger cannot be read or written, or it is not whole."""


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger that was read.

    Attributes:
        entries: The lines that could be read, oldest first.
        breaks: Where the chain does not hold. With any of them no line proves anything.
    """

    entries: tuple[Entry, ...] = ()
    breaks: tuple[Break, ...] = ()

    def of(self, kind: str, subject: str | None = None) -> Iterator[Entry]:
        """Yield the lines of one kind, the newest first."""
        return (
            entry
            for entry in reversed(self.entries)
            if entry.kind == kind and subject in {None, entry.subject}
        )


def parse_ledger(text: str) -> Ledger:
    """Return the ledger that `text` holds, with everything that is wrong with it."""
    entries: list[Entry] = []
    breaks: list[Break] = []
    previous, number = GENESIS, 0
    lines = text.split("\n")
    if lines.pop():
        breaks.append(Break(len(lines) + 1, "the last line has no end: writing it was interrupted"))
    for place, line in enumerate(lines[:_MOST_LINES], 1):
        entry = _entry(line)
        if isinstance(entry, str):
            breaks.append(Break(place, entry))
            continue
        if wrong := _chain(entry, line, previous, number):
            breaks.append(Break(place, wrong))
        entries.append(entry)
        previous, number = entry.digest, entry.number
    if len(lines) > _MOST_LINES:
        breaks.append(Break(_MOST_LINES + 1, f"only {_MOST_LINES:,} lines are read"))
    return Ledger(tuple(entries), tuple(breaks))


def append_to(text: str, events: Iterable[Event]) -> list[str]:
    """Return the lines that record those events which the ledger does not hold yet, to stand after `text`.

    A ledger that is broken is continued after its last line: what was proved before a break may be lost, what happens
    after it must not be.

    Raises:
        EvidenceError: An event is none that a ledger takes.
    """
    entries = parse_ledger(text).entries
    last = entries[-1] if entries else None
    lines: list[str] = []
    for event in events:
        if any(entry.same_event(event) for entry in entries):
            continue
        try:
            last = entry_of(event, last.number + 1 if last else 1, last.digest if last else GENESIS)
        except ValueError as error:
            raise EvidenceError(f"this cannot be recorded: {_first(error)}") from error
        lines.append(last.line())
    return lines


def _entry(line: str) -> Entry | str:
    """Return the entry of a line, or why it is none."""
    if len(line) > _LONGEST_LINE:
        return "the line is too long to be ours"
    try:
        return Entry.model_validate_json(line)
    except (ValueError, RecursionError) as error:
        return f"the line is no entry of a ledger: {_first(error)}"


def _chain(entry: Entry, line: str, previous: str, number: int) -> str:
    """Return what is wrong with an entry in its place; nothing when all is well."""
    if line != entry.line():
        return "the line is not written as mainstay writes it"
    if entry.digest != digest_of(entry):
        return "the line was changed after it was written"
    if entry.previous != previous:
        return "the line does not follow on the one before it: one was changed, removed or put in between"
    return "" if entry.number == number + 1 else f"the line has the number {entry.number} after {number}"


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return type(error).__name__
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}"
