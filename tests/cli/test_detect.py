from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.commands import mainstay
from helpers.templates import write


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
