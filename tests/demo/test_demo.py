"""The demo for real, with fewer rows: a real copier, a real PostgreSQL, a real S3 endpoint."""

from __future__ import annotations

import json
import os
import subprocess  # noqa: TID251 - the command as users start it
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from mainstay.audit import Finding
from mainstay.audit.checks import CHECKS
from mainstay.cli.demo import demo
from mainstay.demo import folder_store, run, run_demo, s3_store
from mainstay.demo.loop import STEPS, Loop, LoopStep
from mainstay.demo.verdict import Amount
from mainstay.errors import EngineError, ExitCode, UsageError
from mainstay.platform import postgres_installs
from mainstay.progress import Progress

ROWS = 2000


def test_the_command_proves_the_loop_and_leaves_only_its_reports(tmp_path: Path) -> None:
    """Standard output holds nothing but JSON, standard error one line per step, the folder the reports."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mainstay",
            "demo",
            "--rows",
            str(ROWS),
            "--json",
            "--output",
            "reports/of/demo",
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "TMPDIR": str(temporary),
            "DATABASE_URL": "postgresql://production.example.invalid/app",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["proved"] is True
    assert verdict["compared"]["rows"] >= ROWS
    assert verdict["compared"]["differences"] == []
    assert verdict["backup"]["store"] == "file://"
    assert 0 < verdict["backup"]["restore_seconds"] < verdict["backup"]["allowed_seconds"]
    assert {".github/mainstay.yml", ".github/workflows/backup.yml"} <= set(verdict["created"])
    assert [line[:6].strip() for line in done.stderr.splitlines()] == ["ok"] * len(STEPS)
    assert [step["title"] for step in verdict["steps"]] == [step.title for step in STEPS]
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(verdict["reports"])
    assert list(temporary.iterdir()) == []


def test_the_same_against_s3(tmp_path: Path) -> None:
    """The S3 endpoint's settings end with the demo."""
    before = dict(os.environ)

    verdict = run_demo(tmp_path / "reports", s3_store, rows=ROWS)

    assert verdict.proved
    assert verdict.backup.store == "s3://"
    assert verdict.backup.stored_bytes > 0
    assert before == dict(os.environ)


def test_a_restore_that_lost_a_row_is_not_proved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof can fail: the command names the table and ends with 4."""

    def lose_a_row(loop: Loop, _progress: Progress) -> Amount:
        with psycopg.connect(loop.restoration.url) as connection:
            connection.execute("DELETE FROM order_item WHERE (order_id, position) = (1, 1)")
        return Amount(1, "row")

    restored = next(n for n, step in enumerate(STEPS) if step.title.startswith("Restore")) + 1
    steps = (*STEPS[:restored], LoopStep("Lose a row", lose_a_row), *STEPS[restored:])
    monkeypatch.setattr(run, "STEPS", steps)

    result = CliRunner().invoke(
        demo, ["--rows", str(ROWS), "--output", str(tmp_path / "reports")], standalone_mode=False
    )

    assert result.return_value == ExitCode.NOT_VERIFIED
    assert "NOT EQUAL" in result.stdout
    assert "table public.order_item: 999 rows instead of 1000" in result.stdout
    assert json.loads((tmp_path / "reports" / "verdict.json").read_text())["proved"] is False


def test_a_check_that_crashes_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in a check ends the command with 3, and the verdict names the check."""

    def crash() -> Iterator[Finding]:
        raise RuntimeError("a bug")

    broken = replace(CHECKS[0], run=crash)
    monkeypatch.setattr("mainstay.audit.run.CHECKS", (broken, *CHECKS[1:]))

    result = CliRunner().invoke(
        demo, ["--rows", str(ROWS), "--output", str(tmp_path / "reports")], standalone_mode=False
    )

    assert result.return_value == ExitCode.INCOMPLETE
    assert f"failed themselves, please report it: {broken.id}" in result.stdout


def test_a_step_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error comes out as it is, the folder is gone, and no report claims anything."""

    def fail(_loop: Loop, _progress: Progress) -> Amount:
        raise EngineError("the disk is full")

    monkeypatch.setattr(run, "STEPS", (STEPS[0], LoopStep("Fail", fail)))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with pytest.raises(EngineError, match="the disk is full"):
        run_demo(tmp_path / "reports", folder_store, rows=ROWS)

    assert list(tmp_path.iterdir()) == []


def test_without_postgresql_the_demo_says_what_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server comes from a development dependency; the hint names the command that installs it."""
    monkeypatch.setattr(postgres_installs, "_folders", lambda: iter(()))

    with pytest.raises(EngineError, match="PostgreSQL 16") as caught:
        run_demo(tmp_path, folder_store)

    assert caught.value.hint is not None
    assert "script/demo" in caught.value.hint


def test_reports_that_cannot_be_written_are_found_out_before_the_work(tmp_path: Path) -> None:
    """A minute of work is not thrown away for a folder that is a file; nothing is written to find out."""
    (tmp_path / "file").write_text("mine")

    with pytest.raises(UsageError, match="cannot be written"):
        run_demo(tmp_path / "file" / "reports", folder_store)

    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"
