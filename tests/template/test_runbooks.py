"""The runbooks of the template: their parts, their commands, and the SQL on a real PostgreSQL."""

from __future__ import annotations

import os
import re
import shlex
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import click
import psycopg
import pytest

from helpers.markdown import Markdown
from helpers.postgres import Database
from helpers.rendering import REPOSITORY, rendered
from helpers.runbooks import Block, Runbook, index_of, runbooks_in
from mainstay.audit import run_audit
from mainstay.backup.stream import compress
from mainstay.cli import cli
from mainstay.platform import process
from mainstay.platform.clock import FixedClock
from mainstay.platform.embedded_postgres import EmbeddedPostgres

PLATFORMS = ("vercel", "fly", "render", "heroku", "kubernetes", "ecs", "other")
MIGRATIONS = ("prisma", "drizzle", "django", "alembic", "rails", "flyway", "none")
STORES = ("s3://backups/app", "file:///srv/backups")
# Pieces are independent of each other: each platform once, each migration tool once, then no database.
STACKS: list[dict[str, object]] = [
    {
        "platform": platform,
        "migrations": migrations,
        "backup_store": STORES[number % 2],
        "production_url": "https://app.example.com" if number % 2 else "",
        "backup_credentials": ("oidc", "keys")[number % 2],
        "dev_team": "@acme/dev",  # the other roles default to it
    }
    for number, (platform, migrations) in enumerate(zip(PLATFORMS, MIGRATIONS, strict=True))
]
STACKS.append({"platform": "kubernetes", "database": "none", "dev_team": "@acme/dev"})
NAMES = [str(stack.get("migrations", "no database")) + " on " + str(stack["platform"]) for stack in STACKS]
DATABASE_RUNBOOKS = {f"RB-{number:02}" for number in range(5, 11)}
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
every_stack = pytest.mark.parametrize("stack", STACKS, ids=NAMES)

# The ledger of each migration tool, as that tool creates it.
LEDGERS = """
CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
  migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
CREATE SCHEMA drizzle;
CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
CREATE TABLE django_migrations (id bigint PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL,
  applied timestamptz NOT NULL);
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
CREATE TABLE flyway_schema_history (installed_rank integer PRIMARY KEY, version varchar(50),
  description varchar(200) NOT NULL, type varchar(20) NOT NULL,
  script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL,
  installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL);
"""


def runbook(number: int, **answers: object) -> Runbook:
    """Return one runbook of a rendered repository."""
    return next(book for book in runbooks_in(rendered(**answers)) if book.name.startswith(f"rb-{number:02}-"))


# --- What they say ----------------------------------------------------------------------------------------------------


@every_stack
def test_every_runbook_has_its_parts_and_declares_what_it_uses(stack: dict[str, object]) -> None:
    """Front matter, parts, ticks, tree, variables, cautions: nothing is wrong with any of them."""
    found = {book.name: book.problems() for book in runbooks_in(rendered(**stack))}

    assert {name: problems for name, problems in found.items() if problems} == {}


@every_stack
def test_answers_stand_in_the_front_matter(stack: dict[str, object]) -> None:
    """Service, platform and owner are those of the answers."""
    books = runbooks_in(rendered(**stack))

    assert {book.head["service"] for book in books} == {"app"}
    assert {book.head["platform"] for book in books} == {stack["platform"]}
    assert {book.head["owner"] for book in books} == {"@acme/dev"}


def test_an_owner_that_is_not_known_stays_empty() -> None:
    """No invented name: the audit reminds of it."""
    assert runbook(1).head["owner"] == ""


def test_runbooks_about_the_database_come_only_with_a_database() -> None:
    """Fourteen with a database; without one the six are left out, and nothing speaks of them."""
    with_database = runbooks_in(rendered(**STACKS[0]))
    without = runbooks_in(rendered(**STACKS[-1]))

    ids = {str(book.head["id"]) for book in with_database}
    assert ids == {f"RB-{number:02}" for number in range(1, 15)}
    assert {str(book.head["id"]) for book in without} == ids - DATABASE_RUNBOOKS
    assert not [book.name for book in without if "psql" in book.text or "mainstay backup" in book.text]


@every_stack
def test_the_index_names_every_runbook_with_its_alerts(stack: dict[str, object]) -> None:
    """Alert -> runbook works in both directions: each row is a runbook's id, title and alerts."""
    books = runbooks_in(rendered(**stack))

    rows = re.findall(
        r"^\| .+ \| (.+) \| \[(.+)\]\((.+)\) \|$", index_of(rendered(**stack)).text, re.MULTILINE
    )

    expected = [(book.head["alerts"], f"{book.head['id']} {book.head['title']}", book.name) for book in books]
    assert [(re.findall(r"`(\w+)`", alerts), title, link) for alerts, title, link in rows] == expected
    alerts = [alert for found, _, _ in expected for alert in found]
    assert len(alerts) == len(set(alerts))


@every_stack
def test_every_link_of_a_runbook_leads_somewhere(stack: dict[str, object]) -> None:
    """Links to runbooks, incident and maintenance documents resolve, anchors included."""
    lost = [
        f"{path.name}: {link}"
        for path in sorted((rendered(**stack) / "docs/runbooks").glob("*.md"))
        for link, target, anchor in Markdown(path).links()
        if not target.exists() or (anchor and anchor not in Markdown(target).anchors)
    ]

    assert lost == []


@every_stack
def test_a_runbook_names_the_commands_of_its_own_platform_only(stack: dict[str, object]) -> None:
    """Nobody has to find out at night which half of a page is meant for them."""
    command = {
        "vercel": "vercel ",
        "fly": "fly ",
        "render": "render ",
        "heroku": "heroku ",
        "kubernetes": "kubectl ",
    }
    code = "\n".join(block.code for book in runbooks_in(rendered(**stack)) for block in book.blocks("bash"))

    named = {platform for platform, word in command.items() if re.search(rf"^{word}", code, re.MULTILINE)}

    assert named == {stack["platform"]} & set(command)


@every_stack
def test_the_audit_asks_for_a_review_and_for_nothing_else(stack: dict[str, object]) -> None:
    """What the template emits satisfies the audit, apart from what only people can do: read it and own it."""
    report = run_audit(rendered(**stack), clock=FixedClock(NOW), select=("RB", "ROLL"))

    findings = {
        (result.check.id, finding.message) for result in report.results for finding in result.findings
    }

    assert findings == {("RB201", "it was never reviewed")}


@pytest.mark.parametrize("folder", ["platforms", "migrations"])
def test_every_piece_offers_the_same_macros(folder: str) -> None:
    """A new platform or migration tool that lacks a part is noticed here, not while somebody copies the template."""
    pieces = sorted((REPOSITORY / "template/_includes" / folder).glob("*.jinja"))

    offered = {piece.stem: set(re.findall(r"\[% macro (\w+)", piece.read_text())) for piece in pieces}

    assert set(offered) == set(PLATFORMS if folder == "platforms" else MIGRATIONS)
    assert len({frozenset(macros) for macros in offered.values()}) == 1


BROKEN = {
    "part": ("## Verify", "## Check", "parts are"),
    "caution": ("> [!CAUTION]", "> [!NOTE]", "has no caution"),
    "undo": ("Undo: none; run it again.", "", "has no caution"),
    "variable": ('"$PGURL"', '"$PGURI"', "$PGURI is not declared"),
    "tick": ("- [ ] ", "- ", "no ticks"),
    "leaf": ("[Mitigate 1](#mitigate)", "Mitigate", "leaf without"),
    "step": ("[Mitigate 1](#mitigate)", "[Mitigate 9](#mitigate)", "no step Mitigate 9"),
    "review": ("last_reviewed: never", "last_reviewed: 2026-11-01", "claims to be reviewed"),
    "key": ("severity_hint:", "severity:", "front matter has"),
    "force": ("## References", "git push --force\n\n## References", "says 'push --force'"),
    "placeholder": (
        "## References",
        "sentry.io/organizations/<name>\n\n## References",
        "placeholder '<name>'",
    ),
    "change": (
        "## Mitigate",
        "```sql\nDELETE FROM jobs;\n```\n\n## Mitigate",
        "Diagnose changes something: DELETE",
    ),
}


@pytest.mark.parametrize("defect", BROKEN)
def test_a_defect_in_a_runbook_is_noticed(defect: str) -> None:
    """The checks above can fail: each defect is named."""
    old, new, expected = BROKEN[defect]
    book = runbook(6, **STACKS[0])
    text = book.text.replace('psql -X "$PGURL"`.', 'psql`.\n\n```bash\npsql -X "$PGURL"\n```\n', 1)

    problems = Runbook(book.name, text.replace(old, new)).problems()

    assert any(expected in problem for problem in problems), problems


# --- The shell --------------------------------------------------------------------------------------------------------


@every_stack
def test_every_shell_block_parses(stack: dict[str, object], tmp_path: Path) -> None:
    """`bash -n` accepts all of a runbook, pasted from top to bottom."""
    for book in runbooks_in(rendered(**stack)):
        script = tmp_path / f"{book.name}.sh"
        script.write_text("\n".join(block.code for block in book.blocks("bash")))

        process.run(["bash", "-n", str(script)])


def test_a_variable_that_is_not_known_is_asked_for() -> None:
    """Nothing is silently empty: pasting the block without an answer says what goes there, and fails."""
    variables = runbook(9, **STACKS[1]).blocks("bash", "Variables")[0].code

    done = process.run(["bash", "-c", variables], check=False)

    assert done.returncode != 0
    assert "DATABASE_URL: direct address, not the pooler" in done.stderr


ADDRESSES = {
    "postgresql://ana:p%40ss%3A%2F%25w$d@db.example.com:5432/shop?schema=public&connection_limit=5": "p@ss:/%w$d",
    "postgres://ana:plain@db.example.com:5432/shop": "plain",
    "postgresql://ana@db.example.com:5432/shop?pgbouncer=true": "",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_address_of_the_database_is_taken_apart(address: str) -> None:
    """Prisma's parameters, which libpq refuses, are gone; a password is in the environment, in no argument."""
    preamble = _database_lines(runbook(5, **STACKS[0]))
    shown = 'printf "%s\\n" "$PGURL" "$PGPASSWORD" "$PGSSLMODE"'

    done = process.run(["bash", "-c", f"{preamble}\n{shown}"], env={"DATABASE_URL": address})

    expected = "postgresql://ana@db.example.com:5432/shop", ADDRESSES[address], "require"
    assert tuple(done.stdout.split("\n")[:3]) == expected


def test_an_answer_with_shell_characters_stays_text() -> None:
    """A production address cannot run a command in the shell of whoever pastes it."""
    variables = runbook(2, production_url="https://x.example/?a=1&b=$(touch${IFS}owned)").blocks(
        "bash", "Variables"
    )

    done = process.run(["bash", "-c", f'{variables[0].code.splitlines()[0]}\nprintf %s "$URL"'])

    assert done.stdout == "https://x.example/?a=1&b=$(touch${IFS}owned)"


def test_every_mainstay_command_in_a_runbook_exists() -> None:
    """The runbooks and the command line agree on verbs and options."""
    code = "\n".join(
        block.code
        for stack in STACKS
        for book in runbooks_in(rendered(**stack))
        for block in book.blocks("bash")
    )
    called = {
        tuple(shlex.split(call))
        for call in re.findall(r"^(?:PGOPTIONS='' )?mainstay (.+)$", code, re.MULTILINE)
    }
    assert {words[:2] for words in called} == {
        ("backup", verb) for verb in ("list", "verify", "take", "restore")
    }

    for words in called:
        _parse(list(words))


def _parse(words: list[str]) -> None:
    """Let click read a command line without running it."""
    command: click.Command = cli
    context = click.Context(command)
    while isinstance(command, click.Group):
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, name
        command, context = found, click.Context(found, parent=context)
    command.make_context(command.name, words)


def _database_lines(book: Runbook) -> str:
    lines = book.blocks("bash", "Variables")[0].code.splitlines()
    return "\n".join(line for line in lines if re.search(r"DATABASE_URL=|ADDRESS|PG[A-Z]+=", line))


# --- The SQL ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[16, 18])
def server(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    """A server that holds the ledgers of all migration tools, and some tables."""
    with EmbeddedPostgres.start(request.param) as running:
        with psycopg.connect(running.url(), autocommit=True) as connection:
            connection.execute(LEDGERS.encode())
            connection.execute("CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric)")
            connection.execute("INSERT INTO orders (total) SELECT n FROM generate_series(1, 100) n")
        yield running


def _sql(section: str) -> dict[str, Block]:
    """Return the SQL of a part, of all runbooks of all stacks, each statement once."""
    found = [
        block
        for stack in STACKS[:-1]
        for book in runbooks_in(rendered(**stack))
        for block in book.blocks("sql", section)
    ]
    return {block.code: block for block in found}


def _read_only() -> str:
    """Return the options that the runbooks put on their sessions."""
    line = next(line for line in _database_lines(runbook(5, **STACKS[0])).splitlines() if "PGOPTIONS" in line)
    return line.split("'")[1]


def test_sql_to_diagnose_runs_as_it_stands_in_a_read_only_session(server: EmbeddedPostgres) -> None:
    """Every statement is accepted, verbatim, by both majors, under the options that forbid writing."""
    blocks = _sql("Diagnose")
    assert len(blocks) > 25
    with psycopg.connect(server.url(), autocommit=True, options=_read_only()) as connection:
        for code, block in blocks.items():
            if "pg_stat_statements ORDER" in code:
                continue  # see the next test
            try:
                connection.execute(code.encode()).fetchall()
            except psycopg.Error as error:
                pytest.fail(f"{block.runbook}: {error}\n{code}")


def test_sql_on_pg_stat_statements_fits_its_columns(server: EmbeddedPostgres) -> None:
    """The wheel lacks the extension: its guard finds none, and the query runs on a table of the documented columns."""
    guard, query = (code for code in _sql("Diagnose") if "pg_stat_statements" in code)
    columns = "query text, calls bigint, mean_exec_time float8, total_exec_time float8, rows bigint"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE TEMP TABLE pg_stat_statements ({columns})".encode())
        connection.execute("INSERT INTO pg_stat_statements VALUES ('SELECT 1', 4, 2.25, 9, 4)")

        assert connection.execute(guard.encode()).fetchall() == []
        assert connection.execute(query.encode()).fetchall() == [
            ("SELECT 1", 4, Decimal("2.3"), Decimal(9), 4)
        ]


def test_the_read_only_session_refuses_to_write(server: EmbeddedPostgres) -> None:
    """Whoever pastes a change under Diagnose by mistake changes nothing."""
    with (
        psycopg.connect(server.url(), autocommit=True, options=_read_only()) as connection,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        connection.execute("DELETE FROM orders")


def test_sql_to_mitigate_runs_as_it_stands(server: EmbeddedPostgres) -> None:
    """Every statement is accepted; with no pid and no slot filled in it ends nobody's session."""
    blocks = _sql("Mitigate")
    assert len(blocks) > 6
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for code, block in blocks.items():
            try:
                rows = connection.execute(code.encode())
            except psycopg.Error as error:
                pytest.fail(f"{block.runbook}: {error}\n{code}")
            assert rows.description is None or rows.fetchall() == []
        connection.execute("ALTER ROLE CURRENT_USER RESET ALL")


def test_the_lock_runbook_names_the_blocker_and_frees_its_victims(database: Database) -> None:
    """From the queries of RB-06 to its mitigation, on a real lock."""
    book = runbook(6, **STACKS[0])
    waiting, root, *_ = (block.code.encode() for block in book.blocks("sql", "Diagnose"))
    end = book.blocks("sql", "Mitigate")[1].code
    database.execute("CREATE TABLE orders (id int)")
    with _blocked(database) as (blocker, victim), psycopg.connect(database.url, autocommit=True) as looking:
        assert [row[:2] for row in looking.execute(waiting)] == [(victim, [blocker])]
        assert [(row[0], row[3], row[5]) for row in looking.execute(root)] == [
            (blocker, "idle in transaction", 1)
        ]

        looking.execute(end.replace("IN (0)", f"IN ({blocker})").encode())

        assert looking.execute(waiting).fetchall() == []


@contextmanager
def _blocked(database: Database) -> Iterator[tuple[int, int]]:
    """Hold a lock in one session while another waits for it; give the pids of both."""
    with (
        suppress(psycopg.OperationalError),  # the holder's session is ended by the test
        psycopg.connect(database.url) as holder,
        psycopg.connect(database.url, autocommit=True) as waiter,
    ):
        holder.execute("LOCK TABLE orders")
        waits = threading.Thread(target=waiter.execute, args=("SELECT * FROM orders",))
        waits.start()
        with psycopg.connect(database.url, autocommit=True) as looking:
            while not looking.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass"
            ).fetchall():
                assert waits.is_alive()
        yield holder.info.backend_pid, waiter.info.backend_pid
        waits.join(timeout=10)
        assert not waits.is_alive()


def test_the_connection_runbook_ends_forgotten_transactions_only(database: Database) -> None:
    """RB-05 ends who is idle in a transaction for long, and leaves those alone who work."""
    end = runbook(5, **STACKS[0]).blocks("sql", "Mitigate")[0].code
    with (
        psycopg.connect(database.url) as forgotten,
        psycopg.connect(database.url, autocommit=True) as idle,
        psycopg.connect(database.url, autocommit=True) as looking,
    ):
        forgotten.execute("SELECT 1")
        here = f"datname = '{database.name}' AND state"

        assert looking.execute(end.replace("state", here, 1).encode()).fetchall() == []
        ended = looking.execute(end.replace("state", here, 1).replace("10 min", "0 min").encode()).fetchall()

        assert [row[0] for row in ended] == [forgotten.info.backend_pid]
        assert idle.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError):
            forgotten.execute("SELECT 1")


def test_the_migration_runbook_finds_and_rebuilds_an_invalid_index(database: Database) -> None:
    """RB-08 lists the rest of a failed CREATE INDEX CONCURRENTLY and writes the statement that repairs it."""
    book = runbook(8, **STACKS[0])
    half_done = next(block.code for block in book.blocks("sql", "Diagnose") if "indisvalid" in block.code)
    rebuild = next(block.code for block in book.blocks("sql", "Mitigate") if "REINDEX" in block.code)
    database.execute("CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (1)")
    with psycopg.connect(database.url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("CREATE UNIQUE INDEX CONCURRENTLY orders_id ON orders (id)")
        assert connection.execute(half_done.encode()).fetchall() == [("orders_id", "orders")]

        connection.execute("TRUNCATE orders")
        for (statement,) in connection.execute(rebuild.encode()).fetchall():
            connection.execute(statement.encode())

        assert connection.execute(half_done.encode()).fetchall() == []


# --- The restore, with stock tools ------------------------------------------------------------------------------------


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
