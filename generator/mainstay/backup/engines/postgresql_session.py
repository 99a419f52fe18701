"""A session with a PostgreSQL server, whose errors are told without its secrets."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg

from mainstay.backup.engines.postgresql_url import ConnectionUrl
from mainstay.errors import EngineError

_CANCEL_SECONDS = 10.0
_CONNECT_HINT = "check host, port, user and password, and that this machine may connect"
_SYSTEM_IS_TOLD = "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')"
_SYSTEM = "SELECT system_identifier FROM pg_catalog.pg_control_system()"


@contextlib.contextmanager
def connected(target: ConnectionUrl, *, autocommit: bool = False) -> Iterator[psycopg.Connection[Any]]:
    """Connect for the length of a `with` block.

    Raises:
        EngineError: The server does not answer, or refuses.
    """
    try:
        connection = psycopg.connect(target.url, autocommit=autocommit)
    except psycopg.Error as error:
        raise EngineError(f"the database cannot be reached: {said(error)}", hint=_CONNECT_HINT) from error
    try:
        yield connection
    finally:
        connection.close()


def cancel(connection: psycopg.Connection[Any]) -> None:
    """Cancel what a connection does, from another thread; it may have ended just now."""
    with contextlib.suppress(psycopg.Error):
        connection.cancel_safe(timeout=_CANCEL_SECONDS)


@contextlib.contextmanager
def reporting(what: str) -> Iterator[None]:
    """Tell what the database did not do when the block fails.

    Raises:
        EngineError: The server says no to a statement of the block.
    """
    try:
        yield
    except psycopg.Error as error:
        raise EngineError(f"the database {what}: {said(error)}") from error


def said(error: psycopg.Error) -> str:
    """Return what the server said, on one line."""
    return " ".join(str(error).split())


def identity(connection: psycopg.Connection[Any], database: str) -> str | None:
    """Return what tells a database from all others in the world: its server's system identifier, and its name.

    The name rather than the number: it is what applications connect by, and what a restore over it would hurt. None
    when the server does not say.
    """
    may_ask = connection.execute(_SYSTEM_IS_TOLD).fetchone()
    if may_ask is None or not may_ask[0]:
        return None
    (system,) = connection.execute(_SYSTEM).fetchone() or (None,)
    return None if system is None else f"postgresql:{system}/{database}"
