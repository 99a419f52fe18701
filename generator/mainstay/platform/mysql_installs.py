"""Finds the programs of MySQL and MariaDB on this machine, by product and version.

The two are no longer one: each one's dump program asks questions that the other's server cannot answer, and Debian
installs MariaDB's programs under MySQL's names. A program is taken by what it says it is. It has to be of the server's
own series, such as 10.11, or a newer one: an older client does not know what the server may hold.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from mainstay.errors import EngineError
from mainstay.platform import process

BIN_VARIABLE = "MAINSTAY_MYSQL_BIN"
"""Environment variable: a folder of MySQL or MariaDB programs that is looked at first."""

Series = tuple[int, int]

_PATTERNS = (
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/mysql/bin",
    "/usr/libexec",  # Red Hat keeps the servers here
    "/opt/homebrew/opt/*m*sql*/bin",
    "/opt/homebrew/opt/mariadb*/bin",
    "/usr/local/opt/*m*sql*/bin",
    "/usr/local/opt/mariadb*/bin",
)
_CALLED = {
    # duty: its names, the product's own first
    "dump": ("mariadb-dump", "mysqldump"),
    "client": ("mariadb", "mysql"),
    "server": ("mariadbd", "mysqld"),
}
_PACKAGES = {
    "mariadb": {"dump": "mariadb-client", "client": "mariadb-client", "server": "mariadb-server"},
    "mysql": {"dump": "mysql-client", "client": "mysql-client", "server": "mysql-server"},
}
_TITLES = {"mariadb": "MariaDB", "mysql": "MySQL"}
_VERSION = re.compile(r"\b(?:Distrib|from|Ver) (\d+)\.(\d+)\.\d+")


def find_program(product: str, series: Series, duty: str) -> Path:
    """Return the absolute path of the `dump`, `client` or `server` program of a product.

    Of the series that is asked for if there is one, else of the next newer.

    Args:
        product: `mysql` or `mariadb`.
        series: Major and minor version of the server.
        duty: What the program is for.

    Raises:
        EngineError: This machine has none; the message lists what it has.
    """
    found = {identity: path for path in _candidates(duty) if (identity := _identity(path))}
    fitting = sorted(identity for identity in found if identity[0] == product and identity[1] >= series)
    if fitting:
        return found[fitting[0]]
    listed = ", ".join(f"{_spelt(*identity)} at {path}" for identity, path in sorted(found.items()))
    raise EngineError(
        f"this machine has no {duty} program of {_spelt(product, series)} or newer"
        f" (found: {listed or 'none at all'})",
        hint=f"install it (Debian, Ubuntu: apt-get install {_PACKAGES[product][duty]}) or set {BIN_VARIABLE}",
    )


def _spelt(product: str, series: Series) -> str:
    return f"{_TITLES[product]} {series[0]}.{series[1]}"


def _candidates(duty: str) -> Iterator[Path]:
    # The last one of a kind wins: what is named comes last, and MySQL's names before MariaDB's own.
    for folder in reversed(list(_folders())):
        for name in reversed(_CALLED[duty]):
            if (path := folder / name).is_file():
                yield path


def _folders() -> Iterator[Path]:
    if named := os.environ.get(BIN_VARIABLE):
        yield Path(named)
    for pattern in _PATTERNS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))


@cache
def _identity(path: Path) -> tuple[str, Series] | None:
    """Return which product of which series a program says it is."""
    done = process.run([path, "--no-defaults", "--version"], check=False, timeout_seconds=10)
    match = _VERSION.search(done.stdout)
    if done.returncode != 0 or not match:
        return None
    return "mariadb" if "mariadb" in done.stdout.lower() else "mysql", (int(match[1]), int(match[2]))
