"""Looks at the PostgreSQL server that a restore is to go to, and replaces a database there by another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from mainstay.backup.content import Content
from mainstay.backup.engines.interface import Engine, Target
from mainstay.backup.engines.postgresql import PostgreSQL
from mainstay.backup.engines.postgresql_content import is_empty
from mainstay.backup.engines.postgresql_session import connected, identity, reporting
from mainstay.backup.engines.postgresql_url import ConnectionUrl
from mainstay.backup.manifest import Server
from mainstay.errors import EngineError
from mainstay.platform import process
from mainstay.platform.postgres_installs import find_bin

_MAINTENANCE = "postgres"
_ATTEMPTS = 5
_VERSION = "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000"
_SESSIONS = """
SELECT (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid AND a.pid <> pg_backend_pid())
FROM pg_database d WHERE d.datname = %s
"""
_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)"
_MISSING_ROLES = "SELECT unnest(%s::text[]) EXCEPT SELECT rolname FROM pg_roles ORDER BY 1"
_MISSING_EXTENSIONS = "SELECT unnest(%s::text[]) EXCEPT SELECT name FROM pg_available_extensions ORDER BY 1"
_OWNER = "SELECT pg_get_userbyid(datdba), datconnlimit, datacl IS NULL FROM pg_database WHERE datname = %s"
_PRIVILEGES = """
SELECT CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, a.is_grantable
FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = %s
"""
_SETTINGS = """
SELECT r.rolname, split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
FROM pg_database d JOIN pg_db_role_setting s ON s.setdatabase = d.oid LEFT JOIN pg_roles r ON r.oid = s.setrole,
unnest(s.setconfig) c WHERE d.datname = %s
"""


class PostgreSQLTarget:
    """The replacer of the engine `postgresql`."""

    def engine(self, *, with_owners: bool) -> Engine:
        """Return the engine, set up to restore owners and privileges too, or not."""
        return PostgreSQL(with_owners=with_owners, strict=False)

    def look(self, server_url: str, database: str, server: Server, content: Content) -> Target:
        """Return how the database and its server stand."""
        maintenance = _maintenance(ConnectionUrl.parse(server_url))
        client, refusals = _client(server.major)
        with connected(maintenance, autocommit=True) as connection, reporting("cannot be looked at"):
            version, major = _row(connection, _VERSION)
            found = connection.execute(_SESSIONS, [database]).fetchone()
            return Target(
                server_url=maintenance.url,
                place=maintenance.place,
                version=version,
                major=major,
                client=client,
                refusals=refusals,
                exists=found is not None,
                empty=found is None or _empty(maintenance.with_database(database)),
                sessions=found[0] if found else 0,
                identity=identity(connection, database),
                missing_roles=_missing(connection, _MISSING_ROLES, content.roles),
                missing_extensions=_missing(connection, _MISSING_EXTENSIONS, content.extensions),
            )

    def rename(self, server_url: str, database: str, to: str) -> None:
        """Give a database that nobody uses another name, which no other one has."""
        with (
            connected(ConnectionUrl.parse(server_url), autocommit=True) as connection,
            reporting("cannot be named"),
        ):
            _alter(connection, "ALTER DATABASE {} RENAME TO {}", database, to)

    def replace(self, server_url: str, database: str, *, by: str, kept_as: str) -> None:
        """Rename both in one transaction. Sessions of the old one are ended: nobody else may be in it then."""
        with (
            connected(ConnectionUrl.parse(server_url), autocommit=True) as connection,
            reporting("cannot be replaced; it was not touched"),
        ):
            _take_over(connection, database, by)
            for attempts_left in reversed(range(_ATTEMPTS)):
                connection.execute(_END_SESSIONS, [[database, by]])
                try:
                    with connection.transaction():
                        _alter(connection, "ALTER DATABASE {} RENAME TO {}", database, kept_as)
                        _alter(connection, "ALTER DATABASE {} RENAME TO {}", by, database)
                except psycopg.errors.ObjectInUse:  # somebody came back at once
                    if not attempts_left:
                        raise
                else:
                    return


def _maintenance(target: ConnectionUrl) -> ConnectionUrl:
    """Return the URL of a database that is always there: the one to restore may be gone, or is to be renamed."""
    always = target.with_database(_MAINTENANCE)
    try:
        with connected(always):
            return always
    except EngineError:
        return target


def _client(major: int) -> tuple[str, tuple[EngineError, ...]]:
    try:
        return process.run([find_bin(major, "pg_restore"), "--version"]).stdout.strip(), ()
    except EngineError as error:
        return "", (error,)


def _empty(target: ConnectionUrl) -> bool:
    with connected(target) as connection, reporting("cannot be looked at"):
        return is_empty(connection)


def _missing(connection: psycopg.Connection[Any], query: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for (name,) in connection.execute(query.encode(), [list(names)]))


def _take_over(connection: psycopg.Connection[Any], old: str, new: str) -> None:
    """Give `new` what no dump carries, because it belongs to the database itself: owner, privileges, settings."""
    owner, limit, plain = _row(connection, _OWNER, old)
    _alter(connection, "ALTER DATABASE {} OWNER TO {}", new, owner)
    if limit >= 0:
        _alter(connection, f"ALTER DATABASE {{}} CONNECTION LIMIT {int(limit)}", new)
    if not plain:
        _alter(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", new)
    for role, privilege, grantable in connection.execute(_PRIVILEGES, [old]).fetchall():
        _alter(
            connection,
            f"GRANT {privilege} ON DATABASE {{}} TO {'{}' if role else 'PUBLIC'}"
            + (" WITH GRANT OPTION" if grantable else ""),
            *((new, role) if role else (new,)),
        )
    for role, setting, value in connection.execute(_SETTINGS, [old]).fetchall():
        place, names = (
            ("ROLE {} IN DATABASE {}", (role, new)) if role is not None else ("DATABASE {}", (new,))
        )
        lasting = sql.SQL("ALTER {} SET {} FROM CURRENT").format(
            sql.SQL(place).format(*map(sql.Identifier, names)), sql.Identifier(*setting.split("."))
        )
        # Written out, a list such as search_path would have to be quoted in another way than other settings.
        with connection.transaction():
            connection.execute("SELECT set_config(%s, %s, true)", [setting, value])
            connection.execute(lasting)


def _alter(connection: psycopg.Connection[Any], statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _row(connection: psycopg.Connection[Any], query: str, *values: object) -> tuple[Any, ...]:
    row = connection.execute(query.encode(), values).fetchone()
    if row is None:
        raise EngineError("the database does not know itself")
    return tuple(row)
