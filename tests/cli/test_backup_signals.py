"""`mainstay backup take` tells the channels that the policy names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.commands import mainstay
from helpers.listener import Listener
from helpers.policies import changed
from helpers.postgres import Database
from helpers.rendering import render
from mainstay.platform.process import Completed
from mainstay.policy import POLICY_PATH

SECOND = "databases:\n  shop: {engine: postgresql, url: $SHOP_URL}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose policy names a dead-man switch and somebody to tell."""
    (tmp_path / "store").mkdir()
    root = render(tmp_path / "app", backup_store=(tmp_path / "store").as_uri())
    policy = root / POLICY_PATH
    text = policy.read_text(encoding="utf-8")
    channels = "backups:\n  heartbeat: $BEAT\n  notify: [$OPS]\n"
    policy.write_text(changed(text, ("backups:\n", channels)), encoding="utf-8")
    return root


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with one table."""
    database.execute("CREATE TABLE words AS SELECT i FROM generate_series(1, 10) i")
    return database


def take(repository: Path, listener: Listener, *words: str, **urls: str) -> Completed:
    told = {"BEAT": listener.url, "OPS": f"json://{listener.address}/hook"}
    return mainstay("backup", "take", *words, cwd=repository, env={**told, **urls})


def test_success_is_a_sign_of_life_and_nothing_else(
    repository: Path, filled: Database, listener: Listener
) -> None:
    """Start and success; nobody is disturbed."""
    done = take(repository, listener, DATABASE_URL=filled.url)

    assert done.returncode == 0, done.stderr
    assert listener.paths == ["/ping/secret-uuid/start", "/ping/secret-uuid"]
    assert "warning" not in done.stderr


def test_a_failure_is_told_without_its_secret(repository: Path, filled: Database, listener: Listener) -> None:
    """An unset secret is a failure too: the night without a backup is told of."""
    refused = take(repository, listener, DATABASE_URL=filled.url.replace("/test_", "/gone_pw-99_"))
    unset = take(repository, listener, DATABASE_URL="")

    assert (refused.returncode, unset.returncode) == (1, 2)
    assert listener.paths == ["/ping/secret-uuid/start", "/ping/secret-uuid/fail", "/hook"] * 2
    assert "DATABASE_URL is not set" in listener.heard[-2][1]
    assert filled.url not in json.dumps(listener.heard)


def test_one_database_that_fails_leaves_the_others_their_backup(
    repository: Path, filled: Database, listener: Listener
) -> None:
    """All are tried; what was taken is printed; the status is that of the failure."""
    policy = repository / POLICY_PATH
    policy.write_text(changed(policy.read_text(), ("databases:\n", SECOND)), encoding="utf-8")
    gone = filled.url.replace(filled.name, "gone")

    done = take(repository, listener, "--json", DATABASE_URL=filled.url, SHOP_URL=gone)

    assert done.returncode == 1
    assert [made["database"] for made in json.loads(done.stdout)] == ["app"]
    body = listener.heard[1][1]
    assert listener.paths[1] == "/ping/secret-uuid/fail"
    assert {line.partition(":")[0] for line in body.splitlines()} == {
        "Backup of app succeeded",
        "Backup of shop failed",
    }


def test_a_store_of_ones_own_tells_nobody(
    repository: Path, filled: Database, listener: Listener, tmp_path: Path
) -> None:
    """A copy for a laptop is not the backup that was promised."""
    (tmp_path / "mine").mkdir()

    done = take(repository, listener, "--store", (tmp_path / "mine").as_uri(), DATABASE_URL=filled.url)

    assert done.returncode == 0
    assert listener.heard == []


def test_a_switch_that_fails_is_said_and_fails_no_backup(
    repository: Path, filled: Database, listener: Listener
) -> None:
    """Status 0, a warning on standard error, and nothing on standard output but the result."""
    listener.statuses = [500] * 9

    done = take(repository, listener, DATABASE_URL=filled.url)

    assert done.returncode == 0
    assert done.stdout.startswith("backed up  app ")
    assert "warning: the heartbeat success was not taken: it answered 500" in done.stderr
    assert "secret-uuid" not in done.stderr
