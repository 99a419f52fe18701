"""The evidence ledger on its branch: written by the Action and the command line, through PyGithub, over HTTP."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.github.faults import Fault
from fakes.github.server import github_server
from fakes.github.state import REPOSITORY, TOKEN, FakeGitHub
from helpers.commands import mainstay
from mainstay.action.__main__ import main
from mainstay.errors import ExitCode
from mainstay.evidence import BRANCH, PATH, Event, parse_ledger, read_ledger, record
from mainstay.platform.github import connect

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    """GitHub on this machine; the branch does not exist yet."""
    with github_server() as server:
        server.shop.commit({"README.md": "Shop"})
        yield server


def event(subject: str) -> Event:
    return Event(
        kind="backup", subject=subject, passed=True, at=NOW, facts={"id": "x"}, run_url="https://x/1"
    )


def ledger_of(fake: FakeGitHub) -> str:
    content = connect(REPOSITORY, TOKEN, fake.url, pause_seconds=0).contents.file(PATH, BRANCH)
    assert content is not None
    return content.decode()


def act(fake: FakeGitHub, tmp_path: Path, **environ: str) -> ExitCode:
    """Run `command: evidence` as a workflow does."""
    given = {
        **fake.environ(),
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_RUN_ID": "77",
        "GITHUB_WORKSPACE": str(tmp_path),
        "MAINSTAY_INPUT_COMMAND": "evidence",
        "MAINSTAY_INPUT_PATH": ".",
        **environ,
    }
    return main(given, io.StringIO())


def test_a_job_records_what_the_job_before_it_did(fake: FakeGitHub, tmp_path: Path) -> None:
    """The orphan branch is begun; each later run adds lines that carry the address of their run."""
    report = json.dumps({"app": {"id": "20261123T030000Z-1af1fdcf", "size_bytes": 5}})
    drill = json.dumps({"app": {"id": "20261123T030000Z-1af1fdcf", "passed": True, "restore_seconds": 4.0}})

    codes = [
        act(
            fake,
            tmp_path,
            MAINSTAY_EVIDENCE_COMMAND=command,
            MAINSTAY_EVIDENCE_RESULT="ok",
            MAINSTAY_EVIDENCE_REPORT=text,
        )
        for command, text in (("backup", report), ("restore-drill", drill), ("audit", '{"high": 0}'))
    ]

    found = parse_ledger(ledger_of(fake))
    assert codes == [ExitCode.OK] * 3
    assert found.breaks == ()
    assert [(entry.kind, entry.subject, entry.passed) for entry in found.entries] == [
        ("backup", "app", True),
        ("drill", "app", True),
        ("audit", "SOP-603", True),
    ]
    assert {entry.run_url for entry in found.entries} == {f"https://github.com/{REPOSITORY}/actions/runs/77"}
    assert fake.violations == []


def test_a_job_that_came_to_no_end_is_recorded_as_a_failure(fake: FakeGitHub, tmp_path: Path) -> None:
    """A cancelled backup leaves no outputs, and no silence either."""
    assert act(fake, tmp_path, MAINSTAY_EVIDENCE_COMMAND="backup") == ExitCode.OK

    (entry,) = parse_ledger(ledger_of(fake)).entries
    assert (entry.subject, entry.passed, entry.facts) == ("all", False, {"result": "no-result"})


@pytest.mark.parametrize(
    "environ",
    [
        {"MAINSTAY_EVIDENCE_COMMAND": "weather"},
        {"MAINSTAY_EVIDENCE_COMMAND": ""},
        {"MAINSTAY_EVIDENCE_COMMAND": "backup", "MAINSTAY_EVIDENCE_REPORT": "{"},
    ],
)
def test_what_is_no_evidence_is_refused(fake: FakeGitHub, tmp_path: Path, environ: dict[str, str]) -> None:
    """Nothing is written for a command that leaves none, or from a report that is broken."""
    assert act(fake, tmp_path, **environ) == ExitCode.USAGE
    assert BRANCH not in fake.shop.git.branches


def test_many_writers_at_once_lose_nothing(fake: FakeGitHub) -> None:
    """Six jobs end in one moment: six lines, one chain."""
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            github = connect(REPOSITORY, TOKEN, fake.url, pause_seconds=0)
            record(github.writer, [event(f"app-{number}")])
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = parse_ledger(ledger_of(fake))
    assert failures == []
    assert found.breaks == ()
    assert {entry.subject for entry in found.entries} == {f"app-{number}" for number in range(6)}
    assert [entry.number for entry in found.entries] == [1, 2, 3, 4, 5, 6]


def test_a_write_whose_answer_was_lost_counts_once(fake: FakeGitHub) -> None:
    """The branch was moved and the reply did not come: the line is there once, and the chain holds."""
    github = connect(REPOSITORY, TOKEN, fake.url, pause_seconds=0)
    record(github.writer, [event("first")])
    fake.fault("PATCH .*/git/refs/.*", Fault(status=502, applied=True))

    record(github.writer, [event("second")])
    record(github.writer, [event("second")])

    found = parse_ledger(ledger_of(fake))
    assert found.breaks == ()
    assert [entry.subject for entry in found.entries] == ["first", "second"]


def test_without_a_branch_there_is_no_ledger(fake: FakeGitHub) -> None:
    """Nothing was recorded yet, and that is known."""
    assert read_ledger(connect(REPOSITORY, TOKEN, fake.url, pause_seconds=0).contents) is None


def test_the_command_line_adds_shows_and_verifies(fake: FakeGitHub, tmp_path: Path) -> None:
    """A person records an exercise; anybody can check the chain, also in a copy that was tampered with."""
    environ = fake.environ()
    added = mainstay(
        "evidence",
        "append",
        "drill",
        "app",
        "--fact",
        "restore_seconds=42",
        "--run-url",
        "https://x/2",
        env=environ,
        cwd=tmp_path,
    )
    shown = mainstay("evidence", "list", env=environ, cwd=tmp_path)
    whole = mainstay("evidence", "verify", env=environ, cwd=tmp_path)
    copy = tmp_path / "ledger.jsonl"
    copy.write_text(ledger_of(fake).replace('"restore_seconds":42', '"restore_seconds":41'))
    broken = mainstay("evidence", "verify", "--file", copy, cwd=tmp_path)

    assert (added.returncode, shown.returncode, whole.returncode) == (0, 0, 0), added.stderr + shown.stderr
    assert "drill" in shown.stdout
    assert "restore_seconds=42" in shown.stdout
    assert whole.stdout == "whole: 1 line\n"
    assert (broken.returncode, broken.stdout) == (
        4,
        "line 1: the line was changed after it was written\nbroken: 1 of 1 line\n",
    )


def test_without_a_token_the_command_line_says_what_is_missing(tmp_path: Path) -> None:
    """It is a wrong request, with the variable's name."""
    done = mainstay("evidence", "list", env={"GITHUB_TOKEN": "", "GITHUB_REPOSITORY": ""}, cwd=tmp_path)

    assert done.returncode == 2
    assert "GITHUB_TOKEN is not set" in done.stderr
