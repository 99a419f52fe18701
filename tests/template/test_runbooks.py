"""The runbooks of the template: their parts, their index, their commands."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from helpers.markdown import Markdown
from helpers.rendering import REPOSITORY, rendered
from helpers.runbooks import (
    COMMON_RUNBOOKS,
    EXTRA,
    MIGRATIONS,
    OF_THE_DATABASE,
    PLATFORMS,
    STACKS,
    Runbook,
    database_lines,
    every_stack,
    index_of,
    runbook,
    runbooks_in,
)
from mainstay.audit import run_audit
from mainstay.cli import cli
from mainstay.platform import process
from mainstay.platform.clock import FixedClock
from mainstay.policy.model import Owner

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@every_stack
def test_every_runbook_has_its_parts_and_declares_what_it_uses(stack: dict[str, object]) -> None:
    """Front matter, parts, ticks, tree, variables, cautions: nothing is wrong with any of them."""
    found = {book.name: book.problems() for book in runbooks_in(rendered(**stack))}

    assert {name: problems for name, problems in found.items() if problems} == {}


@every_stack
def test_answers_stand_in_the_front_matter(stack: dict[str, object]) -> None:
    """Service and platform are those of the answers; the owner is a role that the policy fills."""
    books = runbooks_in(rendered(**stack))

    assert {book.head["service"] for book in books} == {"app"}
    assert {book.head["platform"] for book in books} == {stack["platform"]}
    assert {book.head["owner"] for book in books} <= set(Owner)


@every_stack
def test_runbooks_come_by_the_answers(stack: dict[str, object]) -> None:
    """Eight are for everybody; a database brings those that exist for its engine, and the others are asked for."""
    books = runbooks_in(rendered(**stack))

    database = str(stack.get("database", "postgresql"))
    wanted = COMMON_RUNBOOKS | OF_THE_DATABASE[database]
    wanted |= {15 + EXTRA.index(name) for name in stack["extra_runbooks"]}  # type: ignore[attr-defined] # a list of words
    assert [str(book.head["id"]) for book in books] == [f"RB-{number:02}" for number in sorted(wanted)]
    if database == "none":
        assert not [book.name for book in books if "psql" in book.text or "mainstay backup" in book.text]


@every_stack
def test_a_runbook_names_the_programs_of_its_own_database_only(stack: dict[str, object]) -> None:
    """`psql` on a page for MySQL is found at night."""
    programs = {
        "postgresql": ("psql", "pg_restore"),
        "mysql": ("mysql",),
        "mariadb": ("mariadb",),
        "sqlite": ("sqlite3",),
        "mongodb": ("mongosh", "mongorestore"),
    }
    text = "\n".join(book.text for book in runbooks_in(rendered(**stack)))

    named = {
        database
        for database, words in programs.items()
        for word in words
        if re.search(rf"(?:^|[({{|`=' ]){word} ", text, re.MULTILINE)
    }

    assert named == {stack.get("database", "postgresql")} & programs.keys()


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

    assert findings == {("RB203", "it was never reviewed")}


@pytest.mark.parametrize(
    ("pieces", "names"),
    [
        ("platforms/*.jinja", PLATFORMS),
        ("migrations/*.jinja", MIGRATIONS),
        ("runbook_stores/*.jinja", ("s3", "gs", "az", "file")),
        ("databases/*/common.jinja", ("postgresql", "mysql", "sqlite", "mongodb", "command")),
        ("databases/*/connections.jinja", ("postgresql", "mysql", "mongodb")),
        ("databases/*/locks.jinja", ("postgresql", "mysql", "sqlite", "mongodb")),
        ("databases/*/disk.jinja", ("postgresql", "mysql", "sqlite", "mongodb")),
        ("databases/*/migration.jinja", ("postgresql", "mysql", "sqlite")),
        ("databases/*/restore.jinja", ("postgresql", "mysql", "sqlite", "mongodb", "command")),
    ],
)
def test_every_piece_offers_the_same_macros(pieces: str, names: tuple[str, ...]) -> None:
    """A new platform, tool or database that lacks a part is noticed here, not while somebody copies the template."""
    found = sorted((REPOSITORY / "template/_includes").glob(pieces))

    offered = {
        piece.parent.name if pieces.startswith("databases") else piece.stem: frozenset(
            re.findall(r"\[% macro (\w+)", piece.read_text())
        )
        for piece in found
    }

    assert set(offered) == set(names)
    needed = [macros - {"run_file"} for macros in offered.values()]  # only where there are migrations
    assert len(set(needed)) == 1


BROKEN = {
    "part": ("## Verify", "## Check", "the part Verify is missing"),
    "caution": ("> [!CAUTION]", "> [!NOTE]", "has no caution"),
    "undo": ("Undo: none; run it again.", "", "has no caution"),
    "variable": ('"$PGURL"', '"$PGURI"', "$PGURI is not declared"),
    "tick": ("- [ ] ", "- ", "First 5 minutes is no list"),
    "leaf": ("[Mitigate 1](#mitigate)", "Mitigate", "the decision tree ends at"),
    "step": ("[Mitigate 1](#mitigate)", "[Mitigate 9](#mitigate)", "there is no step Mitigate 9"),
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
    preamble = database_lines(runbook(5, **STACKS[0]))
    shown = 'printf "%s\\n" "$PGURL" "$PGPASSWORD" "$PGSSLMODE"'

    done = process.run(["bash", "-c", f"{preamble}\n{shown}"], env={"DATABASE_URL": address})

    expected = "postgresql://ana@db.example.com:5432/shop", ADDRESSES[address], "require"
    assert tuple(done.stdout.split("\n")[:3]) == expected


def shown(database: str, address: str, *names: str) -> list[str]:
    """Return what variables hold after the database's part of RB-09 was pasted with this address."""
    text = runbook(9, platform="other", database=database).blocks("bash", "Variables")[0].code
    part = text[text.index("export DATABASE_URL") : text.index("export RESTORED")]
    words = " ".join(f'"${name}"' for name in names)
    done = process.run(["bash", "-c", f'{part}\nprintf "%s\\n" {words}'], env={"DATABASE_URL": address})
    return done.stdout.split("\n")[: len(names)]


@pytest.mark.parametrize("database", ["mysql", "mariadb"])
def test_the_address_of_a_mysql_is_taken_apart(database: str) -> None:
    """Host, port, user and name for the client's options; the password in the environment, in no argument."""
    names = "DB_HOST", "DB_PORT", "DB_USER", "DB", "MYSQL_PWD"

    whole = shown(database, "mysql://ana:p%40ss%2F%25w$d@db.example.com:3307/shop?ssl=true", *names)
    short = shown(database, "mysql://ana@db.example.com/shop", *names)

    assert whole == ["db.example.com", "3307", "ana", "shop", "p@ss/%w$d"]
    assert short == ["db.example.com", "3306", "ana", "shop", ""]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "mongodb+srv://ana:s3cret%2F@cluster.example.net/shop?retryWrites=true",
            ["mongodb+srv://ana@cluster.example.net/shop?retryWrites=true", "shop"],
        ),
        (
            "mongodb://ana:s3cret@one:27017,two:27017/shop?authSource=admin",
            ["mongodb://ana@one:27017,two:27017/shop?authSource=admin", "shop"],
        ),
    ],
)
def test_the_address_of_a_mongodb_loses_its_password(address: str, expected: list[str]) -> None:
    """What stands in an argument holds none; each program asks for it."""
    assert shown("mongodb", address, "MONGO_URL", "DB") == expected


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
