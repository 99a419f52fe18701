"""The SQL of the runbooks for MySQL and MariaDB, as it stands there, on a real MariaDB."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pymysql
import pytest
from pymysql.connections import Connection

from helpers.rendering import rendered
from helpers.runbooks import MIGRATIONS, Block, Runbook, runbook, runbooks_in
from helpers.subjects import mariadb_session
from mainstay.backup.engines.mysql_url import ConnectionUrl
from mainstay.platform import process
from mainstay.platform.embedded_mysql import EmbeddedMySQL

# The ledger of each migration tool, as that tool creates it, and a table that is in use.
TABLES = """
CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at datetime(3),
  migration_name varchar(255) NOT NULL, logs text, rolled_back_at datetime(3),
  started_at datetime(3) NOT NULL DEFAULT current_timestamp(3), applied_steps_count int unsigned NOT NULL DEFAULT 0);
CREATE TABLE __drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
CREATE TABLE django_migrations (id bigint AUTO_INCREMENT PRIMARY KEY, app varchar(255) NOT NULL,
  name varchar(255) NOT NULL, applied datetime(6) NOT NULL);
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
CREATE TABLE schema_migrations (version varchar(255) PRIMARY KEY);
CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50),
  description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum int,
  installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT current_timestamp(),
  execution_time int NOT NULL, success bool NOT NULL);
CREATE TABLE orders (id tinyint unsigned AUTO_INCREMENT PRIMARY KEY, total decimal(9, 2));
INSERT INTO orders (total) SELECT seq FROM seq_1_to_100
"""
RENEWED_AFTER_SECONDS = 0.2
"""The server renews its views of locks a tenth of a second after somebody last looked at them."""
STACK = {"platform": "kubernetes", "database": "mariadb", "dev_team": "@acme/dev"}


@pytest.fixture
def server(mariadb_server: EmbeddedMySQL) -> Iterator[EmbeddedMySQL]:
    """A server with a database `runbooks`: the ledgers of all migration tools, and a table."""
    with mariadb_session(mariadb_server.url()) as cursor:
        cursor.execute("CREATE DATABASE runbooks")
        cursor.execute("USE runbooks")
        for statement in TABLES.split(";\n"):
            cursor.execute(statement)
        yield mariadb_server
        cursor.execute("DROP DATABASE runbooks")


def connect(server: EmbeddedMySQL, **settings: str) -> Connection:
    """Return a session in the database of the tests."""
    options = ConnectionUrl.parse(server.url("runbooks")).driver_options()
    return pymysql.connect(**options, autocommit=True, **settings)


def blocks(section: str) -> dict[str, Block]:
    """Return the SQL of a part, of all runbooks and migration tools, each statement once."""
    found = [
        block
        for migrations in MIGRATIONS
        for book in runbooks_in(rendered(**STACK, migrations=migrations))
        for block in book.blocks("sql", section)
    ]
    return {block.code: block for block in found}


def read_only() -> str:
    """Return what the runbooks make a session do first."""
    variables = runbook(5, **STACK).blocks("bash", "Variables")[0].code
    return variables.partition("--init-command='")[2].partition("'")[0]


def run(session: Connection, block: Block) -> list[tuple[object, ...]]:
    """Return what a block gives; a refusal fails the test with the runbook's name."""
    try:
        with session.cursor() as cursor:
            cursor.execute(block.code)
            return list(cursor.fetchall())
    except pymysql.Error as error:
        pytest.fail(f"{block.runbook}: {error}\n{block.code}")


def test_sql_to_diagnose_runs_as_it_stands_in_a_read_only_session(server: EmbeddedMySQL) -> None:
    """Every statement is accepted, verbatim, under the settings that forbid writing; and those do."""
    found = blocks("Diagnose")
    assert len(found) > 25
    with closing(connect(server, init_command=read_only())) as session:
        for block in found.values():
            run(session, block)
        with pytest.raises(pymysql.Error, match="READ ONLY"):
            session.query("DELETE FROM orders")


def test_sql_to_mitigate_runs_as_it_stands(server: EmbeddedMySQL) -> None:
    """Every statement is accepted; with no id filled in nobody's session is named."""
    found = blocks("Mitigate")
    assert len(found) > 6
    with closing(connect(server)) as session:
        for block in found.values():
            rows = run(session, block)
            assert "KILL" not in block.code or rows == []
        session.query("SET GLOBAL idle_transaction_timeout = 0")


def test_the_statements_that_it_writes_run_too(server: EmbeddedMySQL) -> None:
    """ANALYZE and CHECK of each table: what the first column shows can be pasted."""
    written = [
        block
        for block in (*blocks("Mitigate").values(), *blocks("Diagnose").values())
        if "TABLE `" in block.code
    ]
    with closing(connect(server)) as session:
        statements = [str(row[0]) for block in written for row in run(session, block)]
        assert {statement.partition(" ")[0] for statement in statements} >= {"ANALYZE", "CHECK"}
        for statement in statements:
            session.query(statement)


def test_the_lock_runbook_names_the_blocker_and_frees_its_victim(server: EmbeddedMySQL) -> None:
    """From the queries of RB-06 to its mitigation, on a real lock."""
    book = runbook(6, **STACK)
    waiting, root, *_ = book.blocks("sql", "Diagnose")
    end = next(block for block in book.blocks("sql", "Mitigate") if "'KILL '" in block.code)
    with (
        closing(connect(server)) as holder,
        closing(connect(server)) as waiter,
        closing(connect(server)) as looking,
    ):
        holder.begin()
        holder.query("UPDATE orders SET total = 0 WHERE id = 1")
        waits = threading.Thread(target=waiter.query, args=("UPDATE orders SET total = 1 WHERE id = 1",))
        waits.start()
        while not (rows := run(looking, waiting)):
            assert waits.is_alive()
            time.sleep(RENEWED_AFTER_SECONDS)
        assert [row[:2] for row in rows] == [(waiter.thread_id(), holder.thread_id())]
        assert [row[:2] for row in run(looking, root)] == [(holder.thread_id(), 1)]

        named = Block(
            end.runbook, end.section, "sql", end.code.replace("IN (0)", f"IN ({holder.thread_id()})")
        )
        for row in run(looking, named):
            looking.query(str(row[0]))

        waits.join(timeout=10)
        assert not waits.is_alive()
        time.sleep(RENEWED_AFTER_SECONDS)
        assert run(looking, waiting) == []


def test_the_disk_runbook_sees_a_column_that_runs_out(server: EmbeddedMySQL) -> None:
    """RB-07 names the column and how full it is: rows that were inserted at once took numbers up to 128."""
    numbers = next(block for block in runbook(7, **STACK).blocks("sql", "Diagnose") if "pct" in block.code)
    with closing(connect(server)) as session:
        first = run(session, numbers)[0]

    assert (first[0], float(str(first[4]))) == ("orders", 50.39)


class Responder:
    """Somebody who pastes the blocks of RB-09 into a shell, with MariaDB's own programs."""

    def __init__(self, server: EmbeddedMySQL, folder: Path) -> None:
        # The test's server listens on a socket only.
        place = 'DB_HOST" --port="$DB_PORT" --user="$DB_USER" --protocol=tcp'
        self.text = runbook(9, **STACK).text.replace(
            f'--host="${place}', f"--socket={server.socket} --user=root"
        )
        self.environment = {
            "DATABASE_URL": f"mariadb://root:{quote(server.password, safe='')}@localhost/runbooks",
            "URL": "https://app.example.com",
            **dict.fromkeys(("NS", "APP", "SECRET_NAME", "BACKUP_ID"), "none"),
            "TABLE": "orders",
        }
        self.folder = folder

    def paste(self, marker: str, *, expect: int = 0) -> str:
        """Run the block that holds `marker` after the variables, and return what it printed."""
        book = Runbook("rb-09-restore-data.md", self.text)
        variables = book.blocks("bash", "Variables")[0].code
        (block,) = (block for block in book.blocks("bash", "Mitigate") if marker in block.code)
        script = f"set -o pipefail\n{variables}\n{block.code}"
        done = process.run(["bash", "-c", script], env=self.environment, cwd=self.folder, check=False)
        assert done.returncode == expect, done.stderr
        return done.stdout


def test_lost_rows_come_back_by_the_restore_runbook(server: EmbeddedMySQL, tmp_path: Path) -> None:
    """RB-09 with stock tools: compare, copy back; what was written since stays."""
    with mariadb_session(server.url("runbooks")) as cursor:
        cursor.execute("CREATE DATABASE runbooks_restored")
        cursor.execute("CREATE TABLE runbooks_restored.orders LIKE orders")
        cursor.execute("INSERT INTO runbooks_restored.orders SELECT * FROM orders")
        cursor.execute("DELETE FROM orders WHERE id > 10")
        cursor.execute("UPDATE orders SET total = 0 WHERE id = 7")
        try:
            responder = Responder(server, tmp_path)
            difference = responder.paste("diff ", expect=1)
            responder.paste("--insert-ignore")
        finally:
            cursor.execute("DROP DATABASE runbooks_restored")

        cursor.execute("SELECT COUNT(*), SUM(total = 0) FROM orders")
        found = cursor.fetchall()

    assert "orders\t10\n" in difference
    assert "orders\t100\n" in difference
    assert [tuple(map(int, row)) for row in found] == [(100, 1)]


def test_writers_are_stopped_by_the_restore_runbook(server: EmbeddedMySQL, tmp_path: Path) -> None:
    """RB-09: afterwards the server says that it is read only."""
    with mariadb_session(server.url()) as cursor:
        try:
            Responder(server, tmp_path).paste("read_only = ON")
            cursor.execute("SELECT @@read_only")
            assert list(cursor.fetchall()) == [(1,)]
        finally:
            cursor.execute("SET GLOBAL read_only = OFF")
