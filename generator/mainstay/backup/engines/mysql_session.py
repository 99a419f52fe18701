"""Sessions with a MySQL or MariaDB server: signing in, what the user may see, and errors without secrets."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pymysql
from pymysql.cursors import Cursor

from mainstay.backup.engines.mysql_content import prepare_session
from mainstay.backup.engines.mysql_url import ConnectionUrl
from mainstay.errors import EngineError
from mainstay.platform.guard import temporary_folder
from mainstay.platform.mysql_installs import Series

# MySQL's programs read ~/.mylogin.cnf after any other file: what it says would go before the URL.
NO_LOGIN_FILE = {"MYSQL_TEST_LOGIN_FILE": "/nonexistent/mylogin.cnf"}
_CONNECT_HINT = "check host, port, user and password, and that this machine may connect"
# What a user may not see, the programs leave out without a word.
_RIGHTS = """
SELECT privilege_type FROM information_schema.user_privileges WHERE grantee = {me}
UNION SELECT CONCAT('EVERYWHERE ', privilege_type) FROM information_schema.user_privileges WHERE grantee = {me}
UNION SELECT privilege_type FROM information_schema.schema_privileges
  WHERE grantee = {me} AND DATABASE() LIKE table_schema
UNION SELECT 'EVERYWHERE SELECT' FROM information_schema.table_privileges
  WHERE grantee = {me} AND table_schema = 'mysql' AND table_name = 'proc' AND privilege_type = 'SELECT'
"""
_ME = """CONCAT("'", REPLACE(CURRENT_USER(), "@", "'@'"), "'")"""
_SEEN_WITH = {
    "tables": {"SELECT"},
    "triggers": {"TRIGGER"},
    "events": {"EVENT"},
    "routines": {
        *(
            "EVERYWHERE SELECT",
            "SHOW_ROUTINE",
            "SHOW CREATE ROUTINE",
            "EXECUTE",
            "ALTER ROUTINE",
            "CREATE ROUTINE",
        ),
    },
}


@contextlib.contextmanager
def connected(target: ConnectionUrl, product: str) -> Iterator[pymysql.Connection]:
    """Yield a session with a server of this product.

    Raises:
        EngineError: The server cannot be reached, refuses, or is of the other product.
    """
    try:
        connection = pymysql.connect(**target.driver_options(), autocommit=True)
    except (pymysql.MySQLError, OSError, RuntimeError) as error:
        raise EngineError(
            f"the database cannot be reached: {error.args[-1] if error.args else error}", hint=_CONNECT_HINT
        ) from error
    try:
        with reporting("cannot be read"):
            found = "mariadb" if "mariadb" in connection.get_server_info().lower() else "mysql"
            if found != product:
                raise EngineError(
                    f"the server is no {product} server", hint=f"write engine: {found} into the policy"
                )
            prepare_session(connection.cursor(), product)
        yield connection
    finally:
        with contextlib.suppress(pymysql.MySQLError):  # it may be closed already
            connection.close()


@contextlib.contextmanager
def option_file(target: ConnectionUrl, product: str) -> Iterator[str]:
    """Yield the argument that lets a program sign in: a file for its eyes only, instead of a password in argv."""
    with temporary_folder("mainstay-") as folder:
        path = folder / "client.cnf"
        path.touch(mode=0o600)
        path.write_text(target.option_file(product), encoding="utf-8")
        yield f"--defaults-file={path}"


def unseen_kinds(cursor: Cursor) -> tuple[str, ...]:
    """Return a sentence about the kinds of objects that the user may not see all of."""
    cursor.execute(_RIGHTS.format(me=_ME))
    granted = {name for (name,) in cursor.fetchall()}
    unseen = [kind for kind, rights in _SEEN_WITH.items() if not rights & granted]
    return (f"without what its user may not see, which can be some {', '.join(unseen)}",) if unseen else ()


def series_of(version: str) -> Series:
    """Return major and minor version.

    Raises:
        EngineError: There are none in it.
    """
    if not (match := re.match(r"(\d+)\.(\d+)", version.removeprefix("5.5.5-"))):
        raise EngineError(f"the server tells no version: {version!r}")
    return int(match[1]), int(match[2])


@contextlib.contextmanager
def reporting(what: str) -> Iterator[None]:
    """Turn the driver's errors into ours; `what` says what failed."""
    try:
        yield
    except pymysql.MySQLError as error:
        raise EngineError(f"the database {what}: {error.args[-1] if error.args else error}") from error
