"""The stage of a measurement: a PostgreSQL server with databases, and a store that can be slow. Gone afterwards."""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from bench import dataset
from mainstay.backup.engines.postgresql_url import ConnectionUrl
from mainstay.platform.embedded_postgres import EmbeddedPostgres
from mainstay.platform.guard import guarded, temporary_folder

MAJOR = 16
BUCKET = "bench"
_MEMORY = Path("/dev/shm")
_SINK_SECONDS = 10.0


@dataclass(frozen=True)
class Store:
    """A running sink."""

    folder: Path
    port: int

    @property
    def objects(self) -> Path:
        """Where it keeps what it was given."""
        return self.folder / "objects"

    def environment(self) -> dict[str, str]:
        """Return what makes every client use it."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_EC2_METADATA_DISABLED": "true",
            "BENCH_STORE": f"s3://{BUCKET}",
        }

    def clear(self) -> None:
        """Forget everything."""
        for folder in ("objects", "uploads"):
            shutil.rmtree(self.folder / folder, ignore_errors=True)


def memory_folder() -> contextlib.AbstractContextManager[Path]:
    """Yield a folder in memory that is removed however this process ends."""
    return temporary_folder("mainstay-bench-", within=_MEMORY)


@contextlib.contextmanager
def store(megabytes_per_second: float = 0, latency_seconds: float = 0) -> Iterator[Store]:
    """Run a store on the loopback interface; a rate of 0 is no limit."""
    with memory_folder() as folder:
        argv = [
            sys.executable,
            "-m",
            "bench.sink",
            str(folder),
            str(megabytes_per_second),
            str(latency_seconds),
        ]
        with guarded(argv, folders=[folder]):
            deadline = time.monotonic() + _SINK_SECONDS
            while not (port := folder / "port").exists():
                if time.monotonic() > deadline:
                    raise TimeoutError("the sink does not start")
                time.sleep(0.05)
            yield Store(folder, int(port.read_text()))


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL."""

    postgres: EmbeddedPostgres

    @property
    def pid(self) -> int:
        """Its first process, whose children are the backends."""
        return int((self.postgres.socket_dir / "data/postmaster.pid").read_text().splitlines()[0])

    def program(self, name: str) -> str:
        """Return the path of a program of its version."""
        return str(self.postgres.bin_dir / name)

    def environment(self, database: str) -> dict[str, str]:
        """Return what makes every libpq program use a database."""
        return ConnectionUrl.parse(self.postgres.url(database)).environment()

    def fill(self, database: str, size_mib: int) -> int:
        """Create and fill a database; return its size in bytes."""
        return dataset.create(self.postgres.url(), self.postgres.url(database), database, size_mib)

    def multiply(self, database: str, model: str, factor: int) -> None:
        """Create a database that holds the rows of another one several times."""
        dataset.multiply(self.postgres.url(), self.postgres.url(database), database, model, factor)

    def drop(self, database: str) -> None:
        """Drop a database, and settle."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)
        self._execute("CHECKPOINT")

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.postgres.url(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Run a PostgreSQL."""
    with EmbeddedPostgres.start(MAJOR) as postgres:
        yield Server(postgres)
