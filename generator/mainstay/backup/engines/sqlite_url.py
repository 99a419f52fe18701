"""Where a SQLite file is, as applications write it: a path, `sqlite:///data/app.db`, or Prisma's `file:./app.db`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from mainstay.errors import EngineError

_SCHEMES = ("sqlite", "sqlite3", "file", "libsql")


def path_of(text: str) -> Path:
    """Return the path of the file; a relative one counts from the folder that mainstay runs in.

    Raises:
        EngineError: It is the URL of something else, or of a database that is no file.
    """
    scheme, colon, rest = text.partition(":")
    if not colon or "/" in scheme:
        rest = text
    elif scheme.partition("+")[0] not in _SCHEMES:
        raise EngineError("the database is no SQLite file", hint=_HINT)
    else:
        rest = unquote(rest.partition("?")[0])
    if scheme.startswith("sqlite") and colon:
        # sqlite:///relative.db and sqlite:////absolute.db, as SQLAlchemy and Django write them
        rest = rest.removeprefix("//").removeprefix("/")
    elif rest.startswith("//"):
        rest = rest.removeprefix("//")
    if not rest or rest.startswith(":memory:"):
        raise EngineError("the database is no SQLite file", hint=_HINT)
    return Path(rest)


def sibling(path: Path, name: str) -> Path:
    """Return the file of this name, and of the same kind, in the same folder.

    Raises:
        EngineError: The name would lead out of the folder.
    """
    if name == ".." or Path(name).name != name or not name:
        raise EngineError(f"{name!r} is no name for a file")
    suffix = path.suffix or ".db"
    return path.with_name(name if name.endswith(suffix) else name + suffix)


_HINT = "write its path, or sqlite:///path/from/here.db, or sqlite:////absolute/path.db"
