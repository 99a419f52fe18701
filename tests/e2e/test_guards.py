"""A backup that looks wrong is not kept, on a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.commands import mainstay
from helpers.postgres import Database
from helpers.rendering import render
from mainstay.backup import Source, read_catalog, take_backup
from mainstay.backup.stores import open_store
from mainstay.errors import BackupError


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose policy backs up to a folder beside it."""
    (tmp_path / "store").mkdir()
    return render(tmp_path / "app", backup_store=(tmp_path / "store").as_uri())


def test_an_empty_database_is_not_backed_up(database: Database, tmp_path: Path) -> None:
    """The dump of the wrong, empty database is valid, and would push the good ones out in time."""
    with pytest.raises(BackupError, match="it holds no table"):
        take_backup(Source("app", "postgresql", database.url), tmp_path.as_uri())

    assert open_store(tmp_path.as_uri()).keys("") == []


def test_a_sharp_fall_is_refused_until_it_is_accepted(repository: Path, database: Database) -> None:
    """Once from the command line; the manifest then says so."""
    env = {"DATABASE_URL": database.url}
    store_url = (repository.parent / "store").as_uri()
    database.execute("CREATE TABLE words AS SELECT md5(i::text) AS word FROM generate_series(1, 5000) i")
    mainstay("backup", "take", cwd=repository, env=env)
    database.execute("DELETE FROM words WHERE ctid IN (SELECT ctid FROM words LIMIT 4000)")

    refused = mainstay("backup", "take", cwd=repository, env=env)
    kept_then = len(read_catalog(store_url).backups)
    accepted = mainstay("backup", "take", "--accept-drop", cwd=repository, env=env)

    assert (refused.returncode, kept_then) == (1, 1)
    assert "1,000 rows instead of 5,000" in refused.stderr
    assert accepted.returncode == 0
    assert any(
        "1,000 rows instead of 5,000" in caveat for caveat in read_catalog(store_url).backups[0].caveats
    )
