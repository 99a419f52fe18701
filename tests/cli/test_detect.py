from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.commands import mainstay
from helpers.cpu import cpu_seconds
from helpers.templates import commit, git, write
from mainstay.platform import process


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A Node application; not a git repository."""
    return write(
        tmp_path / "app",
        {"package.json": '{"dependencies": {"pg": "8"}}', "pnpm-lock.yaml": "", "web/vercel.json": "{}"},
    )


def test_each_conclusion_stands_on_a_line_with_its_proof(app: Path) -> None:
    """People see what was found, and why."""
    done = mainstay("detect", app, cwd=app)

    assert done.stdout.splitlines() == [
        "ecosystem        npm         /: pnpm-lock.yaml (lock file) and 1 more",
        "package manager  pnpm        pnpm-lock.yaml (lock file of pnpm)",
        "database         postgresql  package.json (depends on pg)",
        "platform         vercel      web/vercel.json (settings of Vercel)",
    ]
    assert (done.returncode, done.stderr) == (0, "")


def test_json_holds_the_same_for_programs(app: Path) -> None:
    """And nothing else stands on standard output."""
    stack = json.loads(mainstay("detect", "--json", cwd=app).stdout)

    assert stack["ecosystems"] == [
        {
            "name": "npm",
            "directories": ["/"],
            "evidence": [
                {"path": "pnpm-lock.yaml", "because": "lock file"},
                {"path": "package.json", "because": "manifest"},
            ],
        }
    ]
    assert [part["name"] for part in stack["databases"]] == ["postgresql"]
    assert stack["notes"] == []


def test_doubts_are_said(app: Path) -> None:
    """Two lock files are not decided between."""
    write(app, {"yarn.lock": ""})

    said = mainstay("detect", cwd=app).stdout

    assert "note: pnpm (pnpm-lock.yaml) and yarn (yarn.lock) stand in the same folder /" in said


def test_an_unknown_stack_is_said_too(tmp_path: Path) -> None:
    """Silence would look like a failure."""
    assert (
        "no file of this repository is known to mainstay" in mainstay("detect", tmp_path, cwd=tmp_path).stdout
    )


def test_file_names_cannot_steer_the_terminal(app: Path) -> None:
    """Names come from whoever writes to the repository."""
    write(app, {"a\x1b[2Jb/fly.toml": ""})

    done = mainstay("detect", cwd=app)

    assert "\x1b" not in done.stdout
    assert "a\\x1b[2Jb/fly.toml" in done.stdout


def test_a_folder_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    """Ends with 2."""
    assert mainstay("detect", "nowhere", cwd=tmp_path).returncode == 2


def test_fifty_thousand_tracked_files_take_less_than_two_seconds_of_cpu(tmp_path: Path) -> None:
    """The whole program, git included: files come from the index, and few of them are read."""
    app = write(tmp_path / "app", {"a": ""})
    git(app, "init", "-q")
    oid = git(app, "hash-object", "-w", "a").strip()
    paths = [f"apps/app{number % 50}/src/pkg{number % 997}/file{number}.ts" for number in range(49_000)]
    paths += [f"apps/app{number}/{name}" for number in range(500) for name in ("package.json", "Dockerfile")]
    lines = "".join(f"100644 {oid}\t{path}\n" for path in paths)
    process.run(["git", "-C", app, "update-index", "--index-info"], stdin=lines)
    git(app, "checkout-index", "--all")

    spent = min(cpu_seconds(lambda: mainstay("detect", cwd=app)) for _ in range(2))

    assert len(git(app, "ls-files").splitlines()) == 50_000
    assert spent < 2.0


def test_a_ref_is_looked_at_instead_of_the_files_here(tmp_path: Path) -> None:
    """What another branch is made of can be asked without checking it out."""
    app = commit(tmp_path / "app", {"fly.toml": ""})
    git(app, "switch", "-q", "-c", "other")
    commit(app, {"vercel.json": "{}"})

    assert "vercel" not in mainstay("detect", "--ref", "main", cwd=app).stdout
    assert mainstay("detect", "--ref", "nowhere", cwd=app).returncode == 1
