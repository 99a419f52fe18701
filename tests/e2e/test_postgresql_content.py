"""What is read of a PostgreSQL database tells apart what its text tells apart, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from mainstay.backup.content import TableContent
from mainstay.backup.engines.postgresql_content import read_content
from mainstay.platform.embedded_postgres import EmbeddedPostgres

DIFFERENT = {
    "bool": ("true", "false"),
    "int2": ("1", "-1"),
    "int4": ("1", "2"),
    "int8": ("1", "4294967298"),
    "numeric": ("1.0", "1.00"),
    "numeric(10,2)": ("NaN", "0"),
    "float4": ("0", "-0"),
    "float8": ("0.1", "0.10000000000000002"),
    "text": ("a", "A"),
    "varchar(9)": ("a", "a "),
    "char(3)": ("a", "b"),
    "bytea": (r"\x00", r"\x0000"),
    "uuid": ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"),
    "date": ("2026-11-23", "4713-01-01 BC", "5874897-12-31", "infinity", "-infinity"),
    "time": ("24:00", "00:00"),
    "timetz": ("10:00+00", "11:00+01"),
    "timestamp": ("2026-11-23 10:00", "2026-11-23 10:00:00.000001"),
    "timestamptz": ("4713-01-01 BC", "294276-12-31 23:59:59+00", "infinity", "-infinity"),
    "interval": ("1 mon", "30 days"),
    "json": ('{"a":1}', '{"a": 1}'),
    "jsonb": ('{"a": 1, "b": "1"}', '{"a": 1, "b": 1}'),
    "int4[]": ("{1,2}", "{{1,2}}"),
    "numrange": ("[1,2)", "[1.0,2)"),
    "inet": ("10.0.0.1", "10.0.0.1/31"),
    "point": ("(0,0)", "(-0,0)"),
    "mood": ("fine", "bad"),
    "amount": ("1.0", "1.00"),
}
"""Type -> values that are easily taken for one another, or lie at an end."""


@pytest.fixture(scope="module", params=[16, 18])
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """A connection to a server of each major version that there is."""
    with EmbeddedPostgres.start(request.param) as server, psycopg.connect(server.url()) as connected:
        connected.execute("CREATE TYPE mood AS ENUM ('bad', 'fine')")
        connected.execute("CREATE DOMAIN amount AS numeric CHECK (VALUE > 0)")
        connected.commit()
        yield connected


def content_of(connection: psycopg.Connection, columns: str, rows: str) -> TableContent:
    """Return what is read of a table with these columns and rows, which is gone afterwards."""
    connection.execute(f"CREATE TABLE sample ({columns})".encode())
    connection.execute(f"INSERT INTO sample {rows}".encode())
    found = read_content(connection).tables["public.sample"]
    connection.rollback()
    return found


@pytest.mark.parametrize("kind", DIFFERENT)
def test_values_of_a_type(connection: psycopg.Connection, kind: str) -> None:
    """Whatever is shown differently has another checksum, and nothing is not something."""
    values = [f"VALUES ({sql.quote(value)}::{kind})" for value in DIFFERENT[kind]]

    found = [content_of(connection, f"value {kind}", rows) for rows in (*values, f"VALUES (NULL::{kind})")]

    assert len({content.checksum for content in found}) == len(values) + 1
    assert found[0] == content_of(connection, f"value {kind}", values[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("('a', NULL)", "(NULL, 'a')"),
        ("('a', 'b')", "('b', 'a')"),
        ("('a', 'x'), ('b', 'y')", "('a', 'y'), ('b', 'x')"),
        ("('a', 'a')", "('b', 'b')"),
    ],
)
def test_where_a_value_stands(connection: psycopg.Connection, one: str, other: str) -> None:
    """The same values in other columns, or in other rows, are another content."""
    found = [content_of(connection, "one text, other text", f"VALUES {rows}") for rows in (one, other)]

    assert found[0].checksum != found[1].checksum


def test_the_order_of_rows_is_no_content(connection: psycopg.Connection) -> None:
    """A table has none."""
    rows = "SELECT i, md5(i::text) FROM generate_series(1, 100) i ORDER BY"

    found = [content_of(connection, "id int, word text", f"{rows} i {way}") for way in ("ASC", "DESC")]

    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [("[[1], 2]", "[[1, 2]]"), ('{"a": 1.0}', '{"a": 1.00}')],
    ids=["where a list ends", "scale of a number"],
)
def test_a_change_to_many_documents_that_their_own_hash_does_not_see(
    connection: psycopg.Connection, one: str, other: str
) -> None:
    """The text of one document in sixteen is read as well; where nothing can choose it, that of each."""
    for columns, chooser in (("id int, body jsonb", "i,"), ("body jsonb", "")):
        rows = [f"SELECT {chooser} '{body}'::jsonb FROM generate_series(1, 300) i" for body in (one, other)]

        found = [content_of(connection, columns, select) for select in rows]

        assert found[0].checksum != found[1].checksum
