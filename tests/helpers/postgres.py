"""Real PostgreSQL for tests: one server per worker process, a fresh database per test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql

from mainstay.platform.embedded_postgres import EmbeddedPostgres


@dataclass(frozen=True)
class Database:
    """A database of its own for one test."""

    name: str
    url: str
    server_url: str

    def execute(self, statements: str) -> None:
        """Run SQL statements and commit."""
        with psycopg.connect(self.url) as connection:
            connection.execute(statements.encode())

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.encode()).fetchall()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """A running PostgreSQL 16."""
    with EmbeddedPostgres.start(16) as server:
        yield server


@pytest.fixture
def database(postgres_server: EmbeddedPostgres) -> Iterator[Database]:
    """An empty database, dropped after the test."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield Database(name, postgres_server.url(name), postgres_server.url())
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def database_names(server_url: str) -> set[str]:
    """Return the names of all databases on a server."""
    with psycopg.connect(server_url) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
