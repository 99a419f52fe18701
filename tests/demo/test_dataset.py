"""The data set holds every kind of content that a backup tends to lose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.postgres import Database
from mainstay.backup import engine_named
from mainstay.demo.dataset import ROWS, load_dataset
from mainstay.errors import EngineError
from mainstay.platform.embedded_postgres import EmbeddedPostgres

KINDS = {
    "foreign key": "FROM pg_constraint WHERE contype = 'f'",
    "exclusion constraint": "FROM pg_constraint WHERE contype = 'x'",
    "identity column": "FROM pg_attribute WHERE attidentity = 'a'",
    "serial column": "FROM pg_attrdef WHERE pg_get_expr(adbin, adrelid) LIKE 'nextval(%_seq%'",
    "free sequence": "FROM pg_sequences WHERE sequencename = 'countdown'",
    "enum": "FROM pg_type WHERE typtype = 'e'",
    "domain": "FROM pg_type WHERE typtype = 'd' AND typnamespace = 'public'::regnamespace",
    "jsonb": "FROM customer WHERE settings ->> 'größe' IS NOT NULL",
    "array": "FROM customer WHERE array_length(tags, 1) = 3",
    "bytea": "FROM product WHERE length(cover) = 34",
    "generated column": "FROM pg_attribute WHERE attgenerated = 's'",
    "view": "FROM pg_views WHERE schemaname = 'reporting'",
    "materialised view": "FROM reporting.revenue_by_month",
    "partition with rows": "FROM event_2026_02",
    "default partition with rows": "FROM event_rest",
    "large object": "FROM pg_largeobject_metadata",
    "NULL": "FROM customer WHERE phone IS NULL",
    "empty text beside NULL": "FROM customer WHERE phone = ''",
    "text that is not ASCII": "FROM customer WHERE name = '山田 太郎'",
    "name that is not ASCII": """FROM "büro"."Maße & Gewichte" WHERE "日付" IS NOT NULL""",
    "function": "FROM pg_proc WHERE pronamespace = 'reporting'::regnamespace AND prokind = 'f'",
    "procedure": "FROM pg_proc WHERE pronamespace = 'reporting'::regnamespace AND prokind = 'p'",
    "trigger": "FROM pg_trigger WHERE NOT tgisinternal",
    "rows that the trigger wrote": "FROM audit_log WHERE operation = 'UPDATE'",
    "policy": "FROM pg_policy",
}


@pytest.fixture(scope="module")
def loaded(postgres_server: EmbeddedPostgres) -> Iterator[Database]:
    """A database with the data set."""
    name = "test_dataset"
    load_dataset(postgres_server, name, 3000)
    yield Database(name, postgres_server.url(name), postgres_server.url())
    engine_named("postgresql").drop_database(postgres_server.url(), name)


@pytest.mark.parametrize("kind", KINDS)
def test_the_data_set_has(kind: str, loaded: Database) -> None:
    """There is at least one of each kind."""
    assert loaded.query(f"SELECT count(*) > 0 {KINDS[kind]}") == [(True,)]


def test_the_data_set_is_as_large_as_asked(loaded: Database) -> None:
    """`rows` is the least number of rows; by default there are at least 200,000."""
    assert engine_named("postgresql").read_content(loaded.url).rows >= 3000
    assert ROWS >= 200_000


def test_two_data_sets_are_equal(loaded: Database, postgres_server: EmbeddedPostgres) -> None:
    """Nothing depends on chance or on the time: figures of two runs can be compared."""
    engine = engine_named("postgresql")
    load_dataset(postgres_server, "test_dataset_again", 3000)
    try:
        again = engine.read_content(postgres_server.url("test_dataset_again"))
    finally:
        engine.drop_database(postgres_server.url(), "test_dataset_again")

    assert engine.read_content(loaded.url).tables == again.tables


def test_a_database_that_exists_is_not_touched(loaded: Database, postgres_server: EmbeddedPostgres) -> None:
    """The data set goes into a new database or nowhere."""
    with pytest.raises(EngineError, match="could not be loaded"):
        load_dataset(postgres_server, loaded.name, 1000)
