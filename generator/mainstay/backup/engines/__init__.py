"""The kinds of database that can be backed up, by the name that the policy uses."""

from __future__ import annotations

from importlib import import_module

from mainstay.backup.engines.interface import Engine, Snapshot
from mainstay.errors import EngineError

__all__ = ["Engine", "Snapshot", "engine_named"]


_ENGINES = {
    "postgresql": ("postgresql", "PostgreSQL"),
    "mysql": ("mysql", "MySQL"),
    "mariadb": ("mysql", "MariaDB"),
    "sqlite": ("sqlite", "SQLite"),
    "mongodb": ("mongodb", "MongoDB"),
    "command": ("command", "Command"),
}
"""Name in the policy -> module and class; the module is loaded when it is used, for it may load a driver."""


def engine_named(name: str) -> Engine:
    """Return an engine.

    Raises:
        EngineError: mainstay has no engine of that name.
    """
    if name not in _ENGINES:
        raise EngineError(f"there is no engine {name!r}", hint=f"mainstay has: {', '.join(_ENGINES)}")
    module, engine = _ENGINES[name]
    made: Engine = getattr(import_module(f"{__name__}.{module}"), engine)()
    return made
