from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from fakes.github.server import github_server
from helpers.audits import audit as audit_of
from helpers.audits import findings, healthy, remove, write
from helpers.rendering import git_environment
from mainstay.audit.checks import CHECKS
from mainstay.cli import cli
from mainstay.errors import ExitCode, UsageError
from mainstay.evidence import BRANCH, PATH, Event, append_to
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


def test_reports_go_into_files_beside_the_one_on_standard_output(tmp_path: Path) -> None:
    """The ending says the format, or a word before it; standard error says where each report is."""
    root = healthy(tmp_path / "r")
    files = [str(tmp_path / name) for name in ("audit.md", "audit.html", "audit.json", "audit.txt")]
    words = [f"--output={file}" for file in [*files, f"sarif={tmp_path}/scan.json"]]

    result = invoke(root, *words)

    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir() if path.is_file()}
    assert written["audit.md"].startswith("## SOP-603 audit\n\n**passed: 0 findings")
    assert json.loads(written["scan.json"])["version"] == "2.1.0"
    assert written["audit.html"].startswith("<!DOCTYPE html>")
    assert json.loads(written["audit.json"])["schema_version"] == 1
    assert written["audit.txt"] == result.stdout
    assert f"sarif report: {tmp_path / 'scan.json'}" in result.stderr


def test_a_file_that_says_no_format_is_refused(tmp_path: Path) -> None:
    """Nothing is guessed."""
    result = invoke(tmp_path, "--output", tmp_path / "audit.xml")

    assert isinstance(result.exception, click.BadParameter)
    assert "is neither FORMAT=FILE nor ends in .txt, .json, .md, .sarif, .html" in result.exception.message


def test_a_file_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    """The message names the file."""
    result = invoke(healthy(tmp_path / "r"), "--output", tmp_path / "absent" / "audit.md")

    assert isinstance(result.exception, UsageError)
    assert "absent/audit.md cannot be written" in result.exception.message


def test_a_baseline_lets_only_what_is_new_fail(tmp_path: Path) -> None:
    """What was there is still shown, what is gone is told, what is new fails."""
    root, known = healthy(tmp_path / "r"), tmp_path / "known.json"
    remove("docs/maintenance/on-call.md")(root)
    strict = (root, "--fail-on", "low", "--select", "SOP104,INC101")

    written = invoke(*strict, "--write-baseline", known)
    again = invoke(*strict, "--baseline", known)
    remove("docs/incidents/response.md")(root)
    worse = invoke(*strict, "--baseline", known)
    write(root, "docs/maintenance/on-call.md", "# On call\n")
    better = invoke(*strict, "--baseline", known)

    assert written.return_value == ExitCode.FAILED
    assert again.return_value == ExitCode.OK
    assert again.stdout == (
        "SOP104 medium docs/maintenance/on-call.md  it is missing; fix: restore it from git, or with `copier update`; "
        "in the baseline\n"
        "passed with findings: 1 finding (1 medium), 1 of 2 checks passed, 1 in the baseline\n"
    )
    assert worse.return_value == ExitCode.FAILED
    assert "failed: 2 findings (1 high, 1 medium)" in worse.stdout
    assert better.stdout.startswith("gone SOP104 docs/maintenance/on-call.md: it is missing\n")


def test_a_baseline_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    """A file that cannot be understood must not let everything pass."""
    (tmp_path / "known.json").write_text('{"schema_version": 2, "findings": []}')

    results = [invoke(tmp_path, "--baseline", tmp_path / name) for name in ("known.json", "absent.json")]

    assert [result.exception.exit_code for result in results if isinstance(result.exception, UsageError)] == [
        2,
        2,
    ]


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


def test_the_list_is_selected_like_a_run() -> None:
    """By id, family and section of the SOP."""
    shown = invoke("list", "--select", "BK,section:7", "--ignore", "BK105").stdout.splitlines()

    wanted = [c.id for c in CHECKS if (c.family == "BK" or c.sop == "7") and c.id != "BK105"]
    assert [line.split()[0] for line in shown] == wanted


def test_the_schema_is_shown() -> None:
    """Tools that read the JSON can validate it."""
    schema = json.loads(invoke("schema").stdout)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "exit_code" in schema["required"]


def test_a_check_is_explained() -> None:
    """Its page says why it matters and how to fix what it finds; the id may be in lower case."""
    shown = invoke("explain", "bk102").stdout

    assert shown.startswith("BK102: A workflow restores the newest backup as often as the policy says\n")
    assert "Severity high, SOP-603 section 4" in shown
    assert "\nFix: restore `.github/workflows/restore-drill.yml`" in shown
    assert shown.endswith("\nSee docs/checks.md#bk102\n")


def test_the_help_shows_options_examples_and_exit_codes() -> None:
    """The options of a run stand in the help of the group: nobody looks for them under `run`."""
    shown = invoke("--help").stdout

    for words in (
        "[PATH] [OPTIONS]",
        "--fail-on",
        "mainstay audit --select BK,section:7",
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


def test_online_without_a_token_is_incomplete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for and could not be read is no pass; offline it is not asked."""
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    root = healthy(tmp_path / "r")

    online, offline = (invoke(root, word, "--select", "SEC201") for word in ("--online", "--offline"))

    assert (online.return_value, offline.return_value) == (ExitCode.INCOMPLETE, ExitCode.OK)
    assert online.stdout.startswith("SEC201 unknown: GITHUB_TOKEN is not set")
    assert offline.stdout.startswith("SEC201 not asked: the audit is offline\nnothing to judge:")


def test_evidence_goes_into_an_empty_folder(tmp_path: Path) -> None:
    """A bundle that sha256sum verifies; a folder that holds something is refused."""
    root, folder = healthy(tmp_path / "r"), tmp_path / "evidence/2026"

    written = invoke(root, "--evidence", folder)
    again = invoke(root, "--evidence", folder)

    assert f"evidence: {folder}\n" in written.stderr
    assert run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder).returncode == 0
    inputs = json.loads((folder / "inputs.json").read_text())
    policy = (root / ".github/mainstay.yml").read_bytes()
    assert inputs["files"][".github/mainstay.yml"] == hashlib.sha256(policy).hexdigest()
    assert inputs["commit"] is None
    assert isinstance(again.exception, UsageError)


def test_the_page_has_the_audits_of_the_ledger_in_the_clone(tmp_path: Path) -> None:
    """The plot of the trend needs no network where the branch was fetched."""
    root = healthy(tmp_path / "r")
    at = datetime(2026, 1, 5, tzinfo=UTC)
    facts = {"passed": 7, "judged": 10, "findings": 3}
    event = Event(kind="audit", subject="SOP-603", passed=True, at=at, facts=facts)
    lines = "".join(f"{line}\n" for line in append_to("", [event]))
    environment = git_environment()
    run(["git", "init", "--quiet"], cwd=root, env=environment)
    blob = run(["git", "hash-object", "-w", "--stdin"], cwd=root, stdin=lines).stdout.strip()
    tree = run(["git", "mktree"], cwd=root, stdin=f"100644 blob {blob}\t{PATH}\n").stdout.strip()
    commit = run(["git", "commit-tree", "-m", "Record", tree], cwd=root, env=environment).stdout.strip()
    run(["git", "update-ref", f"refs/remotes/origin/{BRANCH}", commit], cwd=root)

    page = invoke(root, "--format", "html").stdout

    assert "70 % of the checks that were judged passed on 2026-01-05 00:00" in page


def test_online_asks_github(tmp_path: Path) -> None:
    """A process of its own over HTTP: an alert past its clock is named, and a refusal is no pass."""
    root = healthy(tmp_path / "r")
    words = [sys.executable, "-m", "mainstay", "audit", str(root), "--online", "--select", "SEC201,SEC202"]

    with github_server() as github:
        github.shop.dependabot_alert("lodash", "critical", created_at="2026-01-05T09:00:00Z")
        late = run(words, env=github.environ(), check=False)
        github.break_status("GET .*/dependabot/alerts", 403)
        refused = run(words, env=github.environ(), check=False)

    assert late.returncode == ExitCode.FAILED
    assert late.stdout.splitlines()[0].startswith("SEC202 critical .github/mainstay.yml:")
    assert "critical: lodash (GHSA-xxxx) is open for more than 4 hours" in late.stdout
    assert refused.returncode == ExitCode.INCOMPLETE
    assert refused.stdout.startswith("SEC201, SEC202 unknown: ")
