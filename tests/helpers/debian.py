"""A Debian machine whose package manager is a stand-in, with what it was told to do."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.composite import ActionRun, Runner, installed_already

STAND_INS = {
    # Not root, so that everything that changes the machine goes through sudo, which keeps a list.
    "id": "echo 1000",
    "sudo": """echo "$*" >> {log}
case $1 in
    tee) cat >> {log} ;;
    apt-get) if [ "$2" = install ]; then mkdir -p {new} && cp {ready}/* {new}/; fi ;;
esac""",
    "apt-cache": 'if grep -qx "$2 .*" {offers}; then echo "  Candidate: $(sed -n "s/^$2 //p" {offers})"; fi',
    "curl": 'for word; do last=$word; done; echo "curl $last" >> {log}',
}


@dataclass
class Debian:
    """The machine.

    Attributes:
        folder: Where its stand-ins are.
        runner: Runs the Action on it.
    """

    folder: Path
    runner: Runner

    def run(self, command: str, engine: str, version: str) -> ActionRun:
        """Run the Action with a version of an engine."""
        return self.runner.run(command=command, **{engine: version})

    def program(self, name: str, says: str, *, here: bool = False) -> None:
        """Have a program on this machine, or have it once something was installed."""
        _script(self.folder / ("bin" if here else "ready") / name, f"echo '{says}'")

    def have_postgresql(self, name: str, says: str) -> None:
        """Have one of PostgreSQL's programs, where they are looked for."""
        _script(self.folder / "new" / name, f"echo '{says}'")

    def offer(self, package: str, version: str) -> None:
        """Let the distribution have a package."""
        with (self.folder / "offers").open("a") as offers:
            offers.write(f"{package} {version}\n")

    @property
    def done(self) -> list[str]:
        """What the machine was told to do, in order."""
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def debian(tmp_path: Path) -> Debian:
    """It has no database program at all."""
    for name in ("temp", "app", "ready"):
        (tmp_path / name).mkdir()
    (tmp_path / "offers").touch()
    folders = {name: tmp_path / name for name in ("log", "ready", "offers")} | {"new": tmp_path / "new"}
    for name, body in STAND_INS.items():
        text = body
        for key, path in folders.items():
            text = text.replace(f"{{{key}}}", str(path))
        _script(tmp_path / "bin" / name, text)
    runner = Runner(installed_already(tmp_path / "action"), tmp_path / "app", tmp_path / "temp")
    clients = runner.folder / "generator/mainstay/action/clients.sh"
    # PostgreSQL's programs are looked for where Debian puts them; what a test installs lies elsewhere.
    clients.write_text(clients.read_text().replace("/usr/lib/postgresql/@/bin", str(tmp_path / "new")))
    runner.env = {"PATH": f"{tmp_path}/bin:{tmp_path}/new:/usr/bin:/bin"}
    return Debian(tmp_path, runner)


def _script(path: Path, body: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
