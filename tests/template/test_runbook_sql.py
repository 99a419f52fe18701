"""The SQL of the runbooks, as it stands there, on a real PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal

import psycopg
import pytest

from helpers.postgres import Database
from helpers.rendering import rendered
from helpers.runbooks import ON_POSTGRESQL, STACKS, Block, database_lines, runbook, runbooks_in
from mainstay.platform.embedded_postgres import EmbeddedPostgres

# The ledger of each migration tool, as that tool creates it.
LEDGERS = """
CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
  migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
CREATE SCHEMA drizzle;
CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
CREATE TABLE django_migrations (id bigint PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL,
  applied timestamptz NOT NULL);
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
CREATE TABLE flyway_schema_history (installed_rank integer PRIMARY KEY, version varchar(50),
  description varchar(200) NOT NULL, type varchar(20) NOT NULL,
  script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL,
  installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL);
"""


@pytest.fixture(scope="module", params=[16, 18])
def server(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    """A server that holds the ledgers of all migration tools, and some tables."""
    with EmbeddedPostgres.start(request.param) as running:
        with psycopg.connect(running.url(), autocommit=True) as connection:
            connection.execute(LEDGERS.encode())
            connection.execute("CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric)")
            connection.execute("INSERT INTO orders (total) SELECT n FROM generate_series(1, 100) n")
        yield running


def _sql(section: str) -> dict[str, Block]:
    """Return the SQL of a part, of all runbooks of all stacks, each statement once."""
    found = [
        block
        for stack in ON_POSTGRESQL
        for book in runbooks_in(rendered(**stack))
        for block in book.blocks("sql", section)
    ]
    return {block.code: block for block in found}


def _read_only() -> str:
    """Return the options that the runbooks put on their sessions."""
    line = next(line for line in database_lines(runbook(5, **STACKS[0])).splitlines() if "PGOPTIONS" in line)
    return line.split("'")[1]


def test_sql_to_diagnose_runs_as_it_stands_in_a_read_only_session(server: EmbeddedPostgres) -> None:
    """Every statement is accepted, verbatim, by both majors, under the options that forbid writing."""
    blocks = _sql("Diagnose")
    assert len(blocks) > 25
    with psycopg.connect(server.url(), autocommit=True, options=_read_only()) as connection:
        for code, block in blocks.items():
            if "pg_stat_statements ORDER" in code:
                continue  # see the next test
            try:
                connection.execute(code.encode()).fetchall()
            except psycopg.Error as error:
                pytest.fail(f"{block.runbook}: {error}\n{code}")


def test_sql_on_pg_stat_statements_fits_its_columns(server: EmbeddedPostgres) -> None:
    """The wheel lacks the extension: its guard finds none, and the query runs on a table of the documented columns."""
    guard, query = (code for code in _sql("Diagnose") if "pg_stat_statements" in code)
    columns = "query text, calls bigint, mean_exec_time float8, total_exec_time float8, rows bigint"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE TEMP TABLE pg_stat_statements ({columns})".encode())
        connection.execute("INSERT INTO pg_stat_statements VALUES ('SELECT 1', 4, 2.25, 9, 4)")

        assert connection.execute(guard.encode()).fetchall() == []
        assert connection.execute(query.encode()).fetchall() == [
            ("SELECT 1", 4, Decimal("2.3"), Decimal(9), 4)
        ]


def test_the_read_only_session_refuses_to_write(server: EmbeddedPostgres) -> None:
    """Whoever pastes a change under Diagnose by mistake changes nothing."""
    with (
        psycopg.connect(server.url(), autocommit=True, options=_read_only()) as connection,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        connection.execute("DELETE FROM orders")


def test_sql_to_mitigate_runs_as_it_stands(server: EmbeddedPostgres) -> None:
    """Every statement is accepted; with no pid and no slot filled in it ends nobody's session."""
    blocks = _sql("Mitigate")
    assert len(blocks) > 6
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for code, block in blocks.items():
            try:
                rows = connection.execute(code.encode())
            except psycopg.Error as error:
                pytest.fail(f"{block.runbook}: {error}\n{code}")
            assert rows.description is None or rows.fetchall() == []
        connection.execute("ALTER ROLE CURRENT_USER RESET ALL")


def test_the_lock_runbook_names_the_blocker_and_frees_its_victims(database: Database) -> None:
    """From the queries of RB-06 to its mitigation, on a real lock."""
    book = runbook(6, **STACKS[0])
    waiting, root, *_ = (block.code.encode() for block in book.blocks("sql", "Diagnose"))
    end = book.blocks("sql", "Mitigate")[1].code
    database.execute("CREATE TABLE orders (id int)")
    with _blocked(database) as (blocker, victim), psycopg.connect(database.url, autocommit=True) as looking:
        assert [row[:2] for row in looking.execute(waiting)] == [(victim, [blocker])]
        assert [(row[0], row[3], row[5]) for row in looking.execute(root)] == [
            (blocker, "idle in transaction", 1)
        ]

        looking.execute(end.replace("IN (0)", f"IN ({blocker})").encode())

        assert looking.execute(waiting).fetchall() == []


@contextmanager
def _blocked(database: Database) -> Iterator[tuple[int, int]]:
    """Hold a lock in one session while another waits for it; give the pids of both."""
    with (
        suppress(psycopg.OperationalError),  # the holder's session is ended by the test
        psycopg.connect(database.url) as holder,
        psycopg.connect(database.url, autocommit=True) as waiter,
    ):
        holder.execute("LOCK TABLE orders")
        waits = threading.Thread(target=waiter.execute, args=("SELECT * FROM orders",))
        waits.start()
        with psycopg.connect(database.url, autocommit=True) as looking:
            while not looking.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass"
            ).fetchall():
                assert waits.is_alive()
        yield holder.info.backend_pid, waiter.info.backend_pid
        waits.join(timeout=10)
        assert not waits.is_alive()


def test_the_connection_runbook_ends_forgotten_transactions_only(database: Database) -> None:
    """RB-05 ends who is idle in a transaction for long, and leaves those alone who work."""
    end = runbook(5, **STACKS[0]).blocks("sql", "Mitigate")[0].code
    with (
        psycopg.connect(database.url) as forgotten,
        psycopg.connect(database.url, autocommit=True) as idle,
        psycopg.connect(database.url, autocommit=True) as looking,
    ):
        forgotten.execute("SELECT 1")
        here = f"datname = '{database.name}' AND state"

        assert looking.execute(end.replace("state", here, 1).encode()).fetchall() == []
        ended = looking.execute(end.replace("state", here, 1).replace("10 min", "0 min").encode()).fetchall()

        assert [row[0] for row in ended] == [forgotten.info.backend_pid]
        assert idle.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError):
            forgotten.execute("SELECT 1")


def test_the_migration_runbook_finds_and_rebuilds_an_invalid_index(database: Database) -> None:
    """RB-08 lists the rest of a failed CREATE INDEX CONCURRENTLY and writes the statement that repairs it."""
    book = runbook(8, **STACKS[0])
    half_done = next(block.code for block in book.blocks("sql", "Diagnose") if "indisvalid" in block.code)
    rebuild = next(block.code for block in book.blocks("sql", "Mitigate") if "REINDEX" in block.code)
    database.execute("CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (1)")
    with psycopg.connect(database.url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("CREATE UNIQUE INDEX CONCURRENTLY orders_id ON orders (id)")
        assert connection.execute(half_done.encode()).fetchall() == [("orders_id", "orders")]

        connection.execute("TRUNCATE orders")
        for (statement,) in connection.execute(rebuild.encode()).fetchall():
            connection.execute(statement.encode())

        assert connection.execute(half_done.encode()).fetchall() == []
