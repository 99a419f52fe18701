"""The database that is measured: mostly events with JSON, then prose and random bytes, with a service's indexes."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg import sql

_ROWS_PER_MIB = {"customers": 400, "events": 3_000, "articles": 50, "files": 1}
_TABLES = """
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, name text NOT NULL, city text,
  balance numeric(12,2), created_at timestamptz NOT NULL);
CREATE TABLE events (id bigint PRIMARY KEY, customer_id bigint NOT NULL, kind text NOT NULL, at timestamptz NOT NULL,
  amount numeric(10,2), latitude double precision, longitude double precision, payload jsonb);
CREATE TABLE articles (id bigint PRIMARY KEY, author_id bigint NOT NULL, title text NOT NULL, body text NOT NULL);
CREATE TABLE files (id bigint PRIMARY KEY, owner_id bigint NOT NULL, name text NOT NULL, content bytea NOT NULL);
"""
_FILL = {
    "customers": """
        SELECT i, 'user' || i || '@example.org', {word} || ' ' || {word}, substr(md5((i % 97)::text), 1, 9),
               (random() * 10000)::numeric(12,2), timestamptz '2020-01-01' + random() * interval '6 years'
        FROM generate_series(1, {rows}) i""",
    "events": """
        SELECT i, 1 + (random() * ({customers} - 1))::bigint, (ARRAY['view','click','order','login','mail'])[1 + i % 5],
               timestamptz '2024-01-01' + i * interval '7 seconds',
               (random() * 500)::numeric(10,2),
               round((random() * 180 - 90)::numeric, 6), round((random() * 360 - 180)::numeric, 6),
               jsonb_build_object('session', md5((i / 20)::text)::uuid, 'page', '/' || {word},
                                  'ms', (random() * 900)::int, 'ok', random() > 0.1)
        FROM generate_series(1, {rows}) i""",
    "articles": """
        SELECT i, 1 + (random() * ({customers} - 1))::bigint, 'Article ' || i,
               (SELECT string_agg({word}, ' ') FROM generate_series(1, 250 + i % 100) j WHERE j > 0)
        FROM generate_series(1, {rows}) i""",
    "files": """
        SELECT i, 1 + (random() * ({customers} - 1))::bigint, 'file-' || i || '.bin',
               (SELECT string_agg(uuid_send(gen_random_uuid()), '') FROM generate_series(1, 1500 + i % 1500))
        FROM generate_series(1, {rows}) i""",
}
# One of 3,000 words; as in a language, some are much more frequent than others.
_WORD = "substr(md5((random() * random() * 3000)::int::text), 1, 2 + (random() * 8)::int)"
_FINISH = """
CREATE UNIQUE INDEX ON customers (email);
CREATE INDEX ON customers (created_at);
CREATE INDEX ON events (customer_id, at);
CREATE INDEX ON events (kind, at);
CREATE INDEX ON articles (author_id);
CREATE INDEX ON files (owner_id);
ALTER TABLE events ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE articles ADD FOREIGN KEY (author_id) REFERENCES customers;
ALTER TABLE files ADD FOREIGN KEY (owner_id) REFERENCES customers;
"""


def create(server_url: str, url: str, database: str, size_mib: int) -> int:
    """Create and fill a database of about this size; return what it takes on disk, in bytes."""
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    rows = {table: per_mib * size_mib for table, per_mib in _ROWS_PER_MIB.items()}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT setseed(0.603)")
        for statement in _statements(rows):
            connection.execute(statement)
        found = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(found[0]) if found else 0


def multiply(server_url: str, url: str, database: str, model: str, factor: int) -> None:
    """Create a database that holds the rows of another one several times."""
    names = map(sql.Identifier, (database, model))
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(*names))
    with psycopg.connect(url, autocommit=True) as connection:
        for table in _FILL:
            for number in range(2, factor + 1):
                connection.execute(f"CREATE TABLE {table}_{number} AS TABLE {table}".encode())
        connection.execute("VACUUM (FREEZE)")
        connection.execute("CHECKPOINT")


def _statements(rows: dict[str, int]) -> Iterator[bytes]:
    yield _TABLES.encode()
    for table, select in _FILL.items():
        filled = select.format(rows=rows[table], customers=rows["customers"], word=_WORD)
        yield f"INSERT INTO {table} {filled}".encode()
    yield _FINISH.encode()
    # Settled: what autovacuum does at some moment must not fall into somebody's measurement.
    yield b"ALTER SYSTEM SET autovacuum = off"
    yield b"SELECT pg_reload_conf()"
    yield b"VACUUM (FREEZE, ANALYZE)"
    yield b"CHECKPOINT"
