"""The SQL and the shell of the runbooks for SQLite, on a real SQLite and its own program."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from helpers.rendering import rendered
from helpers.required import missing
from helpers.runbooks import MIGRATIONS, Block, runbook, runbooks_in
from mainstay.platform import process

TABLES = """
CREATE TABLE _prisma_migrations (id text PRIMARY KEY, checksum text NOT NULL, finished_at datetime,
  migration_name text NOT NULL, logs text, rolled_back_at datetime,
  started_at datetime NOT NULL DEFAULT current_timestamp, applied_steps_count integer NOT NULL DEFAULT 0);
CREATE TABLE __drizzle_migrations (id integer PRIMARY KEY, hash text NOT NULL, created_at numeric);
CREATE TABLE django_migrations (id integer PRIMARY KEY, app text NOT NULL, name text NOT NULL, applied datetime);
CREATE TABLE alembic_version (version_num text PRIMARY KEY);
CREATE TABLE schema_migrations (version text PRIMARY KEY);
CREATE TABLE flyway_schema_history (installed_rank integer PRIMARY KEY, version text, description text NOT NULL,
  type text NOT NULL, script text NOT NULL, checksum integer, installed_by text NOT NULL,
  installed_on text NOT NULL DEFAULT current_timestamp, execution_time integer NOT NULL, success boolean NOT NULL);
CREATE TABLE orders (id integer PRIMARY KEY, total numeric);
CREATE TABLE "odd ""name" (id integer);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
INSERT INTO orders (total) SELECT i FROM n;
"""
STACK = {"platform": "fly", "database": "sqlite", "backup_store": "file:///srv/backups"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database that holds the ledgers of all migration tools, and a table."""
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(TABLES)
    return path


def blocks(section: str) -> Iterator[Block]:
    """Yield the SQL of a part, of all runbooks and migration tools, each statement once."""
    found = {
        block.code: block
        for migrations in MIGRATIONS
        for book in runbooks_in(rendered(**STACK, migrations=migrations))
        for block in book.blocks("sql", section)
    }
    yield from found.values()


def run(connection: sqlite3.Connection, block: Block) -> list[tuple[object, ...]]:
    """Return what a block gives; a refusal fails the test with the runbook's name."""
    try:
        return connection.execute(block.code).fetchall()
    except sqlite3.Error as error:
        pytest.fail(f"{block.runbook}: {error}\n{block.code}")


def test_sql_to_diagnose_runs_as_it_stands_in_a_read_only_session(file: Path) -> None:
    """Every statement is accepted, verbatim, on a file that is opened for reading only."""
    found = list(blocks("Diagnose"))
    assert len(found) > 12
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        has_sizes = connection.execute("SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'").fetchone()
        for block in found:
            if "dbstat" not in block.code or has_sizes:
                run(connection, block)


def test_sql_to_mitigate_runs_as_it_stands(file: Path) -> None:
    """Every statement is accepted, and the file is sound and in WAL mode afterwards."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for block in blocks("Mitigate"):
            run(connection, block)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class Responder:
    """Somebody who pastes the blocks of RB-09 into a shell on the machine of the database."""

    def __init__(self, file: Path) -> None:
        if not shutil.which("sqlite3"):
            missing("sqlite3", "there is no program sqlite3")
        self.book = runbook(9, **STACK)
        known = {"DB_FILE": str(file), "BACKUP_ID": "20261122T020000Z-0badcafe", "TABLE": "orders"}
        self.environment = {**known, "URL": "https://app.example.com", "APP": "web"}
        self.folder = file.parent
        self.variables = self.book.blocks("bash", "Variables")[0].code

    def paste(self, marker: str, *, expect: int = 0) -> str:
        """Run the block that holds `marker` after the variables, and return what it printed."""
        (block,) = (block for block in self.book.blocks("bash", "Mitigate") if marker in block.code)
        script = f"set -o pipefail\n{self.variables}\n{block.code}"
        done = process.run(["bash", "-c", script], env=self.environment, cwd=self.folder, check=False)
        assert done.returncode == expect, done.stderr
        return done.stdout


def test_lost_rows_come_back_by_the_restore_runbook(file: Path) -> None:
    """RB-09: compare with the restored file, copy back; what was written since stays."""
    shutil.copy(file, file.parent / "restored.db")
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript("DELETE FROM orders WHERE id > 10; UPDATE orders SET total = 0 WHERE id = 7")
    responder = Responder(file)

    difference = responder.paste("diff ", expect=1)
    responder.paste("INSERT OR IGNORE")

    assert "orders|10\n" in difference
    assert "orders|100\n" in difference
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE total = 0) FROM orders"
        ).fetchone()
    assert found == (100, 1)


def test_the_restored_file_takes_the_place_of_the_damaged_one(file: Path) -> None:
    """RB-09, the whole way: the damaged file moves aside with its log, and is kept."""
    shutil.copy(file, file.parent / "restored.db")
    file.write_bytes(b"no database")
    (file.parent / "app.db-wal").write_bytes(b"log of the old file")
    responder = Responder(file)
    programs = file.parent / "programs"
    programs.mkdir()
    (programs / "fuser").write_text("#!/bin/sh\nexit 1\n")  # nobody has it open
    (programs / "fuser").chmod(0o755)
    responder.variables += f"\nPATH={programs}:$PATH"

    responder.paste("mktemp -d")

    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (100,)
    assert sorted(path.name for path in next(file.parent.glob("app.db.damaged.*")).iterdir()) == [
        "app.db",
        "app.db-wal",
    ]
    assert not (file.parent / "app.db-wal").exists()
