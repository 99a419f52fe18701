"""Runs that are stopped at random moments: a whole backup or none, and nobody is left behind."""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import subprocess  # noqa: TID251 - a process that is stopped while it waits
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pyrage
import pytest

from helpers.backups import keys_in
from helpers.faulty_store import Fault, FaultyStore
from helpers.leftovers import Traces, wait_until
from helpers.policies import changed, policy_text
from helpers.postgres import Database, database_names
from helpers.rendering import REPOSITORY
from mainstay.backup import Level, Source, engine_named, read_catalog, take_backup, verify_backup
from mainstay.platform import process

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads processes from /proc")

RUNS = 13
SEED = 603
KEY = pyrage.x25519.Identity.generate()


@pytest.fixture
def filled(database: Database) -> Database:
    """A database of a few megabytes: its dump comes in several blocks."""
    database.execute("CREATE TABLE words AS SELECT i, md5(i::text) AS word FROM generate_series(1, 60000) i")
    return database


@pytest.fixture
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store: a folder, or an S3 endpoint."""
    if request.param == "s3":
        found: FaultyStore = request.getfixturevalue("faulty_store")
        return found.url
    (tmp_path / "store").mkdir()
    return (tmp_path / "store").as_uri()


def repository(folder: Path, store_url: str, recipients: list[str]) -> Path:
    """Make a repository that holds nothing but a policy."""
    rto = "  rto: 4h"
    text = changed(
        policy_text(),
        ("store: s3", f"store: {store_url} # s3"),
        (rto, f"{rto}\n  encrypt-to: {json.dumps(recipients)}\n #"),
    )
    (folder / ".github").mkdir(parents=True)
    (folder / ".github/mainstay.yml").write_text(text)
    return folder


def backends(database: Database) -> list[tuple[object, ...]]:
    """Return who else is connected to the database."""
    return database.query(
        "SELECT application_name, query FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def environment(database: Database, traces: Traces) -> dict[str, str]:
    return {"DATABASE_URL": database.url, "MAINSTAY_TEST_MARK": traces.mark}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
@pytest.mark.parametrize("store_url", ["file", "s3"], indirect=True)
def test_a_backup_that_is_stopped_at_any_moment_is_whole_or_none(
    filled: Database, store_url: str, tmp_path: Path, request: pytest.FixtureRequest, number: signal.Signals
) -> None:
    """Fifty-two runs in all. A stop signal takes back what was begun; a kill leaves what nobody takes for a backup."""
    traces = Traces(secrets.token_hex(16))
    plain = repository(tmp_path / "plain", store_url, [])
    sealed = repository(tmp_path / "sealed", store_url, [str(KEY.to_public())])
    moments = random.Random(f"{SEED}{number}{store_url[:2]}")
    words = [["backup", "take", "--repository", str(moments.choice([plain, sealed]))] for _ in range(RUNS)]
    plan = [(number, moments.uniform(0, 0.95), each) for each in words]

    done = process.run(
        [sys.executable, REPOSITORY / "tests/helpers/doomed.py", json.dumps(plan)],
        env=environment(filled, traces),
        timeout_seconds=240,
    )

    statuses = json.loads(done.stdout)
    assert len(statuses) == RUNS
    assert wait_until(lambda: not traces.left() and not backends(filled), 5), (
        traces.left(),
        backends(filled),
    )
    catalog = read_catalog(store_url)
    assert catalog.unreadable == ()
    for manifest in catalog.backups:
        assert (
            verify_backup(manifest, store_url, level=Level.READABLE, identities=[str(KEY)]).differences == ()
        )
    if number == signal.SIGTERM:
        assert set(statuses) <= {0, 130, -signal.SIGTERM}, done.stderr
        assert statuses.count(130) >= RUNS // 3
        assert statuses.count(0) + 1 <= len(catalog.backups)  # one may be stopped when all is done
        assert {key.split("/")[1] for key in keys_in(store_url)} == {backup.id for backup in catalog.backups}
        assert open_uploads(request, tmp_path) == []
    else:
        assert set(statuses) <= {0, -signal.SIGKILL}
        assert statuses.count(-signal.SIGKILL) >= RUNS // 3
        assert statuses.count(0) + 1 <= len(catalog.backups)
    finished = process.run(
        [sys.executable, "-m", "mainstay", "backup", "take", "--repository", plain],
        env=environment(filled, traces),
    )
    assert finished.stdout.startswith("backed up  app ")
    assert len(read_catalog(store_url).backups) == len(catalog.backups) + 1


def open_uploads(request: pytest.FixtureRequest, folder: Path) -> list[object]:
    """Return what uploads have left: parts on S3, obstore's staging files (`dump.zst#1`) in a folder."""
    if "faulty_store" in request.fixturenames:
        store: FaultyStore = request.getfixturevalue("faulty_store")
        return list(store.uploads)
    return list(folder.glob("store/**/*#*"))


def stopped_while(
    condition: Callable[[], object], folder: Path, env: dict[str, str], *words: str
) -> tuple[int, float, str]:
    """Take a backup, send SIGTERM when the condition has come true; return exit status, seconds and message."""
    command = [sys.executable, "-m", "mainstay", "backup", *(words or ["take"]), "--repository", str(folder)]
    with subprocess.Popen(
        command, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        try:
            assert wait_until(condition, 20)
            run.send_signal(signal.SIGTERM)
            began = time.monotonic()
            _, said = run.communicate(timeout=30)
        finally:
            run.kill()
    return run.returncode, time.monotonic() - began, said


@pytest.mark.parametrize("recipients", [[], [str(KEY.to_public())]], ids=["plain", "sealed"])
def test_a_stop_signal_ends_the_wait_for_a_locked_table(
    filled: Database, faulty_store: FaultyStore, tmp_path: Path, recipients: list[str]
) -> None:
    """While pg_dump waits for a migration's lock, no block comes, with and without encryption between."""
    traces = Traces(secrets.token_hex(16))
    folder = repository(tmp_path / "app", faulty_store.url, recipients)

    def both_wait() -> bool:
        return len([query for _, query in backends(filled) if "words" in str(query)]) >= 2

    with psycopg.connect(filled.url) as migration:
        migration.execute("LOCK TABLE words IN ACCESS EXCLUSIVE MODE")
        status, seconds, said = stopped_while(
            lambda: any("pg_dump" in str(name) for name, _ in backends(filled)) and both_wait(),
            folder,
            environment(filled, traces),
        )
        assert (status, said.splitlines()[-1]) == (130, "interrupted")
        assert seconds < 5
        assert wait_until(lambda: not traces.left(), 5)

    assert wait_until(lambda: not backends(filled), 5), backends(
        filled
    )  # a server notices when the lock is gone
    assert (faulty_store.objects, faulty_store.uploads) == ({}, {})


@pytest.mark.parametrize("call", ["part", "put"])
def test_a_stop_signal_ends_the_wait_for_a_store_that_never_answers(
    filled: Database, faulty_store: FaultyStore, tmp_path: Path, call: str
) -> None:
    """The run ends before GitHub kills it; a store that does not answer cannot be cleaned up."""
    traces = Traces(secrets.token_hex(16))
    folder = repository(tmp_path / "app", faulty_store.url, [])
    faulty_store.break_down(Fault("hang", (call,)))

    status, seconds, _ = stopped_while(
        lambda: call in dict(faulty_store.calls), folder, environment(filled, traces)
    )

    assert status == 130
    assert seconds < 7.5
    assert wait_until(lambda: not traces.left() and not backends(filled), 5), (
        traces.left(),
        backends(filled),
    )
    assert read_catalog(faulty_store.url).backups == ()


def test_a_stop_signal_ends_a_restore_whose_server_takes_its_time_over_rows(
    filled: Database, tmp_path: Path
) -> None:
    """Its sessions are cancelled, rather than waited for, and what they have loaded is gone."""
    traces = Traces(secrets.token_hex(16))
    (tmp_path / "store").mkdir()
    folder = repository(tmp_path / "app", (tmp_path / "store").as_uri(), [])
    filled.execute(
        "CREATE FUNCTION slow() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN "
        f"PERFORM pg_sleep(60) WHERE current_database() <> '{filled.name}'; RETURN true; END $$;"
        "ALTER TABLE words ADD CHECK (slow());"
    )
    take_backup(Source("app", "postgresql", filled.url), (tmp_path / "store").as_uri())
    before = database_names(filled.server_url)

    status, seconds, said = stopped_while(
        lambda: filled.query(
            "SELECT FROM pg_stat_activity WHERE query LIKE 'COPY %' AND wait_event = 'PgSleep'"
        ),
        folder,
        environment(filled, traces),
        "restore",
        "--into",
        f"{filled.name}_back",
    )

    assert (status, said.splitlines()[-1]) == (130, "interrupted")
    assert seconds < 5
    assert not traces.left()
    assert database_names(filled.server_url) == before


def test_a_restore_that_is_killed_leaves_nothing_under_the_name_that_was_asked_for(
    filled: Database, tmp_path: Path
) -> None:
    """What is left is named for what it is; the same restore then succeeds, and a person drops the other."""
    (tmp_path / "store").mkdir()
    store_url = (tmp_path / "store").as_uri()
    filled.execute(
        "CREATE FUNCTION slow(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i FROM pg_sleep(0.002)'"
    )
    filled.execute("CREATE INDEX ON words (slow(i)) WHERE i < 1000")
    folder, into = repository(tmp_path / "app", store_url, []), f"{filled.name}_back"
    take_backup(Source("app", "postgresql", filled.url), store_url)
    words = [
        sys.executable,
        "-m",
        "mainstay",
        "backup",
        "restore",
        "--repository",
        str(folder),
        "--into",
        into,
    ]

    def building() -> list[str]:
        return [name for name in database_names(filled.server_url) if name.startswith(f"{into}_restoring_")]

    def filling() -> bool:
        return bool(building()) and bool(
            filled.query("SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%'")
        )

    with subprocess.Popen(words, env={**os.environ, "DATABASE_URL": filled.url}) as run:
        assert wait_until(filling, 20)
        run.kill()
    (left,) = building()
    assert into not in database_names(filled.server_url)

    done = process.run(words, env={"DATABASE_URL": filled.url})

    assert done.returncode == 0
    assert {into, left} <= database_names(filled.server_url)
    for name in (into, left):
        engine_named("postgresql").drop_database(filled.server_url, name)
