"""A database, a machine or a clock that fails while a backup is taken or restored: nothing half-written is left."""

from __future__ import annotations

import resource
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pyrage
import pytest

from helpers.backups import keys_in
from helpers.policies import changed, policy_text
from helpers.postgres import Database, database_names
from helpers.steps import AtFirstBlock, kill
from mainstay.backup import (
    Level,
    Manifest,
    Source,
    find_backup,
    read_catalog,
    restore_backup,
    take_backup,
    verify_backup,
)
from mainstay.backup.engines import postgresql
from mainstay.backup.prune import prune_backups
from mainstay.errors import EngineError
from mainstay.platform import process
from mainstay.platform.clock import FixedClock, SystemClock
from mainstay.platform.embedded_postgres import EmbeddedPostgres
from mainstay.policy.backups import Backups, Keep

KEY = pyrage.x25519.Identity.generate()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BIG = (
    "CREATE TABLE big AS SELECT i, string_agg(md5(i::text || j), '') AS body "
    "FROM generate_series(1, 3000) i, generate_series(1, 300) j GROUP BY i"
)
"""Twenty-nine megabytes: more than the pipes hold, so that a dump is not over before something happens to it."""


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """An empty store in a folder."""
    (tmp_path / "store").mkdir()
    return (tmp_path / "store").as_uri()


@pytest.fixture
def small(database: Database) -> Database:
    """A database that is dumped in no time."""
    database.execute("CREATE TABLE words AS SELECT i, md5(i::text) AS word FROM generate_series(1, 500) i")
    return database


def source(url: str) -> Source:
    return Source("app", "postgresql", url)


def terminate_dump(database: Database) -> None:
    """End the server's process behind pg_dump's connection."""
    with psycopg.connect(database.server_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{database.name}' AND application_name = 'pg_dump'".encode()
        )


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
@pytest.mark.parametrize("fault", ["pg_dump is killed", "its backend is terminated"])
def test_a_dump_that_is_cut_off_is_no_backup(
    database: Database, store_url: str, fault: str, *, sealed: bool
) -> None:
    """The cause is told, nothing is stored, no thread is left, and the next backup is whole."""
    database.execute(BIG)
    does, message = {
        "pg_dump is killed": (lambda: kill(signal.SIGKILL), "pg_dump was killed by signal 9"),
        "its backend is terminated": (
            lambda: terminate_dump(database),
            "terminating connection|server closed the connection",
        ),
    }[fault]
    recipients = [str(KEY.to_public())] if sealed else []

    with pytest.raises(EngineError, match=message):
        take_backup(source(database.url), store_url, encrypt_to=recipients, progress=AtFirstBlock(does))

    assert keys_in(store_url) == []
    assert {thread.name for thread in threading.enumerate()} & {"age", "stderr", "beside_0"} == set()
    assert process._running == set()
    manifest = take_backup(source(database.url), store_url, encrypt_to=recipients)
    assert verify_backup(manifest, store_url, level=Level.DIGEST).differences == ()


def test_a_server_that_restarts_in_the_middle_of_a_dump_gives_no_backup(store_url: str) -> None:
    """The backup after the restart is whole."""
    with EmbeddedPostgres.start(16) as server:
        database = Database("postgres", server.url(), server.url())
        database.execute(BIG)
        database.execute(
            "CHECKPOINT"
        )  # the server does not wait for its disk: what it has not written, a crash loses
        data, bin_dir = server.socket_dir / "data", server.bin_dir
        user = "nobody" if data.owner() == "nobody" else None
        control: list[str | Path] = [
            bin_dir / "pg_ctl",
            "-D",
            data,
            "-m",
            "immediate",
            "-w",
            "-l",
            "/dev/null",
        ]
        try:
            with pytest.raises(EngineError, match=r"server closed the connection|terminating connection"):
                take_backup(
                    source(server.url()),
                    store_url,
                    progress=AtFirstBlock(
                        lambda: process.run([*control, "restart"], user=user, cwd=Path("/"))
                    ),
                )
            assert keys_in(store_url) == []
            assert take_backup(source(server.url()), store_url).content.rows == 3000
        finally:
            process.run([*control, "stop"], user=user, cwd=Path("/"), check=False)


def test_a_disk_that_is_full_stores_nothing(small: Database, tmp_path: Path, store_url: str) -> None:
    """The command ends with 1 and says why; a folder holds neither a part of the artifact nor a manifest."""
    small.execute("CREATE TABLE noise AS SELECT md5(random()::text) AS x FROM generate_series(1, 20000)")
    (tmp_path / "app/.github").mkdir(parents=True)
    policy = changed(policy_text(), ("store: s3", f"store: {store_url} # s3"))
    (tmp_path / "app/.github/mainstay.yml").write_text(policy)
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000));"
        "from mainstay.cli import main; main()"
    )

    done = process.run(
        [sys.executable, "-c", limited, "backup", "take", "--repository", tmp_path / "app"],
        env={"DATABASE_URL": small.url},
        check=False,
        timeout_seconds=60,
    )

    assert done.returncode == 1, done.stderr
    assert "File too large" in done.stderr
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []


def test_a_disk_that_is_full_restores_nothing(database: Database, store_url: str) -> None:
    """PostgreSQL cannot extend a file: its own words come through, and the new database is gone again."""
    database.execute(f"{BIG}; ALTER TABLE big ALTER body SET STORAGE EXTERNAL; CREATE TABLE fat AS TABLE big")
    manifest = take_backup(source(database.url), store_url)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (17 << 20, hard))  # a file of WAL has 16 MiB
    try:
        with EmbeddedPostgres.start(16) as server:
            before = database_names(server.url())

            with pytest.raises(EngineError, match="File too large"):
                restore_backup(manifest, store_url, server_url=server.url(), into="restored")

            assert database_names(server.url()) == before
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_runs_at_the_same_moment_do_not_hurt_each_other(small: Database, store_url: str) -> None:
    """Four backups in one second, by the same clock: four ids, each whole."""
    with ThreadPoolExecutor(4) as runs:
        taken = list(
            runs.map(lambda _: take_backup(source(small.url), store_url, clock=FixedClock(NOON)), range(4))
        )

    assert {manifest.id for manifest in read_catalog(store_url).backups} == {one.id for one in taken}
    assert len({manifest.id for manifest in taken}) == 4
    for manifest in taken:
        assert verify_backup(manifest, store_url, level=Level.READABLE).differences == ()


def test_a_prune_in_the_middle_of_a_backup_does_not_touch_it(small: Database, store_url: str) -> None:
    """What has no manifest yet is young, not left over; and two prunes at once delete once."""
    keep = Backups(store=store_url, keep=Keep(last=1, daily=0, weekly=0, monthly=0))
    now = SystemClock().now()  # a backup is of the server's instant, whatever this machine's clock says
    old = [take_at(small, store_url, now - timedelta(days=days)) for days in (4, 3)]

    def prune() -> object:
        return prune_backups(store_url, "app", keep, apply=True)

    def prune_meanwhile() -> None:
        with ThreadPoolExecutor(1) as another:  # the store's client does not call itself from inside a stream
            another.submit(prune).result()

    manifest = take_backup(
        source(small.url), store_url, clock=FixedClock(now), progress=AtFirstBlock(prune_meanwhile)
    )
    with ThreadPoolExecutor(2) as prunes:
        list(prunes.map(lambda _: prune(), range(2)))

    left = read_catalog(store_url).backups
    assert manifest in left
    assert len(left) < 1 + len(old)
    assert verify_backup(manifest, store_url, level=Level.READABLE).differences == ()


def take_at(database: Database, store_url: str, when: datetime) -> Manifest:
    return take_backup(source(database.url), store_url, clock=FixedClock(when))


@pytest.mark.parametrize("moved", [timedelta(days=-2), timedelta(days=400)], ids=["back", "forward"])
def test_a_clock_that_moved_loses_no_backup(small: Database, store_url: str, moved: timedelta) -> None:
    """Ids are made of the runner's clock, the instant is the server's: both backups stand, each with its own."""
    first = take_at(small, store_url, NOON)
    small.execute("INSERT INTO words VALUES (0, 'later')")
    second = take_at(small, store_url, NOON + moved)

    catalog = read_catalog(store_url)

    assert {manifest.id for manifest in catalog.backups} == {first.id, second.id}
    assert first.taken_at < second.taken_at
    assert find_backup(store_url, "app", first.id) == first
    assert find_backup(store_url, "app", second.id) == second


def test_a_table_that_stays_locked_fails_the_backup(
    small: Database, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup that waits for ever fails nothing, and nobody is told."""
    options = [option for option in postgresql._DUMP if not option.startswith("--lock-wait-timeout=")]
    assert len(options) == len(postgresql._DUMP) - 1
    monkeypatch.setattr(postgresql, "_DUMP", (*options, "--lock-wait-timeout=200"))

    with psycopg.connect(small.url) as migration:
        migration.execute("LOCK TABLE words IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(EngineError, match=r"LOCK TABLE public\.words"):
            take_backup(Source("app", "postgresql", small.url), store_url)

    assert read_catalog(store_url).backups == ()
