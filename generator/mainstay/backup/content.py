"""What a database holds, in a form that can be compared: the proof that a restore gave back what was there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

_T = TypeVar("_T")
Count = Annotated[int, Field(ge=0)]


class Record(BaseModel):
    """A frozen part of a manifest that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TableContent(Record):
    """The rows of one table, or of all large objects together.

    Attributes:
        rows: How many there are.
        checksum: Sum over a hash of each row: equal content gives an equal sum, in whatever order it is read.
    """

    rows: Count
    checksum: str


class SequencePosition(Record):
    """Where a sequence stands."""

    last_value: int
    is_called: bool
    increment: int


class Content(Record):
    """Everything that a restore has to bring back, by qualified name."""

    known: bool = True
    """False when the engine cannot look into the database: then nothing is claimed about it, and nothing compared."""
    tables: dict[str, TableContent] = Field(default_factory=dict)
    sequences: dict[str, SequencePosition] = Field(default_factory=dict)
    objects: dict[str, Count] = Field(default_factory=dict)
    """How many objects there are of each kind, such as `index` or `trigger`."""
    large_objects: TableContent = TableContent(rows=0, checksum="0")
    extensions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    """Roles that objects of the database name, and without which it cannot be restored."""

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(table.rows for table in self.tables.values())


def compare_content(expected: Content, actual: Content) -> tuple[str, ...]:
    """Return one line per difference; none means that `actual` holds what `expected` does, as far as that is known."""
    if not expected.known:
        return ()
    return (
        *_named("table", expected.tables, actual.tables, _table_difference),
        *_named("sequence", expected.sequences, actual.sequences, _sequence_difference),
        *_named("kind of object", expected.objects, actual.objects, _count_difference),
        *(
            f"large objects: {text}"
            for text in _table_difference(expected.large_objects, actual.large_objects)
        ),
        *(f"extension {name} is missing" for name in expected.extensions if name not in actual.extensions),
    )


def _named(
    kind: str,
    expected: Mapping[str, _T],
    actual: Mapping[str, _T],
    differ: Callable[[_T, _T], Iterator[str]],
) -> Iterator[str]:
    for name in sorted({*expected, *actual}):
        if name not in actual:
            yield f"{kind} {name} is missing"
        elif name not in expected:
            yield f"{kind} {name} was not there before"
        else:
            yield from (f"{kind} {name}: {text}" for text in differ(expected[name], actual[name]))


def _table_difference(expected: TableContent, actual: TableContent) -> Iterator[str]:
    if expected.rows != actual.rows:
        yield f"{actual.rows} rows instead of {expected.rows}"
    elif expected.checksum != actual.checksum:
        yield "the rows differ"


def _sequence_difference(expected: SequencePosition, actual: SequencePosition) -> Iterator[str]:
    # Sequences take no part in transactions: one that moved on while the dump ran is as good as equal,
    # one that fell back would hand out keys twice.
    moved = (actual.last_value - expected.last_value) * (1 if expected.increment > 0 else -1)
    if moved < 0 or (moved == 0 and expected.is_called and not actual.is_called):
        yield f"stands at {actual.last_value}, behind {expected.last_value}"


def _count_difference(expected: int, actual: int) -> Iterator[str]:
    if expected != actual:
        yield f"{actual} instead of {expected}"
