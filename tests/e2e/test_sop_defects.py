"""The defects of the SOP's own backup and restore, one test each: ours does not have them.

Every docstring says what the SOP's script or workflow did; the numbers are those of `docs/sop-603.md`.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pyrage
import pytest
from ruamel.yaml import YAML

from helpers.commands import mainstay
from helpers.faulty_store import Fault, FaultyStore
from helpers.policies import changed, policy_text
from helpers.postgres import Database, database_names
from helpers.rendering import rendered
from helpers.steps import AtFirstBlock, all_arguments
from mainstay.backup import (
    Level,
    Source,
    engine_named,
    find_backup,
    read_catalog,
    restore_backup,
    take_backup,
    verify_backup,
)
from mainstay.backup.encryption import decrypt
from mainstay.backup.stores import open_store
from mainstay.backup.stream import decompress, part_size_bytes
from mainstay.errors import EngineError, VerificationError
from mainstay.platform import postgres_installs
from mainstay.platform.clock import FixedClock
from mainstay.platform.embedded_postgres import EmbeddedPostgres
from mainstay.platform.postgres_installs import find_bin

NIGHT = datetime(2026, 11, 23, 2, 17, tzinfo=UTC)
KEY = pyrage.x25519.Identity.generate()


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """An empty store in a folder."""
    (tmp_path / "store").mkdir()
    return (tmp_path / "store").as_uri()


@pytest.fixture
def words(database: Database) -> Database:
    """A database with a thousand rows."""
    database.execute("CREATE TABLE words AS SELECT i, md5(i::text) AS word FROM generate_series(1, 1000) i")
    return database


@pytest.fixture
def repository(tmp_path: Path, store_url: str) -> Path:
    """A repository whose policy backs up to the store."""
    (tmp_path / "app/.github").mkdir(parents=True)
    policy = changed(policy_text(), ("store: s3", f"store: {store_url} # s3"))
    (tmp_path / "app/.github/mainstay.yml").write_text(policy)
    return tmp_path / "app"


@pytest.fixture
def role(words: Database) -> Iterator[str]:
    """A role that may log in and read; everything of it is gone afterwards."""
    name = f"role_{words.name}"
    words.execute(f"CREATE ROLE {name} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    yield name
    words.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def source(url: str) -> Source:
    return Source("app", "postgresql", url)


def as_role(database: Database, role: str, password: str) -> str:
    """Give the role a password and return the URL that it connects with."""
    with psycopg.connect(database.url) as connection:
        connection.execute(
            psycopg.sql.SQL("ALTER ROLE {} PASSWORD {}").format(psycopg.sql.Identifier(role), password)
        )
    query = urlsplit(database.url).query
    return f"postgresql://{role}:{quote(password, safe='')}@/{database.name}?{query}"


def workflow(name: str, **answers: object) -> dict[str, Any]:
    """Return an emitted workflow."""
    loaded: dict[str, Any] = YAML(typ="safe").load(rendered(**answers) / ".github/workflows" / name)
    return loaded


def job_of(name: str, **answers: object) -> dict[str, Any]:
    """Return the job that does the work; the one that records it runs nothing of the repository."""
    (job,) = (job for key, job in workflow(name, **answers)["jobs"].items() if key != "evidence")
    return dict(job)


def document(path: str) -> str:
    return (rendered() / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("postgresql://u:pw@127.0.0.1:1/app", 1),
        ("postgresql://u:pw@/app?host=/no/such/folder", 1),
        ("not a url", 1),
        ("", 2),
    ],
)
def test_d1_a_failure_is_a_failure(repository: Path, url: str, status: int) -> None:
    """It printed its errors and ended with 0: a backup that failed stayed green."""
    done = mainstay("backup", "take", cwd=repository, env={"DATABASE_URL": url})

    assert done.returncode == status
    assert done.stderr.splitlines()[-2].startswith("error: ")


def test_d2_parameters_in_the_address_reach_the_database(words: Database, store_url: str) -> None:
    """The shell cut the address at its first `&`, uploaded 0 bytes over the day's backup and reported success."""
    url = f"{words.url}&sslmode=prefer&channel_binding=prefer&connect_timeout=10"

    manifest = take_backup(source(url), store_url)

    assert manifest.content.rows == 1000
    assert verify_backup(manifest, store_url, level=Level.READABLE).differences == ()


def test_d3_an_address_is_never_run(
    words: Database, role: str, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `$(…)` in the secret was carried out, and a parenthesis in a password broke the command line."""
    monkeypatch.chdir(tmp_path)
    url = as_role(words, role, "p(a$(touch pwned)`touch pwned`;'\"&|")

    manifest = take_backup(source(url), store_url)

    assert manifest.content.rows == 1000
    assert not (tmp_path / "pwned").exists()


def test_d4_the_frameworks_own_address_is_understood(words: Database, store_url: str) -> None:
    """Prisma's `?schema=public` made every backup of the SOP's own stack fail."""
    url = f"{words.url}&schema=public&connection_limit=5&pool_timeout=0"

    assert take_backup(source(url), store_url).content.rows == 1000


def test_d5_the_dump_is_made_by_the_servers_own_version(
    words: Database, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever pg_dump stood on PATH was run, and an older one than the server refused, with status 0."""
    trap = tmp_path / "path/pg_dump"
    trap.parent.mkdir()
    trap.write_text("#!/bin/sh\nexit 7\n")
    trap.chmod(0o755)
    monkeypatch.setenv("PATH", f"{trap.parent}:{os.environ['PATH']}")
    only_16 = find_bin(16, "pg_dump").parent

    with EmbeddedPostgres.start(18) as newer:
        Database("postgres", newer.url(), newer.url()).execute("CREATE TABLE words AS SELECT 1 AS i")
        of_18 = take_backup(source(newer.url()), store_url)
        monkeypatch.setattr(postgres_installs, "_folders", lambda: iter([only_16]))
        with pytest.raises(EngineError, match="the server is PostgreSQL 18, but no pg_dump of that version"):
            take_backup(source(newer.url()), store_url)
    of_16 = take_backup(source(words.url), store_url)

    assert ("PostgreSQL) 18" in of_18.dump.client, "PostgreSQL) 16" in of_16.dump.client) == (True, True)


def test_d6_no_argument_of_a_program_holds_the_password(words: Database, role: str, store_url: str) -> None:
    """Two processes carried the whole address, password included, for everybody to read with `ps`."""
    words.execute(
        "CREATE TABLE long AS SELECT repeat(md5(i::text), 30) AS line FROM generate_series(1, 30000) i"
    )
    words.execute(f"GRANT SELECT ON long TO {role}")
    url, seen = as_role(words, role, "hunter2-in-argv"), []

    take_backup(source(url), store_url, progress=AtFirstBlock(lambda: seen.append(all_arguments())))

    assert "pg_dump" in seen[0]
    assert "hunter2-in-argv" not in seen[0]


def test_d7_no_message_holds_the_password(repository: Path, words: Database) -> None:
    """Every failure printed the address, password included, into the log."""
    for url in (
        f"postgresql://app:s3cr3t-pw@/{words.name}?{urlsplit(words.url).query}",
        "postgresql://app:s3cr3t-pw@127.0.0.1:1/app",
        "postgresql://app:s3cr3t-pw@[/app",
    ):
        done = mainstay("backup", "take", cwd=repository, env={"DATABASE_URL": url})

        assert done.returncode == 1
        assert "s3cr3t-pw" not in done.stdout + done.stderr


def test_d8_two_backups_of_a_day_are_two(words: Database, store_url: str) -> None:
    """There was one key per day: a second run, after the bad migration, replaced the good backup of the night."""
    good = take_backup(source(words.url), store_url, clock=FixedClock(NIGHT))
    words.execute("UPDATE words SET word = 'the bad migration'")
    bad = take_backup(source(words.url), store_url, clock=FixedClock(NIGHT))

    assert {manifest.id for manifest in read_catalog(store_url).backups} == {good.id, bad.id}
    assert verify_backup(good, store_url, level=Level.RESTORED, server_url=words.server_url).differences == ()


def test_d9_the_documented_restore_restores(repository: Path, words: Database) -> None:
    """It wrote plain SQL and told its reader to restore that with pg_restore, which refuses it."""
    env, into = {"DATABASE_URL": words.url}, f"{words.name}_d9"
    mainstay("backup", "take", cwd=repository, env=env)

    done = mainstay("backup", "restore", "--into", into, cwd=repository, env=env)

    assert done.returncode == 0, done.stderr
    url = engine_named("postgresql").database_url(words.server_url, into)
    assert engine_named("postgresql").read_content(url).rows == 1000
    engine_named("postgresql").drop_database(words.server_url, into)


def test_d10_a_restore_is_everything_or_nothing_and_once(
    words: Database, store_url: str, tmp_path: Path
) -> None:
    """To psql a dump that was cut off was a whole one; a second restore doubled every row; both ended with 0."""
    manifest, into = take_backup(source(words.url), store_url), f"{words.name}_d10"
    path = tmp_path / "store" / manifest.artifact.key
    whole = path.read_bytes()

    path.write_bytes(whole[:-50])
    with pytest.raises(VerificationError):
        restore_backup(manifest, store_url, server_url=words.server_url, into=into)
    assert into not in database_names(words.server_url)

    path.write_bytes(whole)
    restored = restore_backup(manifest, store_url, server_url=words.server_url, into=into)
    with pytest.raises(EngineError, match="exists already; nothing was touched"):
        restore_backup(manifest, store_url, server_url=words.server_url, into=into)
    assert engine_named("postgresql").read_content(restored.url) == manifest.content
    engine_named("postgresql").drop_database(words.server_url, into)


def test_d11_a_restore_does_not_touch_production(repository: Path, words: Database) -> None:
    """It restored straight into the database that DATABASE_URL names, whatever was in it."""
    env = {"DATABASE_URL": words.url}
    mainstay("backup", "take", cwd=repository, env=env)
    words.execute("UPDATE words SET word = 'written since'")

    done = mainstay("backup", "restore", "--into", words.name, cwd=repository, env=env)

    assert done.returncode == 2
    assert f"--confirm {words.name}" in done.stderr
    assert words.query("SELECT DISTINCT word FROM words") == [("written since",)]


def test_d12_what_is_stored_is_compressed(words: Database, store_url: str) -> None:
    """The dump was stored as it came: three to a hundred times as large."""
    words.execute("CREATE TABLE log AS SELECT 'the same line again' FROM generate_series(1, 50000)")

    manifest = take_backup(source(words.url), store_url)

    assert manifest.artifact.size_bytes < manifest.dump.size_bytes / 10


def test_d13_nothing_lies_on_a_disk_on_the_way(
    words: Database, faulty_store: FaultyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole dump lay in /tmp, readable by every user of the machine, and stayed there."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    before, seen = open_files(), []

    take_backup(
        source(words.url),
        faulty_store.url,
        progress=AtFirstBlock(lambda: seen.append((list(temporary.iterdir()), open_files() - before))),
    )

    assert seen == [([], set())]
    assert list(temporary.iterdir()) == []


def open_files() -> set[str]:
    """Return the files, not pipes or sockets, that this process has open for writing somewhere."""
    links = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return {
        str(link)
        for link in links
        if str(link).startswith("/") and not str(link).startswith(("/dev", "/proc"))
    }


def test_d14_a_large_dump_goes_up_in_parts_each_retried_by_itself(
    words: Database, faulty_store: FaultyStore
) -> None:
    """One request carried everything: at most 5 GiB, over one connection, all again after a hiccup."""
    words.execute(
        "CREATE TABLE noise AS SELECT decode(string_agg(md5(random()::text), ''), 'hex') AS noise "
        "FROM generate_series(1, 1200000) i GROUP BY i % 100"
    )
    faulty_store.break_down(Fault("503", ("part",), times=1))

    manifest = take_backup(source(words.url), faulty_store.url)

    calls = [call for call, _ in faulty_store.calls]
    assert manifest.artifact.size_bytes > 2 * (8 << 20)
    assert (calls.count("begin"), calls.count("part"), calls.count("complete")) == (1, 4, 1)
    assert verify_backup(manifest, faulty_store.url, level=Level.DIGEST).differences == ()
    for database_bytes in (1 << 30, 1 << 40, 100 << 40):
        assert 2.2 * database_bytes / part_size_bytes(database_bytes) < 10_000


def test_d15_an_empty_object_is_no_backup(words: Database, store_url: str, tmp_path: Path) -> None:
    """Nothing was verified, not even that there were more than 0 bytes."""
    manifest = take_backup(source(words.url), store_url)
    (tmp_path / "store" / manifest.artifact.key).write_bytes(b"")

    for level in Level:
        with pytest.raises(VerificationError, match="has 0 bytes, the manifest says"):
            verify_backup(manifest, store_url, level=level, server_url=words.server_url)


def test_d16_a_role_that_sees_less_backs_nothing_up(words: Database, role: str, store_url: str) -> None:
    """Row level security: 9 of 500 rows were dumped, and called a backup."""
    words.execute(
        "ALTER TABLE words ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON words USING (i < 10);"
        f"GRANT USAGE ON SCHEMA public TO {role}"
    )
    url = as_role(words, role, "limited-pw")

    with pytest.raises(EngineError, match="row-level security"):
        take_backup(source(url), store_url)

    assert open_store(store_url).keys("") == []


def test_d17_whoever_reads_the_store_reads_no_data(
    repository: Path, words: Database, store_url: str, tmp_path: Path
) -> None:
    """Nothing was encrypted, and nothing said how long it is kept."""
    words.execute("INSERT INTO words VALUES (0, 'a-sentence-nobody-may-read')")
    policy = repository / ".github/mainstay.yml"
    policy.write_text(
        changed(policy.read_text(), ("  rto: 4h", f"  encrypt-to: [{KEY.to_public()}]\n  rto: 4h"))
    )

    done = mainstay("backup", "take", cwd=repository, env={"DATABASE_URL": words.url})

    assert done.returncode == 0, done.stderr
    artifact = find_backup(store_url, "app").artifact
    sealed = (tmp_path / "store" / artifact.key).read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1\n")
    opened = b"".join(decompress(decrypt(iter([sealed]), [str(KEY)])))
    assert b"a-sentence-nobody-may-read" in opened
    assert "keep: {last: 3, daily: 7, weekly: 5, monthly: 12" in policy.read_text()


def test_d18_the_workflow_holds_no_lasting_key_and_no_more_rights_than_it_needs() -> None:
    """Keys that live for ever, no `permissions:`, actions by a tag that anybody can move."""
    answers = {"backup_store": "s3://acme/app", "backup_credentials": "oidc"}
    text = (rendered(**answers) / ".github/workflows/backup.yml").read_text()

    assert workflow("backup.yml", **answers)["permissions"] == {}
    assert job_of("backup.yml", **answers)["permissions"] == {
        "contents": "read",
        "id-token": "write",
        "issues": "write",  # opens the issue about a backup that failed
    }
    assert "AWS_SECRET_ACCESS_KEY" not in text
    third_party = [use for use in re.findall(r"uses: (\S+)", text) if not use.startswith("OWNER/REPO@")]
    assert third_party
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", use) for use in third_party)


def test_d19_the_secret_meets_no_code_of_the_application() -> None:
    """The job installed the whole application beside the production secret, with a program that was not there."""
    job = job_of("backup.yml")
    holders = [step for step in job["steps"] if "DATABASE_URL" in step.get("env", {})]

    assert [step for step in job["steps"] if "run" in step] == []
    assert [step["uses"].partition("@")[0] for step in holders] == ["OWNER/REPO"]
    assert "DATABASE_URL" not in str({**job, "steps": []})


@pytest.mark.parametrize("name", ["backup.yml", "restore-drill.yml"])
def test_d20_a_run_is_bounded_alone_and_off_the_hour(name: str) -> None:
    """No time limit, two runs at once, a start on the hour, when GitHub drops runs, and nobody told of a failure."""
    emitted = workflow(name)
    (schedule,) = emitted["on"]["schedule"]

    assert job_of(name)["timeout-minutes"] <= 360
    assert emitted["concurrency"]["cancel-in-progress"] is False
    assert int(schedule["cron"].split()[0]) not in {0, 15, 30, 45}
    assert "heartbeat" in document("docs/runbooks/rb-10-backup-missing.md")


def test_d21_roles_are_kept_and_a_server_without_them_takes_the_restore(
    words: Database, role: str, store_url: str
) -> None:
    """Roles were not dumped: owners and grants failed on any other server."""
    words.execute(f"ALTER ROLE {role} PASSWORD 'role-pw'; CREATE POLICY own ON words TO {role} USING (true)")
    manifest = take_backup(source(words.url), store_url)

    elsewhere = verify_backup(manifest, store_url, level=Level.RESTORED)

    assert elsewhere.differences == ()
    assert manifest.globals is not None
    globals_sql = b"".join(decompress(open_store(store_url).stream(manifest.globals.key))).decode()
    assert f"CREATE ROLE {role};" in globals_sql
    assert "PASSWORD" not in globals_sql.replace("NO PASSWORD", "")


def test_d22_a_poolers_address_is_refused_by_name(store_url: str) -> None:
    """Through a pooler pg_dump fails in words that do not say so, and there was no setting for the direct address."""
    url = "postgresql://u:pw@pooler.example.invalid:6543/app?pgbouncer=true"

    with pytest.raises(EngineError, match="leads to a pooler, which cannot be dumped through") as caught:
        take_backup(source(url), store_url)

    assert "DIRECT_URL" in str(caught.value.hint)


def test_d23_no_runbook_calls_a_note_in_a_table_a_rollback() -> None:
    """`prisma migrate resolve --rolled-back` undoes nothing, and the line below it forced no push."""
    runbooks = "\n".join(path.read_text() for path in (rendered() / "docs/runbooks").glob("*.md"))
    migration = document("docs/runbooks/rb-08-failed-migration.md")

    assert "git push --force" not in runbooks
    assert "git reset --hard" not in runbooks
    assert not re.search(r"^\s*(?:npx |pnpm )?prisma migrate resolve --rolled-back", runbooks, re.MULTILINE)
    assert "rb-09-restore-data.md" in migration


def test_d24_the_restore_is_tested_by_a_schedule_not_by_a_tick() -> None:
    """A person ticked "backups are running" once a week; the quarterly test had no procedure."""
    drill = job_of("restore-drill.yml")
    (step,) = [step for step in drill["steps"] if "command" in step.get("with", {})]

    assert step["with"]["command"] == "restore-drill"
    assert "DATABASE_URL" not in str(drill)
    assert "gh workflow run restore-drill.yml" in document("docs/maintenance/backups.md")
    assert "backups.md#the-restore-drill" in document("docs/maintenance/schedule.md")
