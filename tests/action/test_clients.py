from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.composite import Runner, installed_already
from helpers.debian import Debian
from helpers.required import missing
from helpers.workflow_log import commands_in
from mainstay.platform.process import run

INSTALL = "apt-get install --yes --no-install-recommends"
UPDATE = "apt-get --quiet update"
SOURCE = "tee /etc/apt/sources.list.d/mainstay-"


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
    debian: Debian, engine: str, version: str, command: str, program: str, says: str, packages: str
) -> None:
    """The client for a backup, the server for a drill; the summary says which it became."""
    debian.offer(packages, f"1:{version}.1-1" if engine != "postgresql" else "99.1-1.pgdg")
    debian.program(program, says)

    told = debian.run(command, engine, version)

    assert told.outcomes["clients"] == "success", told.log
    assert debian.done == [UPDATE, f"{INSTALL} {packages}"]
    assert f"Programs of {engine}: `{says}`" in told.summary


def test_what_is_here_is_used(debian: Debian) -> None:
    """Nothing is installed when the runner has the version."""
    debian.program("mariadb-dump", "mariadb-dump from 11.4.3-MariaDB", here=True)

    told = debian.run("backup", "mariadb", "11.4")

    assert debian.done == []
    assert "Programs of mariadb: `mariadb-dump from 11.4.3-MariaDB`" in told.summary


def test_postgresql_comes_from_its_own_repository_with_the_key_that_debian_ships(debian: Debian) -> None:
    """When the distribution has another major version."""
    debian.program("pg_dump", "pg_dump (PostgreSQL) 98.1")

    told = debian.run("backup", "postgresql", "98")

    assert told.outcomes["clients"] == "success", told.log
    assert debian.done == [
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
    debian: Debian, engine: str, version: str, program: str, says: str, package: str, key: str, source: str
) -> None:
    """Its key comes over HTTPS, and signs no other repository's packages."""
    if engine != "mongodb":
        debian.offer(package, "1:9.9.9-1")
    debian.program(program, says)

    told = debian.run("backup", engine, version)

    assert told.outcomes["clients"] == "success", told.log
    assert debian.done[:2] == [UPDATE, f"curl {key}"]
    assert debian.done[2].startswith("install -D -m 644 ")
    assert debian.done[3] == f"{SOURCE}{engine}.list"
    assert debian.done[4].startswith(f"deb [signed-by=/etc/apt/keyrings/mainstay-{engine}.asc] {source}")
    assert debian.done[5:] == [UPDATE, f"{INSTALL} {package}"]
    assert not any(mark in debian.done[4] for mark in ("@", "CODENAME", "ID"))


def test_the_tools_of_mongodb_bring_its_shell_for_a_drill(debian: Debian) -> None:
    """It drops the scratch database."""
    debian.offer("mongodb-database-tools", "100.10.0")
    debian.offer("mongodb-mongosh", "2.3.1")
    debian.program("mongosh", "2.3.1")

    told = debian.run("restore-drill", "mongodb", "8.0")

    assert told.outcomes["clients"] == "success", told.log
    assert debian.done == [UPDATE, f"{INSTALL} mongodb-database-tools mongodb-mongosh"]


def test_programs_of_another_version_are_no_success(debian: Debian) -> None:
    """What was asked for could not be had: the step fails before anything is dumped."""
    debian.offer("mysql-client", "8.4.1-1")
    debian.program("mysqldump", "mysqldump  Ver 9.0.1")

    told = debian.run("backup", "mysql", "8.4")

    assert (told.outcomes["clients"], told.outcomes["run"]) == ("failure", "skipped")
    assert "The programs of mysql 8.4 could not be installed." in told.log
    assert told.outputs["result"] == "failed"


@pytest.mark.parametrize("command", ["audit", "prune", "sop-update"])
def test_commands_without_a_database_bring_nothing(debian: Debian, command: str) -> None:
    """They read no database."""
    told = debian.run(command, "postgresql", "17")

    assert told.outcomes["clients"] == "success", told.log
    assert debian.done == []


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
def test_a_version_that_is_none_is_refused(debian: Debian, engine: str, version: str) -> None:
    """It stands in the name of a package and in an address."""
    told = debian.run("backup", engine, version)

    assert (told.outcomes["clients"], debian.done) == ("failure", [])
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
