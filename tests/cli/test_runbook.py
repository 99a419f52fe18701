from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpers.rendering import REPOSITORY, render
from helpers.runbooks import Runbook, runbook
from helpers.templates import write
from mainstay.cli import cli
from mainstay.errors import ExitCode, PolicyError, UsageError
from mainstay.platform.clock import SystemClock

BOOK = "docs/runbooks/rb-50-search-is-down.md"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A repository with three runbooks of the template and the index that names them."""
    root = render(tmp_path / "app", database="none", extra_runbooks=[], dev_team="@acme/dev")
    kept = {"rb-01-site-down.md", "rb-04-roll-back-deployment.md", "README.md"}
    for path in (root / "docs/runbooks").iterdir():
        if path.name not in kept:
            path.unlink()
    index = root / "docs/runbooks/README.md"
    lines = index.read_text().splitlines(keepends=True)
    wanted = [line for line in lines if "](rb-" not in line or any(f"({name})" in line for name in kept)]
    index.write_text("".join(wanted))
    return root


def change(root: Path, old: str, new: str, name: str = "rb-01-site-down.md") -> None:
    """Replace a piece of a runbook; it has to be there."""
    path = root / "docs/runbooks" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def invoke(*words: str | Path) -> Result:
    """Run `mainstay runbook` in process; `return_value` is the exit code."""
    return CliRunner().invoke(cli, ["runbook", *map(str, words)], standalone_mode=False)


def test_a_fresh_copy_passes_and_says_what_is_due(app: Path) -> None:
    """Nothing is wrong; what people still have to do is named and does not fail, unless asked to."""
    result = invoke("lint", app)

    fix = "walk through the page with its owner and set `last_reviewed` to that day"
    assert result.stdout == (
        f"docs/runbooks/rb-01-site-down.md:11  due: it was never reviewed; fix: {fix}\n"
        f"docs/runbooks/rb-04-roll-back-deployment.md:11  due: it was never reviewed; fix: {fix}\n"
        "passed: 2 runbooks, 2 due\n"
    )
    assert result.return_value == ExitCode.OK
    assert invoke("lint", app, "--strict").return_value == ExitCode.FAILED


def test_each_problem_has_its_line_and_its_fix(app: Path) -> None:
    """To the letter: file, line, what is wrong, what to do."""
    for name in ("rb-01-site-down.md", "rb-04-roll-back-deployment.md"):
        change(app, "last_reviewed: never", f"last_reviewed: {SystemClock().now():%Y-%m-%d}", name)
    change(app, "owner: devops", "owner: ops")
    change(app, '"$URL"\n```', '"$ADDRESS"\n```')
    change(app, "## Verify\n", "## Verify\n\n```bash\ngit push origin main\n```\n")

    result = invoke("lint", app)

    place = "docs/runbooks/rb-01-site-down.md"
    lines = [line for line in result.stdout.splitlines() if "due:" not in line]
    assert lines == [
        f"{place}:5  front matter: owner ops is nobody; fix: write a role of the policy, or @user",
        f"{place}:60  $ADDRESS is not declared; fix: declare it under Variables: export ADDRESS=…",
        f"{place}:99  Verify changes something: git push; fix: move it under Mitigate, with a caution",
        "failed: 3 problems, 2 due in 2 runbooks",
    ]
    text = (app / place).read_text().splitlines()
    assert '"$ADDRESS"' in text[60 - 1]
    assert result.return_value == ExitCode.FAILED


def test_json_is_the_only_thing_on_standard_output(app: Path) -> None:
    """Programs get the same, and whether it is due or wrong."""
    change(app, "## Escalate", "## Ask")

    result = invoke("lint", app, "--json")

    tree = json.loads(result.stdout)
    assert (tree["schema_version"], tree["runbooks"], tree["unread"]) == (1, 2, [])
    assert [problem for problem in tree["problems"] if not problem["due"]] == [
        {
            "rule": "sections",
            "path": "docs/runbooks/rb-01-site-down.md",
            "line": 1,
            "key": "the part Escalate is missing",
            "message": "the part Escalate is missing",
            "fix": "write `## Escalate`",
            "due": False,
        }
    ]


def test_what_cannot_be_read_is_not_passed(app: Path) -> None:
    """A page whose front matter is no YAML is named, and the run is incomplete."""
    change(app, "id: RB-01", "id: [RB-01")

    result = invoke("lint", app)

    *_, unread, verdict = result.stdout.splitlines()
    assert unread.startswith("unread  docs/runbooks/rb-01-site-down.md is not valid YAML")
    assert verdict == "1 runbook read, others not"
    assert result.return_value == ExitCode.INCOMPLETE
    assert invoke("list", app).return_value == ExitCode.INCOMPLETE


def test_without_a_policy_nothing_is_judged(app: Path) -> None:
    """How fresh a runbook has to be stands there."""
    (app / ".github/mainstay.yml").unlink()

    result = invoke("lint", app)

    assert isinstance(result.exception, PolicyError)
    assert result.exception.exit_code == ExitCode.USAGE


def test_the_list_shows_who_owns_what_and_how_fresh_it_is(app: Path) -> None:
    """A row for each page; ages in days, `never` when there is none."""
    change(app, "last_reviewed: never", "last_reviewed: 2999-01-01")

    rows = json.loads(invoke("list", app, "--json").stdout)["runbooks"]
    table = invoke("list", app).stdout.splitlines()

    assert [row["id"] for row in rows] == ["RB-01", "RB-04"]
    assert rows[0]["reviewed"] == "2999-01-01"
    assert rows[0]["reviewed_age_days"] < 0
    assert {
        key: rows[1][key] for key in ("title", "owner", "severities", "exercised", "exercised_age_days")
    } == {
        "title": "Roll back a deployment",
        "owner": "dev-team",
        "severities": ["P1", "P2"],
        "exercised": None,
        "exercised_age_days": None,
    }
    assert table[0].split() == ["ID", "TITLE", "OWNER", "SEVERITY", "REVIEWED", "EXERCISED"]
    assert table[2].split() == [
        "RB-04",
        "Roll",
        "back",
        "a",
        "deployment",
        "dev-team",
        "P1",
        "P2",
        "never",
        "never",
    ]


def test_a_new_runbook_lacks_nothing_but_what_a_person_writes(app: Path) -> None:
    """The next free id from RB-50 on, and the row for the index; the lint then names each TODO and nothing else."""
    result = invoke("new", "Search is down", app, "--alert", "SearchDown", "--owner", "devops")

    row = "| What people see | `SearchDown` | [RB-50 Search is down](rb-50-search-is-down.md) |"
    assert result.stdout == f"wrote {BOOK}\nAdd it to docs/runbooks/README.md:\n{row}\n"
    index = app / "docs/runbooks/README.md"
    index.write_text(index.read_text().replace("\n## How", f"{row}\n\n## How"))
    problems = json.loads(invoke("lint", app, "--json").stdout)["problems"]
    assert {(problem["path"], problem["rule"]) for problem in problems if not problem["due"]} == {
        (BOOK, "unfinished")
    }


def test_ids_go_on_and_no_file_is_overwritten(app: Path) -> None:
    """Two pages of one name get two ids."""
    for number in ("50", "51"):
        invoke("new", "Search is down", app, "--alert", f"Search{number}")

    names = sorted(path.name for path in (app / "docs/runbooks").glob("rb-5*.md"))
    assert names == ["rb-50-search-is-down.md", "rb-51-search-is-down.md"]


@pytest.mark.parametrize("title", ["", "…", "two\nlines", "\x1b[31m red"])
def test_a_title_is_words_on_one_line(app: Path, title: str) -> None:
    """Nothing is written for what cannot be a title."""
    result = invoke("new", title, app, "--alert", "A")

    assert isinstance(result.exception, UsageError)
    assert not list((app / "docs/runbooks").glob("rb-5*.md"))


def test_hostile_words_stay_words(app: Path) -> None:
    """A title with quotes, colons and marks of YAML is one title afterwards."""
    title = 'It\'s "down": [a, b] #1 & more'

    invoke("new", title, app, "--alert", "A: b", "--owner", "@ana")

    (path,) = (app / "docs/runbooks").glob("rb-50-*.md")
    assert Runbook(path.name, path.read_text()).head["title"] == title
    assert Runbook(path.name, path.read_text()).head["alerts"] == ["A: b"]


def test_the_first_page_is_that_of_the_template(app: Path) -> None:
    """Keys, parts, and the passages that every page of the template shares."""
    invoke("new", "Search is down", app, "--alert", "SearchDown")
    path = app / BOOK
    own, template = Runbook(path.name, path.read_text()), runbook(2, database="none")

    assert list(own.sections) == list(template.sections)
    assert set(own.head) <= set(template.head)
    assert own.sections["Escalate"].strip() == template.sections["Escalate"].strip()
    for line in (line for line in own.sections["First 5 minutes"].splitlines() if "TODO" not in line):
        assert line in template.sections["First 5 minutes"]
    for line in own.sections["After"].splitlines():
        assert line in template.sections["After"]


def test_the_page_on_runbooks_names_every_rule() -> None:
    """docs/runbooks.md and the lint have the same rules."""
    from mainstay.runbooks.lint import DUE, RULES  # noqa: PLC0415 - only here

    page = (REPOSITORY / "docs/runbooks.md").read_text()

    assert [rule for rule in (*RULES, *DUE) if f"`{rule}`" not in page] == []


def test_a_repository_without_runbooks_has_none(tmp_path: Path) -> None:
    """An empty list is an answer."""
    write(tmp_path, {"README.md": "# App\n"})

    assert invoke("list", tmp_path).stdout == "no runbooks\n"
