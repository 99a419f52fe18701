r"""The oracle: a database with every kind of object, written to while it is backed up, comes back as it was.

The SQL that `pg_dump` makes of the backup's own instant is compared with the SQL that it makes of the restored
database, line by line. Nothing is normalised but the random key of `\restrict`, which is set.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyrage
import pytest

from helpers.contrib import contrib_server
from helpers.steps import AtFirstBlock
from mainstay.backup import (
    Level,
    Source,
    compare_content,
    engine_named,
    restore_backup,
    take_backup,
    verify_backup,
)
from mainstay.platform import process
from mainstay.platform.embedded_postgres import EmbeddedPostgres
from mainstay.platform.postgres_installs import find_bin

FOLDER = Path(__file__).parent / "oracle"
KEY = pyrage.x25519.Identity.generate()
# A restore gives the new database to whoever restores, and starts no replication.
DUMP = ("--no-owner", "--no-acl", "--no-subscriptions", "--restrict-key=oracle")
WRITES = """
INSERT INTO ledger SELECT max(id) + 1, nextval('moving'), 'written during the backup' FROM ledger;
UPDATE ledger SET amount = amount + 1, note = note || '!' WHERE id % 500 = (SELECT max(id) % 500 FROM ledger);
DELETE FROM ledger WHERE id = (SELECT min(id) FROM ledger);
INSERT INTO parted SELECT '2030-01-01', 'de', count(*) FROM parted;
SELECT lo_from_bytea(0, 'written during the backup');
"""


@contextlib.contextmanager
def server_of(kind: str, major: int) -> Iterator[EmbeddedPostgres]:
    """Run a server: with contrib modules, or the wheel's, which has pgvector."""
    starting = contrib_server(major) if kind == "contrib" else EmbeddedPostgres.start(major)
    with starting as server:
        yield server


def filled(server: EmbeddedPostgres, kind: str) -> str:
    """Make the database with every kind of object; its URL."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE ROLE oracle_reader LOGIN PASSWORD 'reader-pw'")
        connection.execute("CREATE DATABASE oracle")
    scripts = ["objects.sql", f"{kind}.sql", *(["since_18.sql"] if server.major >= 18 else [])]
    psql: list[str | Path] = [
        find_bin(server.major, "psql"),
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-o",
        "/dev/null",
    ]
    for script in scripts:
        process.run([*psql, "-f", FOLDER / script], env=environment(server))
    return server.url("oracle")


def environment(server: EmbeddedPostgres) -> dict[str, str]:
    return {
        "PGHOST": str(server.socket_dir),
        "PGUSER": "postgres",
        "PGPASSWORD": server.password,
        "PGDATABASE": "oracle",
    }


@contextlib.contextmanager
def written_to(url: str) -> Iterator[threading.Event]:
    """Write to the database all the time; yields what is set when the first writes are through."""
    stop, begun = threading.Event(), threading.Event()

    def write() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not stop.is_set():
                connection.execute(WRITES.encode())
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(20)
        yield begun
    finally:
        stop.set()
        writer.join()


def plain(server: EmbeddedPostgres, *options: str) -> list[str]:
    """Return the database as lines of SQL."""
    argv: list[str | Path] = [find_bin(server.major, "pg_dump"), *DUMP, *options]
    return b"".join(process.stream_output(argv, env=environment(server))).decode().splitlines()


def plain_of_the_backups_instant(server: EmbeddedPostgres) -> list[str]:
    """Return the database as it is in the snapshot of the pg_dump that is running now."""
    (running,) = process._running
    (snapshot,) = [word for word in running.args if str(word).startswith("--snapshot=")]  # type: ignore[union-attr]
    return plain(server, str(snapshot))


def moved(lines: list[str]) -> int:
    """Take the position of the sequence that the writer uses out of the lines: sequences are of no instant."""
    (line,) = [line for line in lines if "setval('public.moving'" in line]
    lines.remove(line)
    return int(re.findall(r"\d+", line)[0])


@pytest.mark.parametrize("major", [16, 18])
@pytest.mark.parametrize("kind", ["contrib", "wheel"])
def test_every_kind_of_object_comes_back_as_it_was_while_writes_go_on(
    kind: str, major: int, tmp_path: Path
) -> None:
    """Back up, drop, restore, dump again: equal SQL, equal content, and amcheck finds nothing."""
    engine, store_url, before = engine_named("postgresql"), tmp_path.as_uri(), list[str]()
    with server_of(kind, major) as server:
        url = filled(server, kind)
        with written_to(url):
            manifest = take_backup(
                Source("app", "postgresql", url),
                store_url,
                encrypt_to=[str(KEY.to_public())],
                progress=AtFirstBlock(lambda: before.extend(plain_of_the_backups_instant(server))),
            )
        later = plain(server)
        process.run([find_bin(major, "psql"), "-Xqc", "DROP SUBSCRIPTION elsewhere"], env=environment(server))
        engine.drop_database(server.url(), "oracle")

        restored = restore_backup(
            manifest, store_url, server_url=server.url(), into="oracle", identities=[str(KEY)]
        )
        after = plain(server)

        assert max(moved(before), moved(after)) <= moved(later)
        assert len(before) > 20_000
        assert before != later
        assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == []
        assert compare_content(manifest.content, engine.read_content(restored.url)) == ()
        level = Level.PROVED if kind == "contrib" else Level.RESTORED
        proof = verify_backup(
            manifest, store_url, level=level, server_url=server.url(), identities=[str(KEY)]
        )
        assert (proof.level, proof.differences) == (level, ())
