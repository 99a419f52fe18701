"""The data set: made inside the server, from `data/dataset.sql`."""

from __future__ import annotations

from pathlib import Path

from mainstay.errors import EngineError
from mainstay.platform.embedded_postgres import EmbeddedPostgres

ROWS = 200_000
_SQL = Path(__file__).with_name("data") / "dataset.sql"


def load_dataset(server: EmbeddedPostgres, database: str, rows: int = ROWS) -> int:
    """Create a database with at least `rows` rows, and return the bytes that it takes on disk.

    Raises:
        EngineError: The server does not take it.
    """
    import psycopg  # noqa: PLC0415 - heavy
    from psycopg import sql  # noqa: PLC0415

    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(database))
            )
        with psycopg.connect(server.url(database)) as connection:
            connection.execute("SELECT set_config('demo.rows', %s, false)", [str(rows)])
            connection.execute(_SQL.read_bytes())
            size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    except psycopg.Error as error:
        raise EngineError(f"the data set could not be loaded: {error}") from error
    return int(size[0]) if size else 0
