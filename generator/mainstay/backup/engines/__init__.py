"""The kinds of database that can be backed up, by the name that the policy uses."""

from __future__ import annotations

from importlib import import_module

from mainstay.backup.engines.interface import Engine, Replacer, Snapshot, Target
from mainstay.errors import EngineError

__all__ = ["Engine", "Replacer", "Snapshot", "Target", "engine_named", "replacer_named"]


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


_REPLACERS = {"postgresql": ("postgresql_target", "PostgreSQLTarget")}


def replacer_named(name: str) -> Replacer | None:
    """Return what looks at targets for an engine and replaces databases; none for an engine that cannot."""
    if name not in _REPLACERS:
        return None
    module, replacer = _REPLACERS[name]
    made: Replacer = getattr(import_module(f"{__name__}.{module}"), replacer)()
    return made
