"""Reads what a MySQL or MariaDB database holds: rows and checksums of every table, positions, objects by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymysql.cursors import Cursor

from mainstay.backup.content import Content, SequencePosition, TableContent

# Text of the same value must be the same text in every session that compares.
SESSION = (
    "SET NAMES utf8mb4",
    "SET SESSION time_zone = '+00:00', sql_mode = '', net_write_timeout = 86400, wait_timeout = 86400",
)
_SESSION_OF = {
    "mysql": ("SET SESSION information_schema_stats_expiry = 0", "SET SESSION max_execution_time = 0"),
    "mariadb": ("SET SESSION max_statement_time = 0",),
}
_TABLES = """
SELECT table_name, engine, table_type, auto_increment FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY 1
"""
_SEQUENCES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE' ORDER BY 1
"""
_COLUMNS = """
SELECT table_name, column_name, data_type, extra FROM information_schema.columns
WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position
"""
_FLOATS = """
SELECT CONCAT(table_name, '.', column_name) FROM information_schema.columns
WHERE table_schema = DATABASE() AND data_type = 'float' ORDER BY 1
"""
_DEFINERS = """
SELECT definer FROM information_schema.views WHERE table_schema = DATABASE()
UNION SELECT definer FROM information_schema.routines WHERE routine_schema = DATABASE()
UNION SELECT definer FROM information_schema.triggers WHERE trigger_schema = DATABASE()
UNION SELECT definer FROM information_schema.events WHERE event_schema = DATABASE() ORDER BY 1
"""
_OBJECTS = """
SELECT LOWER(REPLACE(table_type, 'BASE TABLE', 'TABLE')), COUNT(*) FROM information_schema.tables
  WHERE table_schema = DATABASE() GROUP BY 1
UNION ALL SELECT LOWER(routine_type), COUNT(*) FROM information_schema.routines
  WHERE routine_schema = DATABASE() GROUP BY 1
UNION ALL SELECT 'trigger', COUNT(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE()
UNION ALL SELECT 'event', COUNT(*) FROM information_schema.events WHERE event_schema = DATABASE()
UNION ALL SELECT 'index', COUNT(DISTINCT table_name, index_name) FROM information_schema.statistics
  WHERE table_schema = DATABASE()
UNION ALL SELECT LOWER(constraint_type), COUNT(*) FROM information_schema.table_constraints
  WHERE table_schema = DATABASE() GROUP BY 1
"""

# Each column becomes text of which no two differ in value and agree here: a length before what is short, a digest of
# what may be long. CONCAT gives NULL for more than max_allowed_packet, so nothing long may be in it.
_EXACT = {
    **dict.fromkeys(("char", "varchar"), "CONVERT({} USING binary)"),
    **dict.fromkeys(("binary", "varbinary"), "{}"),
    "bit": "{} + 0",
}
_TEXT = "CAST({} AS CHAR)"
_LONG = {
    **dict.fromkeys(
        ("tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob", "json"),
        "MD5({})",
    ),
    **dict.fromkeys(
        (
            *("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"),
            *("geometrycollection", "geomcollection", "vector"),
        ),
        "MD5(HEX({}))",
    ),
}
_ROWS = """
SELECT COUNT(*), COALESCE(SUM(CAST(CONV(LEFT(MD5(CONCAT({columns})), 16), 16, 10) AS UNSIGNED)), 0) FROM {table}
"""
_NOT_DUMPED = "VIRTUAL GENERATED"
_TRANSACTIONAL = {"InnoDB", "ROCKSDB", "RocksDB", "TokuDB"}
_NOT_OF_ONE_INSTANT = "not of one instant, because their storage engine knows no transactions"
_NO_HISTORY = "with their present rows only, not with the history that system versioning keeps"
_SIX_DIGITS = "FLOAT columns to six digits only, for that is how the dump program writes them"
_INCREMENTS = "SELECT next_not_cached_value, increment FROM {}"


def prepare_session(cursor: Cursor, product: str) -> None:
    """Make a session read text as every other session that compares."""
    for statement in (*SESSION, *_SESSION_OF[product]):
        cursor.execute(statement)


def quoted(name: str) -> str:
    """Return a name as it stands in a statement; the driver expands no `%` when there are no arguments."""
    return "`" + name.replace("`", "``") + "`"


class Inventory:
    """What a database has, without its rows: read while nobody may write, because no transaction covers it."""

    def __init__(self, cursor: Cursor) -> None:
        tables = _rows(cursor, _TABLES)
        self.tables = [name for name, *_ in tables]
        self.caveats = tuple(
            f"{text}: {', '.join(names)}"
            for text, names in (
                (
                    _NOT_OF_ONE_INSTANT,
                    [name for name, engine, *_ in tables if str(engine) not in _TRANSACTIONAL],
                ),
                (_NO_HISTORY, [name for name, _, kind, _ in tables if kind == "SYSTEM VERSIONED"]),
                (_SIX_DIGITS, [name for (name,) in _rows(cursor, _FLOATS)]),
            )
            if names
        )
        self.objects = {kind: count for kind, count in sorted(_rows(cursor, _OBJECTS)) if count}
        self.definers = tuple(definer for (definer,) in _rows(cursor, _DEFINERS) if definer)
        self.sequences = {name: _position(int(at), 1) for name, *_, at in tables if at is not None}
        for (name,) in _rows(cursor, _SEQUENCES):
            ((at, increment),) = _rows(cursor, _INCREMENTS.format(quoted(name)))
            self.sequences[name] = _position(at, increment)


def read_content(cursor: Cursor, inventory: Inventory) -> Content:
    """Return what the database holds, as the cursor's transaction sees it.

    After each table its lock is given back: a schema change need not wait for all of them.
    """
    columns = _columns(cursor)
    cursor.execute("SAVEPOINT mainstay")
    tables = {}
    for name in inventory.tables:
        tables[name] = _table(cursor, name, columns.get(name, []))
        cursor.execute("ROLLBACK TO SAVEPOINT mainstay")
    return Content(
        tables=tables,
        sequences=inventory.sequences,
        objects=inventory.objects,
        roles=inventory.definers,
    )


def _rows(cursor: Cursor, query: str) -> list[tuple[Any, ...]]:
    cursor.execute(query)
    return list(cursor.fetchall())


def _position(at: int, increment: int) -> SequencePosition:
    return SequencePosition(last_value=at, is_called=False, increment=increment)


def _columns(cursor: Cursor) -> Mapping[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for table, column, kind, extra in _rows(cursor, _COLUMNS):
        if _NOT_DUMPED not in extra.upper():
            columns.setdefault(table, []).append(_exact(quoted(column), kind.lower()))
    return columns


def _exact(column: str, kind: str) -> str:
    if kind in _LONG:
        return f"COALESCE({_LONG[kind].format(column)}, 'N')"
    value = _EXACT.get(kind, _TEXT).format(column)
    return f"COALESCE(CONCAT(LENGTH({value}), ':', {value}), 'N')"


def _table(cursor: Cursor, name: str, columns: list[str]) -> TableContent:
    ((rows, checksum),) = _rows(cursor, _ROWS.format(columns=", ".join(columns) or "''", table=quoted(name)))
    return TableContent(rows=rows, checksum=str(checksum))
