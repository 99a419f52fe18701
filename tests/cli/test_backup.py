from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from helpers.commands import mainstay
from helpers.postgres import Database, database_names
from helpers.rendering import render
from mainstay.backup import engine_named


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose policy backs up to a folder beside it."""
    (tmp_path / "store").mkdir()
    return render(tmp_path / "app", backup_store=(tmp_path / "store").as_uri())


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with one table."""
    database.execute("CREATE TABLE words AS SELECT i, md5(i::text) AS word FROM generate_series(1, 1000) i")
    return database


def test_take_list_verify_restore(repository: Path, filled: Database) -> None:
    """The whole loop from the command line, with the policy's own store and database."""
    env = {"DATABASE_URL": filled.url + "&schema=public"}

    taken = mainstay("backup", "take", "--json", cwd=repository, env=env)
    (backup,) = json.loads(taken.stdout)
    listed = mainstay("backup", "list", cwd=repository)
    verified = mainstay("backup", "verify", "--level", "restored", "--json", cwd=repository)
    proved, status = mainstay("backup", "list", cwd=repository), mainstay("backup", "status", cwd=repository)
    restored = mainstay("backup", "restore", "--into", f"{filled.name}_new", cwd=repository, env=env)

    assert (taken.returncode, backup["rows"], backup["tables"]) == (0, 1000, 1)
    assert backup["id"] in listed.stdout
    assert listed.stdout.splitlines()[1].split()[-2:] == ["-", "newest"]
    assert json.loads(verified.stdout)["verified"] is True
    assert proved.stdout.splitlines()[1].split()[-2:] == ["restored", "newest"]
    assert (status.returncode, status.stdout.splitlines()[0]) == (0, "ok  app")
    assert restored.stdout == f"restored  {backup['id']} into {filled.name}_new\n"
    assert f"{filled.name}_new" in database_names(filled.server_url)
    filled_again = Database(f"{filled.name}_new", filled.url.replace(filled.name, f"{filled.name}_new"), "")
    assert filled_again.query("SELECT count(*) FROM words") == [(1000,)]


def test_progress_goes_to_standard_error_one_line_per_step(repository: Path, filled: Database) -> None:
    """A log gets lines, not bars; standard output only the result."""
    done = mainstay("backup", "take", cwd=repository, env={"DATABASE_URL": filled.url, "FORCE_COLOR": "1"})

    assert done.stdout.startswith("backed up  app ")
    assert len(done.stdout.splitlines()) == 1
    assert [line for line in done.stderr.splitlines() if "1,000 rows in 1 table" in line]
    assert "\x1b" not in done.stderr + done.stdout


def test_a_damaged_backup_ends_with_4(repository: Path, filled: Database, tmp_path: Path) -> None:
    """`not verified` has an exit code of its own."""
    mainstay("backup", "take", cwd=repository, env={"DATABASE_URL": filled.url})
    (artifact,) = (tmp_path / "store").rglob("dump.zst")
    artifact.write_bytes(artifact.read_bytes()[:-10])

    done = mainstay("backup", "verify", cwd=repository)

    assert done.returncode == 4
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert "the manifest says" in done.stderr


def test_an_unreadable_manifest_ends_with_3(repository: Path, filled: Database, tmp_path: Path) -> None:
    """What cannot be read is unknown, not absent."""
    mainstay("backup", "take", cwd=repository, env={"DATABASE_URL": filled.url})
    (manifest,) = (tmp_path / "store").rglob("manifest.json")
    manifest.write_text("{}")

    done = mainstay("backup", "list", cwd=repository)

    assert (done.returncode, done.stdout) == (3, "no backups\n")
    assert "is no manifest of a backup" in done.stderr


@pytest.mark.parametrize(
    ("words", "env", "code", "message"),
    [
        (["backup", "take"], {}, 2, "the environment variable DATABASE_URL is not set"),
        (["backup", "take", "--database", "shop"], {}, 2, "the policy has no database 'shop'"),
        (["backup", "restore"], {}, 2, "holds no backup of 'app'"),
        (["backup", "verify", "--level", "perfect"], {}, 2, "Invalid value for '--level'"),
        (
            ["backup", "take"],
            {"DATABASE_URL": "postgresql://u:secretpw@127.0.0.1:1/x"},
            1,
            "the database cannot be reached",
        ),
        (
            ["backup", "take", "--store", "file:///no/such"],
            {"DATABASE_URL": "postgresql://h/x"},
            1,
            "does not exist",
        ),
        (["backup", "list", "--store", "ftp://x"], {}, 1, "is no store URL"),
    ],
)
def test_bad_input_gets_a_clear_error(
    repository: Path, words: list[str], env: dict[str, str], code: int, message: str
) -> None:
    """What is wrong and what to do, an exit code that fits, and no secret."""
    done = mainstay(*words, cwd=repository, env=env)

    assert done.returncode == code
    assert message in done.stderr
    assert "secretpw" not in done.stderr + done.stdout
    assert done.stdout == ""


def test_without_a_policy_the_hint_says_how_to_get_one(tmp_path: Path) -> None:
    """Outside a repository that has adopted the SOP nothing is guessed."""
    done = mainstay("backup", "take", cwd=tmp_path)

    assert done.returncode == 2
    assert "hint: `mainstay init` writes one" in done.stderr


def test_a_restore_is_planned_confirmed_and_keeps_what_it_replaces(
    repository: Path, filled: Database
) -> None:
    """Over the database in use only when its name is repeated; the plan says so first, at most 80 columns wide."""
    env = {"DATABASE_URL": filled.url}
    (backup,) = json.loads(mainstay("backup", "take", "--json", cwd=repository, env=env).stdout)
    filled.execute("DROP TABLE words")
    over = ["backup", "restore", "--at", "2199-01-01T00:00Z", "--into", filled.name]

    plan = mainstay(*over, "--dry-run", cwd=repository, env=env)
    data = json.loads(mainstay(*over, "--dry-run", "--json", cwd=repository, env=env).stdout)
    refused = mainstay(*over, cwd=repository, env=env)
    restored = mainstay(*over, "--confirm", filled.name, cwd=repository, env=env)

    assert (plan.returncode, refused.returncode, restored.returncode) == (2, 2, 0)
    assert plan.stdout.splitlines()[0] == f"app {backup['id']}"
    assert plan.stdout.splitlines()[-1] == "dry run  would be refused; nothing was touched"
    assert max(map(len, plan.stdout.splitlines())) <= 80
    assert (data["target"]["exists"], data["target"]["empty"]) == (True, True)
    assert "is the one that the backup was taken from; nothing was touched" in refused.stderr
    assert f"--confirm {filled.name}" in refused.stderr
    first, second = restored.stdout.splitlines()
    assert first == f"restored  {backup['id']} into {filled.name}"
    kept = second.split()[1].removesuffix(":")
    assert {kept, filled.name} <= database_names(filled.server_url)
    assert filled.query("SELECT count(*) FROM words") == [(1000,)]
    engine_named("postgresql").drop_database(filled.server_url, kept)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--at", "yesterday"], "'yesterday' is no time"),
        (["--at", "2026-11-22T14:30"], "has no time zone"),
        (["--at", "2026-11-22T14:30Z", "--latest-proved"], "exclude each other"),
    ],
)
def test_a_restore_does_not_guess_which_backup_is_meant(
    repository: Path, words: list[str], message: str
) -> None:
    """A time without a zone is another time elsewhere."""
    done = mainstay("backup", "restore", *words, cwd=repository)

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_drill_from_the_command_line_proves_and_holds_against_the_policy(
    repository: Path, filled: Database, tmp_path: Path
) -> None:
    """0 when it passed, 4 when the backup is not what it was; recorded either way."""
    env = {"DATABASE_URL": filled.url, "SCRATCH": filled.server_url}
    words = ["backup", "drill", "--server-url-env", "SCRATCH"]
    (backup,) = json.loads(mainstay("backup", "take", "--json", cwd=repository, env=env).stdout)

    passed = mainstay(*words, cwd=repository, env=env)
    (artifact,) = (tmp_path / "store").rglob("dump.zst")
    artifact.write_bytes(artifact.read_bytes()[:-10])
    damaged = mainstay(*words, "--json", cwd=repository, env=env)
    (listed,) = json.loads(mainstay("backup", "list", "--json", cwd=repository).stdout)

    assert passed.returncode == 0, passed.stderr
    assert re.fullmatch(
        rf"(?:proved|restored)  app {backup['id']}: \d+\.\d s old, restored in \d+\.\d s\n", passed.stdout
    )
    assert ("nothing looked for damage" in passed.stderr) == passed.stdout.startswith("restored")
    assert (damaged.returncode, json.loads(damaged.stdout)) == (4, [])
    assert "the manifest says" in damaged.stderr
    assert listed["failed_level"] == "proved"
