"""RB-09 walked through: a damaged database comes back with stock tools alone."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import psycopg
import pytest

from helpers.postgres import Database
from helpers.runbooks import runbook
from mainstay.backup.stream import compress
from mainstay.platform import process
from mainstay.platform.embedded_postgres import EmbeddedPostgres


class Responder:
    """Somebody who pastes the blocks of RB-09 into a shell."""

    def __init__(self, database: Database, server: EmbeddedPostgres, store: Path, tools: Path) -> None:
        self.book = runbook(9, platform="kubernetes", backup_store=f"file://{store}")
        self.workdir = tools
        known = {
            "DATABASE_URL": f"{database.url}&schema=public",
            "PGHOST": str(server.socket_dir),
            "PGSSLMODE": "disable",
        }
        asked = {"URL": "https://app.example.com", "NS": "shop", "APP": "web", "SECRET_NAME": "web"}
        asked |= {"BACKUP_ID": "20261122T020000Z-0badcafe", "TABLE": "public.orders"}
        self.environment = {**known, **asked, "PATH": f"{tools}:{server.bin_dir}:{os.environ['PATH']}"}
        self.variables = self.book.blocks("bash", "Variables")[0].code.replace("$(gh repo view", "$(true")

    def paste(self, marker: str, *, expect: int = 0) -> str:
        """Run the block that holds `marker` and return what it printed."""
        (block,) = (block for block in self.book.blocks("bash", "Mitigate") if marker in block.code)
        return self.run(block.code, expect=expect)

    def run(self, code: str, *, expect: int = 0) -> str:
        """Run shell code after the variables, as one paste."""
        script = f"set -o pipefail\n{self.variables}\n{code}"
        done = process.run(["bash", "-c", script], env=self.environment, cwd=self.workdir, check=False)
        assert done.returncode == expect, done.stderr
        return done.stdout


@pytest.fixture
def responder(database: Database, postgres_server: EmbeddedPostgres, tmp_path: Path) -> Responder:
    """Somebody at a shell, a damaged database, and a backup from before the damage."""
    tools = tmp_path / "tools"
    tools.mkdir()
    zstd = tools / "zstd"  # the machine may have none: the same format through the library that mainstay uses
    library = "compression" if sys.version_info >= (3, 14) else "backports"
    zstd.write_text(
        f"#!{sys.executable}\nimport sys\nfrom {library} import zstd\n"
        f"sys.stdout.buffer.write(zstd.decompress(open(sys.argv[2], 'rb').read()))\n"
    )
    zstd.chmod(zstd.stat().st_mode | stat.S_IXUSR)
    database.execute("CREATE TABLE orders (id int PRIMARY KEY, total int); CREATE TABLE notes (id int)")
    database.execute(
        "INSERT INTO orders SELECT n, n FROM generate_series(1, 5000) n; INSERT INTO notes VALUES (1)"
    )
    someone = Responder(database, postgres_server, tmp_path / "store", tools)
    _store_dump(someone, tmp_path / "store/app" / someone.environment["BACKUP_ID"])
    database.execute("DELETE FROM orders WHERE id > 100; UPDATE orders SET total = 0 WHERE id = 7")
    return someone


def _store_dump(someone: Responder, folder: Path) -> None:
    folder.mkdir(parents=True)
    someone.run('pg_dump -Fc -Z0 -f plain.dump "$PGURL"')
    blocks = compress(iter([(someone.workdir / "plain.dump").read_bytes()]))
    (folder / "dump.zst").write_bytes(b"".join(blocks))


def test_lost_rows_come_back_by_the_restore_runbook(responder: Responder, database: Database) -> None:
    """RB-09 with stock tools: read-only, restore beside, compare, copy back; what was written since stays."""
    responder.paste("SET default_transaction_read_only")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        database.execute("DELETE FROM notes")
    try:
        responder.paste("pg_restore")
        difference = responder.paste("diff ", expect=1)
        responder.run(
            "PGOPTIONS='' psql -X $SERVER_URL -c \"ALTER DATABASE $DB RESET default_transaction_read_only\""
        )
        responder.paste("--on-conflict-do-nothing")
    finally:
        responder.run("PGOPTIONS='' dropdb --if-exists --maintenance-db=$SERVER_URL $RESTORED")

    assert "public.orders|100" in difference
    assert "public.orders|5000" in difference
    assert "notes" not in difference
    assert database.query("SELECT count(*), count(*) FILTER (WHERE total = 0) FROM orders") == [(5000, 1)]


def test_the_restored_database_takes_the_place_of_the_damaged_one(
    responder: Responder, database: Database
) -> None:
    """RB-09, the whole way back: after the swap the app's address holds the backup, writable; the old one is kept."""
    responder.paste("SET default_transaction_read_only")
    responder.paste("pg_restore")
    responder.paste("RENAME TO")
    try:
        assert database.query("SELECT count(*), min(total) FROM orders") == [(5000, 1)]
        database.execute("DELETE FROM notes")
        kept = responder.run(
            'psql -XAt "$SERVER_URL" -c "SELECT datallowconn FROM pg_database WHERE datname = \'$DAMAGED\'"'
        )
        assert kept.strip() == "f"
    finally:
        responder.run("PGOPTIONS='' dropdb --maintenance-db=$SERVER_URL $DAMAGED")
