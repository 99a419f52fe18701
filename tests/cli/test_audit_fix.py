"""`mainstay audit fix`: shows what it does, does only what git can undo, and says what is left."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner, Result

from helpers.audits import change, healthy
from helpers.rendering import git_environment
from mainstay.cli import cli
from mainstay.errors import UsageError
from mainstay.platform.process import run

BACKUP = ".github/workflows/backup.yml"


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(
        cli, ["audit", "fix", *map(str, words), "--select", "BK104"], standalone_mode=False
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository in git, whose backup runs as long as it likes."""
    root = healthy(tmp_path / "repository")
    text = (root / BACKUP).read_text(encoding="utf-8")
    (root / BACKUP).write_text(re.sub(r" +timeout-minutes: .*\n", "", text, count=1), encoding="utf-8")
    git(root, "init", "--quiet")
    commit(root)
    return root


def git(root: Path, *words: str) -> str:
    return run(["git", *words], cwd=root, env=git_environment()).stdout


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Commit")


def test_a_fix_is_shown_and_written(root: Path) -> None:
    """The diff, and in the last line what is repaired and what is left; git sees just that."""
    shown = invoke(root).stdout

    assert shown.startswith(f"--- a/{BACKUP}\n+++ b/{BACKUP}\n")
    assert shown.endswith("1 file changed; 1 finding repaired, 0 left\n")
    assert [line for line in shown.splitlines() if line.startswith("+ ")] == ["+    timeout-minutes: 300"]
    assert git(root, "diff", "--numstat") == f"1\t0\t{BACKUP}\n"


def test_a_second_time_there_is_nothing_to_do(root: Path) -> None:
    """It comes to an end."""
    invoke(root)
    commit(root)

    assert invoke(root).stdout == "0 files changed; 0 findings repaired, 0 left\n"
    assert git(root, "status", "--porcelain") == ""


def test_a_dry_run_writes_nothing(root: Path) -> None:
    """It shows the same diff."""
    shown = invoke(root, "--dry-run").stdout

    assert "+    timeout-minutes: 300\n" in shown
    assert shown.endswith("1 file would change; 1 finding now\n")
    assert git(root, "status", "--porcelain") == ""


def test_a_file_with_changes_of_yours_is_left_alone(root: Path) -> None:
    """Git could not tell your work from ours. Other files may be as they are."""
    change(root, "docs/maintenance/on-call.md", "# ", "# The ")
    assert invoke(root, "--dry-run").exception is None
    change(root, BACKUP, "    steps:", "    # mine\n    steps:")

    refused = invoke(root)

    assert isinstance(refused.exception, UsageError)
    assert refused.exception.message == f"these files have changes that are not committed: {BACKUP}"
    assert "timeout-minutes: 300" not in (root / BACKUP).read_text()
    assert invoke(root, "--allow-dirty").stdout.endswith("1 file changed; 1 finding repaired, 0 left\n")


def test_a_folder_outside_git_is_left_alone(root: Path) -> None:
    """What was done there could not be undone."""
    run(["rm", "-rf", root / ".git"])

    refused = invoke(root)

    assert isinstance(refused.exception, UsageError)
    assert refused.exception.hint == "commit or stash first, or give --allow-dirty"


def test_in_a_folder_of_a_larger_repository_paths_are_told_apart(tmp_path: Path) -> None:
    """Git names files from its top, the audit from the folder that it was given."""
    folder = healthy(tmp_path / "mono/services/shop")
    change(folder, BACKUP, "    timeout-minutes: 180\n", "")
    git(tmp_path / "mono", "init", "--quiet")
    commit(tmp_path / "mono")
    change(folder, BACKUP, "    steps:", "    # mine\n    steps:")

    assert isinstance(invoke(folder).exception, UsageError)


def test_what_cannot_be_repaired_is_said(root: Path) -> None:
    """With the reason, and what only `--unsafe` would do."""
    text = dedent(
        """\
        on: push
        permissions: {contents: write}
        concurrency: x
        jobs:
          a: &a
            runs-on: x
            steps: [{run: scripts/backup-database.sh}]
          b: *a
        """
    )
    (root / BACKUP).write_text(text)
    commit(root)

    shown = invoke(root).stdout.splitlines()

    assert shown == [
        f"not changed: {BACKUP} is written in a way that nothing can be added to safely",
        "2 findings can be repaired with --unsafe",
        "0 files changed; 0 findings repaired, 4 left",
    ]
