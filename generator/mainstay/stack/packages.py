"""What depending on a package proves: drivers and mappers of databases, migration tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mainstay.stack.manifests import node_packages, project_packages, requirements
from mainstay.stack.sign import Kind

PACKAGES: Mapping[str, tuple[Kind, str]] = {
    **dict.fromkeys(
        ("pg", "postgres", "pg-promise", "@neondatabase/serverless", "@vercel/postgres"),
        ("databases", "postgresql"),
    ),
    **dict.fromkeys(
        ("psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "pg8000"), ("databases", "postgresql")
    ),
    **dict.fromkeys(
        ("mysql", "mysql2", "mysqlclient", "pymysql", "aiomysql", "asyncmy"), ("databases", "mysql")
    ),
    **dict.fromkeys(("mariadb",), ("databases", "mariadb")),
    **dict.fromkeys(("sqlite3", "better-sqlite3", "aiosqlite"), ("databases", "sqlite")),
    **dict.fromkeys(("mongodb", "mongoose", "pymongo", "motor"), ("databases", "mongodb")),
    **dict.fromkeys(("mssql", "tedious", "pyodbc"), ("databases", "sqlserver")),
    **dict.fromkeys(("prisma", "@prisma/client"), ("migrations", "prisma")),
    **dict.fromkeys(("drizzle-kit",), ("migrations", "drizzle")),
    **dict.fromkeys(("knex",), ("migrations", "knex")),
    **dict.fromkeys(("typeorm",), ("migrations", "typeorm")),
    **dict.fromkeys(("alembic", "flask-migrate"), ("migrations", "alembic")),
}
"""Package -> what depending on it proves."""

READERS: Mapping[str, Callable[[str], set[str]]] = {
    "package.json": node_packages,
    "pyproject.toml": project_packages,
    "requirements*.txt": requirements,
    "requirements*.in": requirements,
    "**/requirements/*.txt": requirements,
    "**/requirements/*.in": requirements,
}
"""File -> how the packages that it depends on are read."""
