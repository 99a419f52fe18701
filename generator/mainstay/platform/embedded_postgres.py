"""A throw-away PostgreSQL server: for restore drills, for the demo, for tests.

It listens on a Unix socket only, has a random password, runs as `nobody` when this process is root
(PostgreSQL refuses root), and is gone with its files when the block ends or this process dies.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from mainstay.errors import EngineError
from mainstay.platform import process
from mainstay.platform.clock import SystemClock
from mainstay.platform.guard import guarded, socket_folder
from mainstay.platform.postgres_installs import find_bin
from mainstay.platform.redact import remember

SUPERUSER = "postgres"
START_SECONDS = 30.0
_UNPRIVILEGED = "nobody"
_SETTINGS = {
    # Its data is worth nothing after the block: durability would only cost time.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "maintenance_work_mem": "256MB",
    "listen_addresses": "",
}


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A running server.

    Attributes:
        major: Its major version.
        bin_dir: Folder of the programs of the same version.
        socket_dir: Folder of its Unix socket.
    """

    major: int
    bin_dir: Path
    socket_dir: Path
    password: str = field(repr=False)

    @classmethod
    @contextlib.contextmanager
    def start(cls, major: int) -> Iterator[EmbeddedPostgres]:
        """Start a server of this major version for the length of a `with` block.

        Raises:
            EngineError: No such server is installed here, or it does not start.
        """
        bin_dir = find_bin(major, "postgres").parent
        user = _UNPRIVILEGED if hasattr(os, "geteuid") and os.geteuid() == 0 else None
        with socket_folder("mainstay-pg-") as folder:
            password = secrets.token_urlsafe(24)
            remember(password)
            runnable = _reachable(bin_dir, folder, user)
            _initialise(runnable, folder, user, password)
            server = cls(major, runnable, folder, password)
            with guarded(server._argv(folder), cwd=folder, user=user):
                server._wait_until_ready(folder)
                yield server

    def url(self, database: str = "postgres") -> str:
        """Return the connection URL of a database, password included: a secret."""
        name, host = quote(database, safe=""), quote(str(self.socket_dir), safe="")
        return f"postgresql://{SUPERUSER}:{quote(self.password, safe='')}@/{name}?host={host}"

    def _argv(self, folder: Path) -> list[str]:
        settings = {**_SETTINGS, "unix_socket_directories": str(self.socket_dir)}
        log = {"logging_collector": "on", "log_directory": str(folder), "log_filename": "server.log"}
        options = [f"--{name}={value}" for name, value in {**settings, **log}.items()]
        return [str(self.bin_dir / "postgres"), "-D", str(folder / "data"), *options]

    def _wait_until_ready(self, folder: Path) -> None:
        ready: list[str | Path] = [find_bin(self.major, "pg_isready"), "--quiet", f"--host={self.socket_dir}"]
        clock = SystemClock()
        deadline = clock.elapsed() + START_SECONDS
        while process.run(ready, check=False).returncode != 0:
            if clock.elapsed() > deadline:
                log = folder / "server.log"
                said = log.read_text(errors="replace")[-1000:] if log.exists() else "it wrote no log"
                raise EngineError(f"the scratch PostgreSQL {self.major} does not answer: {said}")
            time.sleep(0.05)


def _initialise(bin_dir: Path, folder: Path, user: str | None, password: str) -> None:
    password_file = folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if user:
        for path in (folder, password_file):
            shutil.chown(path, user)
    initdb: list[str | Path] = [
        bin_dir / "initdb",
        "-D",
        folder / "data",
        "-U",
        SUPERUSER,
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    process.run([*initdb, "--auth=scram-sha-256", f"--pwfile={password_file}"], cwd=folder, user=user)
    password_file.unlink()


def _reachable(bin_dir: Path, folder: Path, user: str | None) -> Path:
    """Return a folder of the same programs that `user` may enter, copying the installation if it must be."""
    bin_dir = bin_dir.resolve()  # a link to it may itself stand in a closed folder
    closed = [parent for parent in bin_dir.parents if not parent.stat().st_mode & 0o001]
    if user is None or not closed:
        return bin_dir
    copy = folder / "install"
    shutil.copytree(bin_dir.parent, copy, symlinks=True)
    return copy / bin_dir.name
