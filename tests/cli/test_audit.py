from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpers.audits import audit as audit_of
from helpers.audits import findings, healthy, remove
from mainstay.audit.checks import CHECKS
from mainstay.cli import cli
from mainstay.errors import ExitCode, UsageError
from mainstay.platform.process import run


def invoke(*words: str | Path) -> Result:
    """Run `mainstay audit` in process; `return_value` is the exit code."""
    return CliRunner().invoke(cli, ["audit", *map(str, words)], standalone_mode=False)


def test_without_a_subcommand_the_audit_runs(tmp_path: Path) -> None:
    """PATH and options can be given right away, in any order; `run` is the long form."""
    root = healthy(tmp_path / "r")
    remove("docs/maintenance/on-call.md")(root)

    results = [
        invoke(root, "--fail-on", "medium", "--select", "SOP104"),
        invoke("--fail-on", "medium", "--select", "SOP104", root),
        invoke("run", root, "--fail-on", "medium", "--select", "SOP104"),
    ]

    assert {result.return_value for result in results} == {ExitCode.FAILED}
    expected = (
        "SOP104 medium docs/maintenance/on-call.md  it is missing; fix: restore it from git, or with `copier update`\n"
        "failed: 1 finding (1 medium), 0 of 1 check passed\n"
    )
    assert {result.stdout for result in results} == {expected}


def test_json_is_the_only_thing_on_standard_output(tmp_path: Path) -> None:
    """It can be piped into a program as it is."""
    root = healthy(tmp_path / "r")

    result = invoke(root, "--format", "json")

    tree = json.loads(result.stdout)
    assert (tree["exit_code"], len(tree["results"])) == (0, len(CHECKS))
    assert result.stderr == ""
    assert result.return_value == ExitCode.OK


def test_a_report_goes_into_a_file(tmp_path: Path) -> None:
    """Standard output stays empty; standard error says where the report is."""
    root = healthy(tmp_path / "r")

    result = invoke(root, "--format", "markdown", "--output", tmp_path / "audit.md")

    assert (
        (tmp_path / "audit.md")
        .read_text(encoding="utf-8")
        .startswith("## SOP-603 audit\n\n**passed: 0 findings")
    )
    assert result.stdout == ""
    assert f"report: {tmp_path / 'audit.md'}" in result.stderr


def test_a_file_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    """The message names the file."""
    result = invoke(healthy(tmp_path / "r"), "--output", tmp_path / "absent" / "audit.md")

    assert isinstance(result.exception, UsageError)
    assert "absent/audit.md cannot be written" in result.exception.message


@pytest.mark.parametrize("words", [("--select", "BK999"), ("--ignore", "nonsense"), ("explain", "BK999")])
def test_an_unknown_check_is_a_usage_error(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Nothing runs, nothing passes."""
    target = () if words[0] == "explain" else (tmp_path,)

    result = invoke(*words, *target)

    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_code == ExitCode.USAGE


def test_every_check_is_listed() -> None:
    """As lines for people, and as JSON for programs."""
    lines = invoke("list").stdout.splitlines()
    tree = json.loads(invoke("list", "--format", "json").stdout)

    assert [line.split()[0] for line in lines] == [check.id for check in CHECKS]
    assert [entry["id"] for entry in tree["checks"]] == [check.id for check in CHECKS]
    assert tree["checks"][0] == {
        "id": "BK101",
        "family": "BK",
        "title": "A workflow takes a backup every day",
        "severity": "high",
        "sop": "4",
        "page": CHECKS[0].page,
    }


def test_a_check_is_explained() -> None:
    """Its page says why it matters and how to fix what it finds; the id may be in lower case."""
    shown = invoke("explain", "bk102").stdout

    assert shown.startswith("BK102: A workflow restores the newest backup as often as the policy says\n")
    assert "Severity high, SOP-603 section 4" in shown
    assert "\nFix: restore `.github/workflows/restore-drill.yml`" in shown


def test_the_help_shows_options_examples_and_exit_codes() -> None:
    """The options of a run stand in the help of the group: nobody looks for them under `run`."""
    shown = invoke("--help").stdout

    for words in (
        "[PATH] [OPTIONS]",
        "--fail-on",
        "mainstay audit --select BK,DEP101",
        "3 when something",
        "explain",
    ):
        assert words in shown


def test_the_process_ends_with_the_exit_code(tmp_path: Path) -> None:
    """What a script or a workflow sees; without a terminal there are no colours and no boxes."""
    root = healthy(tmp_path / "r")
    remove("docs/incidents/response.md")(root)

    done = run([sys.executable, "-m", "mainstay", "audit", root], check=False)

    assert done.returncode == ExitCode.FAILED
    assert done.stdout.splitlines()[-1].startswith("failed: 1 finding (1 high)")
    assert done.stdout.isascii()
    assert "\x1b" not in done.stdout
    assert len(findings(audit_of(root))) == 1
