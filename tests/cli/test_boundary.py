from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.commands import mainstay
from mainstay.cli import COMMANDS, cli
from mainstay.cli.boundary import reporting_errors
from mainstay.errors import MainstayError


def test_help_lists_every_command_with_what_it_does() -> None:
    """Although none of them was imported for it."""
    shown = CliRunner().invoke(cli, ["--help"]).output

    for command in COMMANDS:
        assert re.search(rf"^  {command} +\S", shown, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command: str) -> None:
    """With -h as with --help."""
    assert CliRunner().invoke(cli, [command, "-h"]).exit_code == 0


@pytest.mark.parametrize(
    ("words", "code"), [(["no-such"], 2), (["backup", "--no-such"], 2), (["--version"], 0)]
)
def test_usage_errors_end_with_2(tmp_path: Path, words: list[str], code: int) -> None:
    """As every command line does."""
    assert mainstay(*words, cwd=tmp_path).returncode == code


def test_an_error_is_three_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """What happened, what to do, where to read on: and no traceback."""
    with pytest.raises(SystemExit) as ended, reporting_errors():
        raise MainstayError("the store is full", hint="make room", see="docs/backups.md")

    assert ended.value.code == 1
    assert capsys.readouterr().err == "error: the store is full\nhint: make room\nsee: docs/backups.md\n"


def test_a_bug_ends_with_70_and_a_log_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    """The log can be pasted into a report as it is."""
    with pytest.raises(SystemExit) as ended, reporting_errors():
        raise RuntimeError("cannot parse postgresql://u:hunter2@h/d")

    said = capsys.readouterr().err
    (log,) = re.findall(r"\S+mainstay-bug-\S+\.log", said)
    assert ended.value.code == 70
    assert "hunter2" not in said + Path(log).read_text()
    assert "Traceback" in Path(log).read_text()
    Path(log).unlink()


def test_an_interruption_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    """As shells expect it after Ctrl-C."""
    with pytest.raises(SystemExit) as ended, reporting_errors():
        raise KeyboardInterrupt

    assert (ended.value.code, capsys.readouterr().err) == (130, "interrupted\n")
