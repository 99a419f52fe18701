from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.composite import ActionRun, Runner, installed_already
from helpers.required import missing
from helpers.workflow_log import commands_in
from mainstay.platform.process import run

INSTALL = "apt-get install --yes --no-install-recommends"
UPDATE = "apt-get --quiet update"
SOURCE = "tee /etc/apt/sources.list.d/mainstay-"
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
class Bench:
    """A Debian machine whose package manager is a stand-in, with what it was told to do."""

    folder: Path
    runner: Runner

    def run(self, command: str, engine: str, version: str) -> ActionRun:
        """Run the Action with a version of an engine."""
        return self.runner.run(command=command, **{engine: version})

    def program(self, name: str, says: str, *, here: bool = False) -> None:
        """Have a program on this machine, or have it once something was installed."""
        _script(self.folder / ("bin" if here else "ready") / name, f"echo '{says}'")

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
def bench(tmp_path: Path) -> Bench:
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
    return Bench(tmp_path, runner)


def _script(path: Path, body: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("engine", "version", "command", "program", "says", "packages"),
    [
        ("postgresql", "99", "backup", "pg_dump", "pg_dump (PostgreSQL) 99.1", "postgresql-client-99"),
        ("postgresql", "99", "restore-drill", "postgres", "postgres (PostgreSQL) 99.1", "postgresql-99"),
        ("mariadb", "11.4", "backup", "mariadb-dump", "mariadb-dump from 11.4.3-MariaDB", "mariadb-client"),
        ("mariadb", "11.4", "restore-drill", "mariadbd", "mariadbd Ver 11.4.3-MariaDB", "mariadb-server"),
        ("mysql", "8.4", "backup", "mysqldump", "mysqldump  Ver 8.4.2 for Linux", "mysql-client"),
        ("mysql", "8.4", "restore-drill", "mysqld", "mysqld  Ver 8.4.2 for Linux", "mysql-server"),
    ],
)
def test_what_the_distribution_offers_is_installed(
    bench: Bench, engine: str, version: str, command: str, program: str, says: str, packages: str
) -> None:
    """The client for a backup, the server for a drill; the summary says which it became."""
    bench.offer(packages, f"1:{version}.1-1" if engine != "postgresql" else "99.1-1.pgdg")
    bench.program(program, says)

    told = bench.run(command, engine, version)

    assert told.outcomes["clients"] == "success", told.log
    assert bench.done == [UPDATE, f"{INSTALL} {packages}"]
    assert f"Programs of {engine}: `{says}`" in told.summary


def test_what_is_here_is_used(bench: Bench) -> None:
    """Nothing is installed when the runner has the version."""
    bench.program("mariadb-dump", "mariadb-dump from 11.4.3-MariaDB", here=True)

    told = bench.run("backup", "mariadb", "11.4")

    assert bench.done == []
    assert "Programs of mariadb: `mariadb-dump from 11.4.3-MariaDB`" in told.summary


def test_postgresql_comes_from_its_own_repository_with_the_key_that_debian_ships(bench: Bench) -> None:
    """When the distribution has another major version."""
    bench.program("pg_dump", "pg_dump (PostgreSQL) 98.1")

    told = bench.run("backup", "postgresql", "98")

    assert told.outcomes["clients"] == "success", told.log
    assert bench.done == [
        UPDATE,
        f"{INSTALL} postgresql-common",
        "/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y",
        f"{INSTALL} postgresql-client-98",
    ]


@pytest.mark.parametrize(
    ("engine", "version", "program", "says", "package", "key", "source"),
    [
        (
            "mariadb",
            "11.4",
            "mariadb-dump",
            "mariadb-dump from 11.4.3-MariaDB",
            "mariadb-client",
            "https://mariadb.org/mariadb_release_signing_key.pgp",
            "https://deb.mariadb.org/11.4/",
        ),
        (
            "mysql",
            "8.4",
            "mysqldump",
            "mysqldump  Ver 8.4.2",
            "mysql-client",
            "https://repo.mysql.com/RPM-GPG-KEY-mysql-2025",
            "https://repo.mysql.com/apt/",
        ),
        (
            "mongodb",
            "8.0",
            "mongodump",
            "mongodump version: 100.10.0",
            "mongodb-database-tools",
            "https://pgp.mongodb.com/server-8.0.asc",
            "https://repo.mongodb.org/apt/",
        ),
    ],
)
def test_the_makers_repository_is_trusted_for_itself_only(
    bench: Bench, engine: str, version: str, program: str, says: str, package: str, key: str, source: str
) -> None:
    """Its key comes over HTTPS, and signs no other repository's packages."""
    if engine != "mongodb":
        bench.offer(package, "1:9.9.9-1")
    bench.program(program, says)

    told = bench.run("backup", engine, version)

    assert told.outcomes["clients"] == "success", told.log
    assert bench.done[:2] == [UPDATE, f"curl {key}"]
    assert bench.done[2].startswith("install -D -m 644 ")
    assert bench.done[3] == f"{SOURCE}{engine}.list"
    assert bench.done[4].startswith(f"deb [signed-by=/etc/apt/keyrings/mainstay-{engine}.asc] {source}")
    assert bench.done[5:] == [UPDATE, f"{INSTALL} {package}"]
    assert not any(mark in bench.done[4] for mark in ("@", "CODENAME", "ID"))


def test_the_tools_of_mongodb_bring_its_shell_for_a_drill(bench: Bench) -> None:
    """It drops the scratch database."""
    bench.offer("mongodb-database-tools", "100.10.0")
    bench.offer("mongodb-mongosh", "2.3.1")
    bench.program("mongosh", "2.3.1")

    told = bench.run("restore-drill", "mongodb", "8.0")

    assert told.outcomes["clients"] == "success", told.log
    assert bench.done == [UPDATE, f"{INSTALL} mongodb-database-tools mongodb-mongosh"]


def test_programs_of_another_version_are_no_success(bench: Bench) -> None:
    """What was asked for could not be had: the step fails before anything is dumped."""
    bench.offer("mysql-client", "8.4.1-1")
    bench.program("mysqldump", "mysqldump  Ver 9.0.1")

    told = bench.run("backup", "mysql", "8.4")

    assert (told.outcomes["clients"], told.outcomes["run"]) == ("failure", "skipped")
    assert "The programs of mysql 8.4 could not be installed." in told.log
    assert told.outputs["result"] == "failed"


@pytest.mark.parametrize("command", ["audit", "prune", "sop-update"])
def test_commands_without_a_database_bring_nothing(bench: Bench, command: str) -> None:
    """They read no database."""
    told = bench.run(command, "postgresql", "17")

    assert told.outcomes["clients"] == "success", told.log
    assert bench.done == []


@pytest.mark.parametrize(
    ("engine", "version"),
    [
        ("postgresql", "16; id"),
        ("postgresql", "$(id)"),
        ("postgresql", "-y"),
        ("postgresql", "9"),
        ("postgresql", "016"),
        ("postgresql", "17\n18"),
        ("postgresql", "16.1"),
        ("mariadb", "11"),
        ("mariadb", "11.4.2"),
        ("mariadb", "..4"),
        ("mariadb", "11.4 mysql-server"),
        ("mysql", "8.x"),
        ("mysql", "*.*"),
        ("mongodb", "8.0/../.."),
        ("mongodb", ".8"),
        ("mongodb", "8.0\nx"),
    ],
)
def test_a_version_that_is_none_is_refused(bench: Bench, engine: str, version: str) -> None:
    """It stands in the name of a package and in an address."""
    told = bench.run("backup", engine, version)

    assert (told.outcomes["clients"], bench.done) == ("failure", [])
    assert f"The input {engine} is a version such as" in told.log
    assert {command.name for command in commands_in(told.log)} == {"error"}


def test_the_mariadb_of_this_machine_is_found(tmp_path: Path) -> None:
    """The same step with a real package manager behind it, and nothing for it to do."""
    if not Path("/usr/sbin/mariadbd").exists():
        missing("mariadb", "mariadbd is not installed")
    for name in ("temp", "app"):
        (tmp_path / name).mkdir()
    runner = Runner(installed_already(tmp_path / "action"), tmp_path / "app", tmp_path / "temp")
    version = run(["/usr/sbin/mariadbd", "--version"]).stdout
    series = re.findall(r"(\d+\.\d+)\.\d+", version)[0]

    told = runner.run(command="restore-drill", mariadb=series)

    assert told.outcomes["clients"] == "success", told.log
    assert f"{series}." in told.summary
