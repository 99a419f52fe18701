"""The kinds of database that can be backed up, by the name that the policy uses."""

from __future__ import annotations

from mainstay.backup.engines.interface import Engine, Snapshot
from mainstay.errors import EngineError

__all__ = ["Engine", "Snapshot", "engine_named"]


def engine_named(name: str) -> Engine:
    """Return an engine.

    Raises:
        EngineError: mainstay has no engine of that name.
    """
    from mainstay.backup.engines.postgresql import PostgreSQL  # noqa: PLC0415 - loads psycopg

    engines: dict[str, type[Engine]] = {"postgresql": PostgreSQL}
    if name not in engines:
        raise EngineError(f"there is no engine {name!r}", hint=f"mainstay has: {', '.join(engines)}")
    return engines[name]()
