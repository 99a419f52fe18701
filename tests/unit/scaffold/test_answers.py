from __future__ import annotations

from pathlib import Path

import pytest

from helpers.templates import commit, git, write
from mainstay.errors import ScaffoldError
from mainstay.platform.git import Repository
from mainstay.scaffold import ANSWERS_FILE, answers_for
from mainstay.scaffold.answers import default_branch, notes_on, read_answers
from mainstay.stack import MemoryTree, Stack, detect_stack


def stack_of(*paths: str) -> Stack:
    """Return the stack of a repository whose files prove by being there."""
    return detect_stack(MemoryTree(dict.fromkeys(paths, "")))


def test_what_is_proved_is_answered() -> None:
    """One candidate for each question: nothing is left open."""
    files = {
        "package.json": '{"dependencies": {"pg": "8", "drizzle-kit": "1"}}',
        "pnpm-lock.yaml": "",
        "apps/api/package.json": '{"dependencies": {"hono": "4"}}',
        "fly.toml": "",
    }

    answers, undecided = answers_for(detect_stack(MemoryTree(files)), "shop")

    assert answers == {
        "project_name": "shop",
        "package_manager": "pnpm",
        "database": "postgresql",
        "migrations": "drizzle",
        "platform": "fly",
        "ecosystems": ["github-actions", "npm"],
        "ecosystem_directories": {"npm": ["/", "/apps/api"]},
    }
    assert undecided == []


def test_many_folders_side_by_side_are_answered_as_a_glob() -> None:
    """Given the files of the repository, so that it is known what the glob catches."""
    files = {f"apps/{name}/package.json": '{"dependencies": {}}' for name in "abcd"}

    answers, _ = answers_for(detect_stack(MemoryTree(files)), "shop", list(files))

    assert answers["ecosystem_directories"] == {"npm": ["/apps/*"]}


def test_nothing_found_claims_nothing() -> None:
    """The template brings workflows of its own, so github-actions is always there."""
    answers, undecided = answers_for(Stack(), "x")

    assert answers == {
        "project_name": "x",
        "package_manager": "none",
        "database": "none",
        "migrations": "none",
        "platform": "other",
        "ecosystems": ["github-actions"],
        "ecosystem_directories": {},
    }
    assert undecided == []


def test_several_candidates_are_left_open() -> None:
    """None of them is guessed."""
    answers, undecided = answers_for(
        stack_of("fly.toml", "vercel.json", "yarn.lock", "package-lock.json"), "x"
    )

    assert undecided == ["package_manager", "platform"]
    assert (answers["package_manager"], answers["platform"]) == ("none", "other")


def test_an_example_deep_down_does_not_rival_the_application() -> None:
    """What is proved nearest to the root counts."""
    answers, undecided = answers_for(
        stack_of("fly.toml", "examples/a/vercel.json", "examples/a/render.yaml"), "x"
    )

    assert (answers["platform"], undecided) == ("fly", [])


@pytest.mark.parametrize(
    ("files", "database"),
    [
        ({"package.json": '{"dependencies": {"mongoose": "8"}}'}, "mongodb"),
        ({".env.example": "DATABASE_URL=mysql://app@db/app\n"}, "mysql"),
        (
            {"requirements.txt": "pymysql\n", "compose.yml": "services:\n  db:\n    image: mariadb:11\n"},
            "mariadb",
        ),
        ({"config/database.yml": "default:\n  adapter: sqlite3\n"}, "sqlite"),
        ({"alembic.ini": "", "pyproject.toml": '[project]\ndependencies = ["asyncpg"]\n'}, "postgresql"),
    ],
)
def test_every_engine_is_answered(files: dict[str, str], database: str) -> None:
    """What is proved is backed up. A driver of MySQL beside a MariaDB server is no second database."""
    answers, undecided = answers_for(detect_stack(MemoryTree(files)), "x")

    assert (answers["database"], undecided) == (database, [])


def test_several_databases_are_not_guessed() -> None:
    """Two servers in one compose file: somebody has to say which one is backed up, or name both in the policy."""
    compose = "services:\n  a:\n    image: mysql:8\n  b:\n    image: mariadb:11\n"
    stack = detect_stack(MemoryTree({"compose.yml": compose}))

    answers, undecided = answers_for(stack, "x")

    assert (answers["database"], undecided) == ("none", ["database"])
    assert stack.notes == ("several databases: mariadb (compose.yml), mysql (compose.yml)",)


def test_what_the_template_has_no_answer_for_is_said() -> None:
    """The nearest honest answer is that there is none; the file that proves it, and what that means, are told."""
    stack = detect_stack(
        MemoryTree(
            {
                "package.json": '{"dependencies": {"mssql": "11", "knex": "3"}}',
                "netlify.toml": "[build]\n",
            }
        )
    )

    answers, undecided = answers_for(stack, "x")

    assert (answers["database"], answers["migrations"], answers["platform"]) == ("none", "none", "other")
    assert undecided == []
    assert notes_on(stack) == [
        (
            "sqlserver (package.json): mainstay has no engine for it, so nothing is backed up; with programs of your "
            "own, answer `command`"
        ),
        "knex (package.json): the template has no commands for it",
        "netlify (netlify.toml): the template has no commands for it",
    ]


def test_composite_actions_stand_beside_the_workflows() -> None:
    """Dependabot looks for workflows at the root, and for actions where they are."""
    stack = detect_stack(MemoryTree({".github/actions/setup/action.yml": "runs:\n  using: composite\n"}))

    answers, _ = answers_for(stack, "x")

    assert answers["ecosystem_directories"] == {"github-actions": ["/", "/.github/actions/setup"]}


def test_the_default_branch_is_what_origin_checks_out(tmp_path: Path) -> None:
    """The branch that happens to be checked out here may be a feature."""
    origin = commit(tmp_path / "origin", {"a": "x"})
    git(origin, "branch", "-m", "trunk")
    git(tmp_path, "clone", "-q", str(origin), "clone")
    git(tmp_path / "clone", "switch", "-qc", "feature")

    assert default_branch(Repository(tmp_path / "clone")) == "trunk"
    assert default_branch(Repository(origin)) == "trunk"


def test_a_detached_head_says_nothing_about_the_default_branch(tmp_path: Path) -> None:
    """As in CI."""
    origin = commit(tmp_path / "origin", {"a": "x"})
    git(origin, "switch", "-q", "--detach")

    assert default_branch(Repository(origin)) == "main"


def test_recorded_answers_are_read(tmp_path: Path) -> None:
    """And a repository without them has none."""
    assert read_answers(tmp_path) == {}
    write(tmp_path, {ANSWERS_FILE: "# written by Copier\n_commit: v1.0.0\non_call: ['@ana']\n"})

    assert read_answers(tmp_path) == {"_commit": "v1.0.0", "on_call": ["@ana"]}


@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "!!python/object:os.system x\n", "\0"])
def test_an_answers_file_that_is_none_is_an_error(tmp_path: Path, text: str) -> None:
    """It is never taken for an empty one, and nothing in it is executed."""
    write(tmp_path, {ANSWERS_FILE: text})

    with pytest.raises(ScaffoldError, match=r"cannot be read|is not an answers file"):
        read_answers(tmp_path)
