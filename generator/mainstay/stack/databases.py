"""What proves a database: what each kind of file calls it, and where such names stand."""

from __future__ import annotations

from collections.abc import Mapping

from mainstay.stack.sign import Sign

_COMPOSE = tuple(
    name + kind
    for name in ("compose", "compose.*", "docker-compose", "docker-compose.*", "docker-compose-*")
    for kind in (".yml", ".yaml")
)
_ENV = (".env.example", ".env.sample", ".env.template", ".env.dist", ".env.*.example", "env.example")
_DRIZZLE = tuple(f"drizzle.config.{kind}" for kind in ("ts", "js", "mjs", "json"))
_KNEX = tuple(f"knexfile.{kind}" for kind in ("js", "cjs", "mjs", "ts"))
_TYPEORM = ("*data-source.ts", "*data-source.js", "ormconfig.json", "ormconfig.js", "ormconfig.ts")
_JVM = ("pom.xml", "build.gradle", "build.gradle.kts", "libs.versions.toml")
_SPRING = tuple(f"application{part}.{kind}" for part in ("", "-*") for kind in ("properties", "yml", "yaml"))

_NAMES: Mapping[str, Mapping[str, str]] = {
    "postgresql": {
        "knex": r"pg|postgres|postgresql",
        "laravel": r"pgsql",
        "image": r"postgres|postgis|timescaledb(?:-ha)?|postgresql|pgvector",
        "url": r"postgres|postgresql(?:\+\w+)?|postgis|prisma\+postgres",
        "dialect": "postgresql|postgres",
        "gem": "pg|postgresql|postgis|activerecord-postgis-adapter",
        "jvm": r"org\.postgresql|r2dbc-postgresql",
        "django": "postgresql|postgresql_psycopg2|postgis",
        "go": r"github\.com/(?:lib/pq|jackc/pgx)",
        "elixir": "postgrex",
        "crate": "postgres|tokio-postgres",
        "dotnet": r"Npgsql(?:\.[\w.]+)?",
    },
    "mysql": {
        "knex": r"mysql2?",
        "laravel": r"mysql",
        "image": "mysql|mysql-server",
        "url": r"mysql2?(?:\+\w+)?",
        "dialect": "mysql",
        "gem": "mysql2|trilogy",
        "jvm": "mysql-connector-j(?:ava)?",
        "django": "mysql",
        "go": r"github\.com/go-sql-driver/mysql",
        "elixir": "myxql",
        "crate": "mysql|mysql_async",
        "dotnet": r"MySqlConnector|MySql\.Data|Pomelo\.EntityFrameworkCore\.MySql",
    },
    "mariadb": {
        "image": "mariadb",
        "url": r"mariadb(?:\+\w+)?",
        "dialect": "mariadb",
        "jvm": "mariadb-java-client",
        "laravel": "mariadb",
    },
    "sqlite": {
        "knex": r"sqlite3|better-sqlite3",
        "laravel": r"sqlite",
        "url": "sqlite3?",
        "dialect": "sqlite|better-sqlite3",
        "gem": "sqlite3",
        "jvm": "sqlite-jdbc",
        "django": "sqlite3|spatialite",
        "go": r"github\.com/mattn/go-sqlite3|modernc\.org/sqlite",
        "elixir": "ecto_sqlite3",
        "crate": "rusqlite",
        "dotnet": r"Microsoft\.(?:EntityFrameworkCore|Data)\.Sqlite",
    },
    "mongodb": {
        "laravel": r"mongodb",
        "image": "mongo|mongodb",
        "url": r"mongodb(?:\+srv)?",
        "dialect": "mongodb",
        "gem": "mongoid|mongo",
        "jvm": "mongodb-driver-sync",
        "go": r"go\.mongodb\.org/mongo-driver",
        "dotnet": r"MongoDB\.Driver",
    },
    "sqlserver": {
        "knex": r"mssql",
        "laravel": r"sqlsrv",
        "image": "mssql/server",
        "url": "sqlserver|mssql",
        "dialect": "sqlserver",
        "gem": "tiny_tds|sqlserver",
        "jvm": "mssql-jdbc",
        "django": "mssql",
        "dotnet": r"Microsoft\.EntityFrameworkCore\.SqlServer",
    },
}
"""Database -> how each kind of file names it, as a regular expression."""

_PLACES = (
    ("dialect", ("*.prisma",), r'^[ \t]*provider[ \t]*=[ \t]*"(?:NAME)"', "datasource provider {}"),
    ("knex", _KNEX, r"\bclient[\"']?[ \t]*:[ \t]*[\"'](?:NAME)[\"']", "{} client"),
    ("dialect", _TYPEORM, r"\btype[\"']?[ \t]*:[ \t]*[\"'](?:NAME)[\"']", "{} data source"),
    ("laravel", _ENV, r"^DB_CONNECTION[ \t]*=[ \t]*[\"']?(?:NAME)\b", "{} connection"),
    (
        "laravel",
        ("**/config/database.php",),
        r"^[ \t]*'default'[ \t]*=>[ \t]*env\([ \t]*'DB_CONNECTION',[ \t]*'(?:NAME)'",
        "{} connection",
    ),
    ("dialect", _DRIZZLE, r"dialect[\"']?[ \t]*:[ \t]*[\"'](?:NAME)[\"']", "{} dialect"),
    (
        "image",
        _COMPOSE,
        r"^[ \t]+image:[ \t]*[\"']?(?:[\w.:-]+/)*(?:NAME)(?:[:@\"'\s]|$)",
        "service with a {} image",
    ),
    ("url", _ENV, r"^[ \t]*(?:export[ \t]+)?\w+[ \t]*=[ \t]*[\"']?(?:NAME):", "{} connection string"),
    ("url", _SPRING, r"\bjdbc:(?:NAME):", "{} connection string"),
    ("gem", ("Gemfile", "gems.rb"), r"^[ \t]*gem[ \t]*\(?[\"'](?:NAME)[\"']", "gem of {}"),
    ("gem", ("**/config/database.yml",), r"^[ \t]*adapter:[ \t]*[\"']?(?:NAME)\b", "{} adapter"),
    ("jvm", _JVM, r"\b(?:NAME)\b", "driver of {}"),
    (
        "django",
        ("settings.py", "**/settings/*.py"),
        r"django\.(?:db|contrib\.gis\.db)\.backends\.(?:NAME)\b",
        "engine {}",
    ),
    ("go", ("go.mod",), r"^[ \t]*(?:require[ \t]+)?(?:NAME)\b", "driver of {}"),
    ("elixir", ("mix.exs",), r"\{:(?:NAME)\b", "driver of {}"),
    ("crate", ("Cargo.toml",), r"^(?:NAME)[ \t]*=", "driver of {}"),
    ("dialect", ("Cargo.toml",), r'^(?:sqlx|diesel|sea-orm)\b[^\n]*"(?:sqlx-)?(?:NAME)"', "{} feature"),
    ("dotnet", ("*.csproj", "*.fsproj", "Directory.Packages.props"), r'Include="(?:NAME)"', "driver of {}"),
)
"""Kind of name, files, how it stands in them (NAME is put in), and how that is said."""

SIGNS = tuple(
    Sign("databases", database, because.format(database), globs, says.replace("NAME", names[kind]))
    for database, names in _NAMES.items()
    for kind, globs, says, because in _PLACES
    if kind in names
)
