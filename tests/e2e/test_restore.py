from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from helpers.postgres import Database, database_names
from mainstay.backup import Manifest, RestorePlan, Source, carry_out, engine_named, plan_restore, take_backup
from mainstay.errors import EngineError, UsageError, VerificationError

WORDS = "CREATE TABLE words AS SELECT i, md5(i::text) AS word FROM generate_series(1, 500) i"


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """An empty store in a folder."""
    return tmp_path.as_uri()


@pytest.fixture
def role(database: Database) -> Iterator[str]:
    """A role that owns a table of the database, and may read another."""
    name = f"role_{secrets.token_hex(6)}"
    database.execute(
        f"{WORDS}; CREATE ROLE {name} NOLOGIN; CREATE TABLE owned (i int); ALTER TABLE owned OWNER TO {name};"
        f"GRANT SELECT ON words TO {name}"
    )
    yield name
    with psycopg.connect(database.server_url, autocommit=True) as connection:
        for (found,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test_%'"):
            with psycopg.connect(database.url.replace(database.name, found), autocommit=True) as inside:
                inside.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def backed_up(database: Database, store_url: str) -> Manifest:
    return take_backup(Source("app", "postgresql", database.url), store_url)


def planned(manifest: Manifest, store_url: str, database: Database, into: str, **more: object) -> RestorePlan:
    return plan_restore(manifest, store_url, server_url=database.url, into=into, **more)  # type: ignore[arg-type]


def reasons(plan: RestorePlan) -> str:
    return "; ".join(problem.message for problem in plan.problems)


def beside(database: Database, name: str) -> Database:
    return Database(name, database.url.replace(database.name, name), database.server_url)


def drop(database: Database, *names: str) -> None:
    for name in names:
        engine_named("postgresql").drop_database(database.server_url, name)


def test_a_plan_says_what_is_there_and_touches_nothing(database: Database, store_url: str) -> None:
    """Host, version, program, whether the database exists: all before anything begins, and without a secret."""
    database.execute(WORDS)
    manifest, before = backed_up(database, store_url), database_names(database.server_url)

    plan = planned(manifest, store_url, database, "test_elsewhere")

    assert plan.problems == ()
    assert plan.target is not None
    assert (plan.target.exists, plan.target.major, plan.kept_as) == (False, 16, None)
    assert plan.target.place.endswith(":5432")
    assert plan.target.client.startswith("pg_restore (PostgreSQL) 16")
    assert "postgres:" not in repr(plan)
    assert database_names(database.server_url) == before


def test_the_source_of_a_backup_is_replaced_only_when_its_name_is_repeated(
    database: Database, store_url: str
) -> None:
    """Even when it was emptied; the manifest tells which database it is of."""
    database.execute(WORDS)
    manifest = backed_up(database, store_url)
    database.execute("DROP TABLE words")

    refused = planned(manifest, store_url, database, database.name)
    misspelt = planned(manifest, store_url, database, database.name, confirm=database.name[:-1])
    confirmed = planned(manifest, store_url, database, database.name, confirm=database.name)

    assert "is the one that the backup was taken from; nothing was touched" in reasons(refused)
    assert f"--confirm {database.name}" in str(refused.problems[0].hint)
    assert "--confirm says" in reasons(misspelt)
    with pytest.raises(UsageError, match="is the one that the backup was taken from"):
        carry_out(refused)
    with pytest.raises(UsageError, match="--confirm says"):
        carry_out(misspelt)
    assert confirmed.problems == ()


def test_a_database_that_is_replaced_is_kept_beside(database: Database, store_url: str) -> None:
    """Its sessions end, its rows stay under the name that the plan gave, and the new one has its settings."""
    database.execute(WORDS)
    owner = f"owner_{secrets.token_hex(4)}"
    database.execute(
        f"CREATE ROLE {owner} NOLOGIN; ALTER DATABASE {database.name} OWNER TO {owner};"
        f"ALTER DATABASE {database.name} SET search_path = '$user', public, \"odd one\";"
        f"ALTER DATABASE {database.name} SET app.region = 'north';"
        f"ALTER ROLE {owner} IN DATABASE {database.name} SET work_mem = '7MB';"
        f"ALTER DATABASE {database.name} CONNECTION LIMIT 40; REVOKE CONNECT ON DATABASE {database.name} FROM PUBLIC"
    )
    settings = "SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase WHERE datname = "
    about = (
        "SELECT pg_get_userbyid(datdba), datconnlimit, "
        "(SELECT array_agg(a::text ORDER BY a::text) FROM unnest(datacl) a) "
        "FROM pg_database WHERE datname = "
    )
    named = f"'{database.name}'"
    before = sorted(database.query(settings + named)), database.query(about + named)
    manifest = backed_up(database, store_url)
    database.execute("DELETE FROM words WHERE i > 3")

    plan = planned(manifest, store_url, database, database.name, confirm=database.name)
    with psycopg.connect(database.url) as session:
        restored = carry_out(plan)
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")

    assert plan.kept_as is not None
    assert plan.kept_as.startswith(f"{database.name}_before_")
    assert restored.database == database.name
    assert database.query("SELECT count(*) FROM words") == [(500,)]
    assert beside(database, plan.kept_as).query("SELECT count(*) FROM words") == [(3,)]
    assert (sorted(database.query(settings + named)), database.query(about + named)) == before
    assert {name for name in database_names(database.server_url) if name.startswith(database.name)} == {
        database.name,
        plan.kept_as,
    }
    drop(database, plan.kept_as, database.name)
    with psycopg.connect(database.server_url) as connection:
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(owner)))


def test_a_database_is_replaced_under_clients_that_come_back_at_once(
    database: Database, store_url: str
) -> None:
    """Every pool connects again within milliseconds."""
    database.execute(WORDS)
    manifest, stop = backed_up(database, store_url), threading.Event()

    def pool() -> None:
        while not stop.is_set():
            try:
                with psycopg.connect(database.url) as connection:
                    while not stop.is_set():
                        connection.execute("SELECT 1")
                        time.sleep(0.001)
            except psycopg.Error:
                continue

    clients = [threading.Thread(target=pool) for _ in range(3)]
    for client in clients:
        client.start()
    try:
        plan = planned(manifest, store_url, database, database.name, confirm=database.name)
        carry_out(plan)
    finally:
        stop.set()
        for client in clients:
            client.join()

    assert database.query("SELECT count(*) FROM words") == [(500,)]
    drop(database, str(plan.kept_as))


def test_an_existing_database_is_taken_when_it_is_empty_and_else_only_when_confirmed(
    database: Database, store_url: str
) -> None:
    """An empty one is somebody's preparation for the restore; it is kept all the same."""
    database.execute(WORDS)
    manifest = backed_up(database, store_url)
    other = beside(database, f"{database.name}_other")
    with psycopg.connect(database.server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(other.name)))

    empty = planned(manifest, store_url, database, other.name)
    states = {}
    for what in ("TABLE t (i int)", "FUNCTION t() RETURNS int RETURN 1", "TYPE t AS ENUM ('a')", "SCHEMA t"):
        other.execute(f"CREATE {what}")
        states[what] = planned(manifest, store_url, database, other.name).problems
        kind = what.split()[0]
        other.execute(f"DROP {kind} t")
    carry_out(empty)

    assert empty.problems == ()
    assert all("exists and is not empty" in found[0].message for found in states.values())
    assert other.query("SELECT count(*) FROM words") == [(500,)]
    assert empty.kept_as in database_names(database.server_url)
    drop(database, str(empty.kept_as), other.name)


def test_a_replacement_that_fails_leaves_everything_as_it_was(
    database: Database, store_url: str, tmp_path: Path
) -> None:
    """A damaged backup is noticed before the names change."""
    database.execute(WORDS)
    manifest = backed_up(database, store_url)
    (artifact,) = tmp_path.rglob("dump.zst")
    artifact.write_bytes(artifact.read_bytes()[:-50])
    before = database_names(database.server_url)

    with pytest.raises(VerificationError):
        carry_out(planned(manifest, store_url, database, database.name, confirm=database.name))

    assert database_names(database.server_url) == before
    assert database.query("SELECT count(*) FROM words") == [(500,)]


def test_owners_and_privileges_come_back(database: Database, role: str, store_url: str) -> None:
    """Unless they are not wanted: then all of it belongs to who restores."""
    manifest = backed_up(database, store_url)
    owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'owned'"
    may = f"SELECT has_table_privilege('{role}', 'words', 'SELECT')"
    with_owners, without = f"{database.name}_a", f"{database.name}_b"

    carry_out(planned(manifest, store_url, database, with_owners))
    carry_out(planned(manifest, store_url, database, without, with_owners=False))

    assert manifest.content.roles == (role,)
    assert beside(database, with_owners).query(owner) == [(role,)]
    assert beside(database, with_owners).query(may) == [(True,)]
    assert beside(database, without).query(owner) == [("postgres",)]
    assert beside(database, without).query(may) == [(False,)]
    drop(database, with_owners, without)


def test_what_the_server_lacks_is_said_before_anything_starts(
    database: Database, role: str, store_url: str
) -> None:
    """Roles and extensions, each with what to do; not half-way through a restore."""
    manifest = backed_up(database, store_url)
    content = manifest.content.model_copy(
        update={"roles": (role, "nobody-here"), "extensions": ("plpgsql", "no_such_extension")}
    )
    lacking, before = manifest.model_copy(update={"content": content}), database_names(database.server_url)

    plan = planned(lacking, store_url, database, "test_elsewhere")
    unowned = planned(lacking, store_url, database, "test_elsewhere", with_owners=False)

    assert [problem.message for problem in plan.problems] == [
        "the server lacks roles that the backup names: nobody-here",
        "the server lacks extensions that the backup needs: no_such_extension",
    ]
    assert "globals.zst" in str(plan.problems[0].hint)
    assert "--no-owner" in str(plan.problems[0].hint)
    assert [problem.message for problem in unowned.problems] == [plan.problems[1].message]
    with pytest.raises(EngineError, match="lacks roles"):
        carry_out(plan)
    assert database_names(database.server_url) == before


def test_an_older_server_is_refused(database: Database, store_url: str) -> None:
    """What a newer version wrote, an older one may not read."""
    database.execute(WORDS)
    manifest = backed_up(database, store_url)
    newer = manifest.model_copy(
        update={"server": manifest.server.model_copy(update={"version": "99.1", "major": 99})}
    )

    plan = planned(newer, store_url, database, "test_elsewhere")

    assert "the server is PostgreSQL 99, but no pg_restore of that version is here" in reasons(plan)
    assert "the backup is of version 99.1, the server of 16" in reasons(plan)


def test_a_database_that_is_gone_is_restored_through_its_own_url(database: Database, store_url: str) -> None:
    """The day it is needed the URL of the application leads nowhere: the server is there all the same."""
    database.execute(WORDS)
    manifest = backed_up(database, store_url)
    drop(database, database.name)

    plan = planned(manifest, store_url, database, database.name)
    carry_out(plan)

    assert (plan.problems, plan.kept_as) == ((), None)
    assert database.query("SELECT count(*) FROM words") == [(500,)]
