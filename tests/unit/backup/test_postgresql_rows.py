"""Rows are told apart in what `pg_restore` writes, wherever its blocks end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.backup.engines.postgresql_rows import Rows, Statement, read_script
from mainstay.errors import ProcessError

HEADER = b"""--
-- PostgreSQL database dump
--

\\restrict bVYUi0
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

"""
FOOTER = b"""--
-- PostgreSQL database dump complete
--

\\unrestrict bVYUi0
"""
names = st.text('ab .;-"\\\n', min_size=1, max_size=12).map(
    lambda name: f'"{name.replace(chr(34), chr(34) * 2)}"'.encode()
)
values = st.lists(
    st.sampled_from([b"1", b"\\N", b"\\\\.", b"\\.x", b"x\\n", b"\t", b".", b"-- no comment", b"COPY"])
)
tables = st.lists(
    st.tuples(names, st.lists(values.map(b"".join).filter(lambda row: row != b"\\."))), max_size=4
)


def copy(table: bytes) -> bytes:
    return b"COPY public." + table + b' (id, "odd "" name") FROM stdin;\n'


def script(*contents: tuple[bytes, list[bytes]]) -> bytes:
    """Return what `pg_restore` writes for tables and their rows."""
    parts = (
        b"--\n-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: -\n--\n\n"
        + copy(table)
        + b"".join(row + b"\n" for row in rows)
        + b"\\.\n\n\n"
        for table, rows in contents
    )
    return HEADER + b"".join(parts) + FOOTER


def blocks_of(text: bytes, size_bytes: int) -> Iterator[bytes]:
    return (text[at : at + size_bytes] for at in range(0, len(text), size_bytes))


def loaded(parts: list[Rows | Statement]) -> list[tuple[bytes, bytes]]:
    """Return each statement with all text for it, one after the other."""
    found: list[tuple[bytes, bytes]] = []
    for part in parts:
        if isinstance(part, Rows):
            before = found.pop()[1] if found and found[-1][0] == part.statement else b""
            found.append((part.statement, before + part.text))
    return found


@given(tables, st.integers(1, 400))
def test_every_row_is_found_wherever_blocks_end(
    contents: list[tuple[bytes, list[bytes]]], size_bytes: int
) -> None:
    """Also rows that look like comments, statements or almost like the end, in tables of any name."""
    wanted: list[tuple[bytes, bytes]] = []
    for table, rows in contents:
        if text := b"".join(row + b"\n" for row in rows):
            before = wanted.pop()[1] if wanted and wanted[-1][0] == copy(table) else b""
            wanted.append((copy(table), before + text))

    parts = list(read_script(blocks_of(script(*contents), size_bytes)))

    assert loaded(parts) == wanted
    assert all(part.whole and part.text.endswith(b"\n") for part in parts if isinstance(part, Rows))


def test_settings_are_for_every_session_and_the_rest_is_not() -> None:
    """Comments and commands of psql are neither."""
    large_object = b"BEGIN;\n\nSELECT pg_catalog.lo_open('7', 131072);\nCOMMIT;\n"

    parts = [
        part for part in read_script(iter([HEADER + large_object + FOOTER])) if isinstance(part, Statement)
    ]

    assert [(part.text, part.is_setting) for part in parts] == [
        (b"SET statement_timeout = 0;", True),
        (b"SELECT pg_catalog.set_config('search_path', '', false);", True),
        (b"BEGIN;", False),
        (b"SELECT pg_catalog.lo_open('7', 131072);", False),
        (b"COMMIT;", False),
    ]


def test_a_long_row_comes_in_pieces_that_say_so() -> None:
    """No row is kept in memory to its end; what follows a piece is known to belong to it."""
    row = b"1\t" + b"x" * (3 << 20)

    parts = list(read_script(blocks_of(script((b"t", [b"0", row, b"2"])), 256 << 10)))

    rows = [part for part in parts if isinstance(part, Rows)]
    assert b"".join(part.text for part in rows) == b"0\n" + row + b"\n2\n"
    assert max(len(part.text) for part in rows) <= 512 << 10
    assert [part.whole for part in rows[:-1]].count(False) >= 5
    assert rows[-1].whole


def test_rows_without_columns_are_rows() -> None:
    """Each is an empty line."""
    assert loaded(list(read_script(iter([script((b"t", [b"", b""]))])))) == [(copy(b"t"), b"\n\n")]


@pytest.mark.parametrize("cut_bytes", [1, 30, 60])
def test_a_script_that_breaks_off_is_no_script(cut_bytes: int) -> None:
    """Within a table, within a row or within a statement."""
    text = HEADER + copy(b"t") + b"1\n" * 20 + b"\\.\n"

    with pytest.raises(ProcessError, match="broke off"):
        list(read_script(iter([text[:-cut_bytes]])))


def test_what_is_not_understood_is_not_passed_over() -> None:
    """A line that is no statement of its own could be a part of one."""
    with pytest.raises(ProcessError, match="something unknown"):
        list(read_script(iter([b"CREATE FUNCTION f() AS $$\n"])))
