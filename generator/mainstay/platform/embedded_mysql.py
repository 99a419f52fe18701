"""A throw-away MySQL or MariaDB server: for restore drills and for tests.

It listens on a Unix socket only, has a random password, runs as `nobody` when this process is root, runs no events of
the databases that are restored into it, and is gone with its files when the block ends or this process dies.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from mainstay.errors import EngineError
from mainstay.platform import process
from mainstay.platform.clock import SystemClock
from mainstay.platform.guard import guarded, socket_folder
from mainstay.platform.mysql_installs import Series, find_program
from mainstay.platform.redact import remember

SUPERUSER = "root"
START_SECONDS = 60.0
_UNPRIVILEGED = "nobody"
_INITIALISE = {
    "mariadb": ("--auth-root-authentication-method=normal", "--skip-test-db"),
    "mysql": ("--initialize-insecure",),
}
_SETTINGS = (
    # Its data is worth nothing after the block: durability would only cost time.
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=256M",
    "--skip-log-bin",
    "--skip-networking",
    "--event-scheduler=OFF",
    "--max-allowed-packet=1G",
    "--loose-mysqlx=OFF",
)


@dataclass(frozen=True, slots=True)
class EmbeddedMySQL:
    """A running server.

    Attributes:
        product: `mysql` or `mariadb`.
        socket: Its Unix socket.
    """

    product: str
    socket: Path
    password: str = field(repr=False)

    @classmethod
    @contextlib.contextmanager
    def start(cls, product: str, series: Series) -> Iterator[EmbeddedMySQL]:
        """Start a server of this series, or the next newer one that is here, for the length of a `with` block.

        Raises:
            EngineError: No such server is installed here, or it does not start.
        """
        program = find_program(product, series, "server")
        user = _UNPRIVILEGED if hasattr(os, "geteuid") and os.geteuid() == 0 else None
        with socket_folder("mainstay-my-") as folder:
            server = cls(product, folder / "socket", secrets.token_urlsafe(24))
            remember(server.password)
            if user:
                shutil.chown(folder, user)
            _initialise(product, program, folder, user)
            first = _first_statements(folder, server.password, user)
            argv = [*_argv(program, folder), *_SETTINGS, f"--socket={server.socket}", f"--init-file={first}"]
            with guarded(argv, cwd=folder, user=user, stop=signal.SIGKILL):
                server._wait_until_ready(folder)
                first.unlink()
                yield server

    def url(self, database: str = "mysql") -> str:
        """Return the connection URL of a database, password included: a secret."""
        name, path = quote(database, safe=""), quote(str(self.socket), safe="")
        return f"{self.product}://{SUPERUSER}:{quote(self.password, safe='')}@localhost/{name}?socket={path}"

    def _wait_until_ready(self, folder: Path) -> None:
        clock = SystemClock()
        deadline = clock.elapsed() + START_SECONDS
        while not self._answers():
            if clock.elapsed() > deadline:
                log = folder / "server.log"
                said = log.read_text(errors="replace")[-1000:] if log.exists() else "it wrote no log"
                raise EngineError(f"the scratch {self.product} server does not answer: {said}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(START_SECONDS)
            try:
                connection.connect(str(self.socket))
                return bool(connection.recv(1))  # it greets once it has run its first statements
            except OSError:
                return False


def _argv(program: Path, folder: Path) -> list[str]:
    places = (f"--datadir={folder / 'data'}", f"--tmpdir={folder}", f"--log-error={folder / 'server.log'}")
    return [str(program), "--no-defaults", *places, f"--pid-file={folder / 'pid'}"]


def _initialise(product: str, program: Path, folder: Path, user: str | None) -> None:
    if product == "mysql":
        process.run([*_argv(program, folder), *_INITIALISE[product]], cwd=folder, user=user)
        return
    script = next(
        (
            path
            for place in (program.parent, Path("/usr/bin"))
            if (path := place / "mariadb-install-db").is_file()
        ),
        None,
    )
    if script is None:
        raise EngineError("mariadb-install-db is missing beside the server", hint="install mariadb-server")
    places = [f"--datadir={folder / 'data'}", f"--tmpdir={folder}"]
    process.run([script, "--no-defaults", *places, *_INITIALISE[product]], cwd=folder, user=user)


def _first_statements(folder: Path, password: str, user: str | None) -> Path:
    path = folder / "first.sql"
    path.touch(mode=0o600)
    path.write_text(f"ALTER USER '{SUPERUSER}'@'localhost' IDENTIFIED BY '{password}';\n")
    if user:
        shutil.chown(path, user)
    return path
