"""Reads what a PostgreSQL database holds: rows and checksums of every table, sequences, objects by kind.

What belongs to an extension is left out: the dump recreates the extension, not its content.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection, sql

from mainstay.backup.content import Content, SequencePosition, TableContent

# Text of the same value must be the same text in every session that compares.
SESSION = """
SET search_path = pg_catalog; SET timezone = 'UTC'; SET datestyle = 'ISO, MDY'; SET intervalstyle = 'postgres';
SET bytea_output = 'hex'; SET extra_float_digits = 1; SET xmlbinary = 'base64'; SET lc_monetary = 'C';
SET row_security = off; SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0
"""

_OURS = """
    n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS
        (SELECT FROM pg_depend d WHERE d.classid = '{catalog}'::regclass AND d.objid = x.oid AND d.deptype = 'e')
"""
_IN_PG_CLASS = _OURS.format(catalog="pg_class")
_IN_PG_NAMESPACE = _OURS.format(catalog="pg_namespace")
# Not what materialised views hold: a restore fills them anew, also those that were out of date.
_TABLES = f"""
SELECT n.nspname, x.relname FROM pg_class x JOIN pg_namespace n ON n.oid = x.relnamespace
WHERE x.relkind = 'r' AND x.relpersistence <> 't' AND {_IN_PG_CLASS}
ORDER BY 1, 2
"""
_SEQUENCES = f"""
SELECT n.nspname, x.relname, s.seqincrement
FROM pg_class x JOIN pg_namespace n ON n.oid = x.relnamespace JOIN pg_sequence s ON s.seqrelid = x.oid
WHERE x.relpersistence <> 't' AND {_IN_PG_CLASS} ORDER BY 1, 2
"""
_COLUMNS = f"""
SELECT n.nspname, x.relname, a.attname,
    CASE WHEN t.typnamespace = 'pg_catalog'::regnamespace
    THEN t.typname || CASE WHEN t.typname = 'numeric' AND a.atttypmod >= 0 THEN ' of a scale' ELSE '' END END
FROM pg_class x JOIN pg_namespace n ON n.oid = x.relnamespace
JOIN pg_attribute a ON a.attrelid = x.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE x.relkind = 'r' AND {_IN_PG_CLASS} ORDER BY 1, 2, a.attnum
"""
_SAMPLED = 16
_OWN = {
    # Types whose own hash tells apart whatever their text does, several times as fast; but for floats that are 0,
    # which is -0, and the scale of numbers where the column does not set it. Not intervals (a month is 30 days), enums
    # (hashed by a number that changes). PostgreSQL before 18 cannot call some by their names: those are hashed as what
    # they are made of, which is not dear, or else as a row of one column, which is.
    **{kind: f"hash{kind}extended({{0}}, {{1}})" for kind in ("int2", "int4", "int8")},
    **dict.fromkeys(("text", "varchar"), 'hashtextextended({0} COLLATE "C", {1})'),
    "bool": "hashint4extended({0}::int4, {1})",
    "bytea": "hash_record_extended(ROW({0}), {1})",
    "date": """CASE WHEN isfinite({0}) THEN hashint4extended({0} - DATE '2000-01-01', {1})
        ELSE hashtextextended({0}::text, {1}) END""",
    **{kind: f"{kind}_hash_extended({{0}}, {{1}})" for kind in ("uuid", "time", "timestamp")},
    "timestamptz": "timestamp_hash_extended({0} AT TIME ZONE INTERVAL '0', {1})",
    "numeric of a scale": "hash_numeric_extended({0}, {1})",
    "numeric": "hash_numeric_extended({0}, {1} + coalesce(scale({0}), -1))",
    **{
        kind: f"CASE WHEN {{0}} = 0 THEN hashtextextended({{0}}::text, {{1}})"
        f" ELSE hash{kind}extended({{0}}, {{1}}) END"
        for kind in ("float4", "float8")
    },
}
_TEXT = "hashtextextended({0}::text, {1})"
# Its own hash knows every key, string and number in their order, but not where a list in a list ends, nor 1.0 from
# 1.00. Whatever does that to documents does it to many: of one row in 16, which a column before it chooses, the text is
# hashed as well. The text of all of them would be half of what reading the content costs.
_JSONB = f"""jsonb_hash_extended({{0}}, {{1}})
    # CASE WHEN ({{2}}) % {_SAMPLED} = 0 THEN hashtextextended({{0}}::text, {{1}}) ELSE 0 END"""
_SEEDS_APART = 1 << 16
"""A number's scale, of at most 16,383, is added to its column's seed."""
_ROWS = "SELECT count(*), coalesce(sum({row}), 0)::text FROM ONLY {table} x"
_LARGE_OBJECTS = """
SELECT count(*), coalesce(sum(hashtextextended(oid::text || ':' || md5(lo_get(oid)), 0)::numeric), 0)::text
FROM pg_largeobject_metadata
"""
_ROLES = """
SELECT r.rolname FROM pg_roles r WHERE r.oid >= 16384 AND EXISTS (
  SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
  AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
) ORDER BY 1
"""
_EXTENSIONS = "SELECT extname FROM pg_extension ORDER BY 1"

_KINDS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialised view",
    "i": "index",
    "I": "partitioned index",
    "S": "sequence",
    "f": "foreign table",
    "c": "composite type",
}
_CLASSES = f"""
SELECT x.relkind::text, count(*) FROM pg_class x JOIN pg_namespace n ON n.oid = x.relnamespace
WHERE x.relpersistence <> 't' AND x.relkind <> 't' AND {_IN_PG_CLASS} GROUP BY 1
"""
_COUNTS = {
    "materialised view with rows": f"""SELECT count(*) FROM pg_class x JOIN pg_namespace n ON n.oid = x.relnamespace
        WHERE x.relkind = 'm' AND x.relispopulated AND {_IN_PG_CLASS}""",
    "function": f"""SELECT count(*) FROM pg_proc x JOIN pg_namespace n ON n.oid = x.pronamespace
        WHERE {_OURS.format(catalog="pg_proc")}""",
    "type": f"""SELECT count(*) FROM pg_type x JOIN pg_namespace n ON n.oid = x.typnamespace
        WHERE x.typtype IN ('d', 'e', 'r') AND {_OURS.format(catalog="pg_type")}""",
    "constraint": f"""SELECT count(*) FROM pg_constraint x JOIN pg_namespace n ON n.oid = x.connamespace
        WHERE x.contype <> 'n' AND {_OURS.format(catalog="pg_constraint")}""",
    "trigger": f"""SELECT count(*) FROM pg_trigger t JOIN pg_class x ON x.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = x.relnamespace WHERE NOT t.tgisinternal AND {_IN_PG_CLASS}""",
    "policy": f"""SELECT count(*) FROM pg_policy p JOIN pg_class x ON x.oid = p.polrelid
        JOIN pg_namespace n ON n.oid = x.relnamespace WHERE {_IN_PG_CLASS}""",
}

_EMPTY = (
    "SELECT NOT EXISTS ("
    + " UNION ALL ".join(
        (
            f"SELECT FROM pg_class x JOIN pg_namespace n ON n.oid = x.relnamespace WHERE {_IN_PG_CLASS}",
            f"""SELECT FROM pg_proc x JOIN pg_namespace n ON n.oid = x.pronamespace
            WHERE {_OURS.format(catalog="pg_proc")}""",
            f"""SELECT FROM pg_type x JOIN pg_namespace n ON n.oid = x.typnamespace
            WHERE {_OURS.format(catalog="pg_type")}""",
            f"SELECT FROM pg_namespace n, LATERAL (SELECT n.oid) x WHERE n.nspname <> 'public' AND {_IN_PG_NAMESPACE}",
            "SELECT FROM pg_largeobject_metadata",
        )
    )
    + ")"
)


def read_sequences(connection: Connection[Any]) -> dict[str, SequencePosition]:
    """Return where each sequence stands now: they take no part in transactions."""
    connection.execute(SESSION)
    return {
        f"{schema}.{name}": _sequence(connection, schema, name, increment)
        for schema, name, increment in _rows(connection, _SEQUENCES)
    }


def read_content(
    connection: Connection[Any], sequences: dict[str, SequencePosition] | None = None
) -> Content:
    """Return what the database holds, as the connection's transaction sees it; the transaction must be open.

    Args:
        connection: The connection.
        sequences: Where sequences stood before a dump began, when that is what the content is compared with.
    """
    connection.execute(SESSION)
    return Content(
        tables=_tables(connection),
        sequences=read_sequences(connection) if sequences is None else sequences,
        objects=_objects(connection),
        large_objects=_content(_rows(connection, _LARGE_OBJECTS)[0]),
        extensions=tuple(name for (name,) in _rows(connection, _EXTENSIONS)),
        roles=tuple(name for (name,) in _rows(connection, _ROLES)),
    )


def is_empty(connection: Connection[Any]) -> bool:
    """Return whether a database holds nothing that anybody put there, apart from extensions."""
    return bool(_rows(connection, _EMPTY)[0][0])


def _rows(connection: Connection[Any], query: str | sql.Composed) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode() if isinstance(query, str) else query).fetchall()


def _content(row: tuple[Any, ...]) -> TableContent:
    return TableContent(rows=row[0], checksum=row[1])


def _tables(connection: Connection[Any]) -> dict[str, TableContent]:
    columns: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for schema, table, column, kind in _rows(connection, _COLUMNS):
        columns.setdefault((schema, table), []).append((column, kind))
    return {
        f"{schema}.{name}": _table(connection, schema, name, columns.get((schema, name), []))
        for schema, name in _rows(connection, _TABLES)
    }


def _table(
    connection: Connection[Any], schema: str, name: str, columns: list[tuple[str, str | None]]
) -> TableContent:
    query = sql.SQL(_ROWS).format(row=_row(columns), table=sql.Identifier(schema, name))
    return _content(_rows(connection, query)[0])


def _row(columns: list[tuple[str, str | None]]) -> sql.Composable:
    """Return the expression for the hash of a row: those of its values, each with a seed of its own, in one."""
    values: list[sql.Composable] = [sql.SQL("0::bigint")]
    chooser: sql.Composable = sql.SQL("0")
    for number, (column, kind) in enumerate(columns, start=1):
        expression = _JSONB if kind == "jsonb" else _OWN.get(kind or "", _TEXT)
        seed, name = sql.Literal(number * _SEEDS_APART), sql.Identifier("x", column)
        value = sql.SQL("coalesce({}, 0)").format(sql.SQL(expression).format(name, seed, chooser))
        if chooser == sql.SQL("0") and kind in _OWN:
            chooser = value
        values.append(value)
    return sql.SQL(" # ").join(values)


def _sequence(connection: Connection[Any], schema: str, name: str, increment: int) -> SequencePosition:
    query = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(schema, name))
    last_value, is_called = _rows(connection, query)[0]
    return SequencePosition(last_value=last_value, is_called=is_called, increment=increment)


def _objects(connection: Connection[Any]) -> dict[str, int]:
    classes = {_KINDS.get(kind, kind): count for kind, count in _rows(connection, _CLASSES)}
    counted = {kind: _rows(connection, query)[0][0] for kind, query in _COUNTS.items()}
    return {kind: count for kind, count in sorted({**classes, **counted}.items()) if count}
