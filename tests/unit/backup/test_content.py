from __future__ import annotations

from mainstay.backup.content import Content, SequencePosition, TableContent, compare_content


def content(
    tables: dict[str, tuple[int, str]] | None = None,
    sequences: dict[str, tuple[int, bool, int]] | None = None,
    objects: dict[str, int] | None = None,
    large_objects: tuple[int, str] = (0, "0"),
    extensions: tuple[str, ...] = (),
) -> Content:
    def table(rows: int, checksum: str) -> TableContent:
        return TableContent(rows=rows, checksum=checksum)

    return Content(
        tables={name: table(*value) for name, value in (tables or {}).items()},
        sequences={
            name: SequencePosition(last_value=value, is_called=called, increment=step)
            for name, (value, called, step) in (sequences or {}).items()
        },
        objects=objects or {},
        large_objects=table(*large_objects),
        extensions=extensions,
    )


def test_equal_content_has_no_differences() -> None:
    """The same tables, sequences and objects are equal, in whatever order they are named."""
    left = content({"a": (1, "x"), "b": (2, "y")}, {"s": (5, True, 1)}, {"view": 1})
    right = content({"b": (2, "y"), "a": (1, "x")}, {"s": (5, True, 1)}, {"view": 1})

    assert compare_content(left, right) == ()


def test_every_difference_is_named() -> None:
    """A missing table, a lost row, a changed row, a lost object: each has its line."""
    before = content(
        {"a": (1, "x"), "b": (2, "y"), "c": (3, "z")}, objects={"view": 2}, extensions=("citext",)
    )
    after = content(
        {"b": (1, "y"), "c": (3, "w"), "d": (0, "0")}, objects={"view": 1}, large_objects=(1, "q")
    )

    assert compare_content(before, after) == (
        "table a is missing",
        "table b: 1 rows instead of 2",
        "table c: the rows differ",
        "table d was not there before",
        "kind of object view: 1 instead of 2",
        "large objects: 1 rows instead of 0",
        "extension citext is missing",
    )


def test_a_sequence_may_have_moved_on_but_never_back() -> None:
    """Sequences take no part in a snapshot; only one that fell back would hand out a key twice."""
    before = content(sequences={"up": (5, True, 1), "down": (-5, True, -1), "same": (1, True, 1)})
    ahead = content(sequences={"up": (9, True, 1), "down": (-9, True, -1), "same": (1, True, 1)})
    behind = content(sequences={"up": (4, True, 1), "down": (-4, True, -1), "same": (1, False, 1)})

    assert compare_content(before, ahead) == ()
    assert compare_content(before, behind) == (
        "sequence down: stands at -4, behind -5",
        "sequence same: stands at 1, behind 1",
        "sequence up: stands at 4, behind 5",
    )
