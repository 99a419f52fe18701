"""The bundle of evidence: whole, reproducible, verifiable with sha256sum, and honest about what it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mainstay.audit.checks import CHECKS
from mainstay.audit.controls import CONTROLS, FRAMEWORKS, checks_for, controls_of
from mainstay.audit.model import Check, Finding, Location, Outcome, Report, Result, Severity
from mainstay.platform.process import run
from mainstay.report.bundle import HONEST, SUMS, Source, bundle

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SOURCE = Source("a" * 40, ("docs/x.md",))
FAILED = Finding(message="m", at=Location("a\udcff.yml", 4), key="k", fix="repair it")
REPORT = Report(
    (Result(CHECKS[0], Outcome.FAIL, "", (FAILED,)), *(Result(check, Outcome.PASS) for check in CHECKS[1:])),
    Severity.HIGH,
    NOW,
    "0.1.0",
    inputs={".github/mainstay.yml": "0" * 64, "a\udcff.yml": "1" * 64},
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_gives_evidence_in_every_framework(check: Check) -> None:
    """A check that no control asks for would be missing from the auditor's table."""
    assert {control.framework for control in controls_of(check)} == set(FRAMEWORKS)


def test_every_control_has_a_check_and_every_word_of_the_table_a_meaning() -> None:
    """A row that points at nothing would be a control that looks met."""
    known = {name for check in CHECKS for name in (check.id, check.family, f"section:{check.sop}")}

    assert [control.id for control in CONTROLS if not checks_for(control, CHECKS)] == []
    assert {word for control in CONTROLS for word in control.evidence} <= known
    assert len({(control.framework, control.id) for control in CONTROLS}) == len(CONTROLS)


def test_the_same_report_gives_the_same_bytes() -> None:
    """Who has the report can make the bundle again and compare."""
    assert bundle(REPORT, SOURCE) == bundle(replace(REPORT), SOURCE)


def test_sha256sum_verifies_it_and_finds_every_change(tmp_path: Path) -> None:
    """The real program, in the folder of the bundle."""
    files = bundle(REPORT, SOURCE)
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def verified() -> bool:
        return run(["sha256sum", "--check", "--strict", SUMS], cwd=tmp_path, check=False).returncode == 0

    assert verified()
    for name in set(files) - {SUMS}:
        (tmp_path / name).write_text(files[name] + " ", encoding="utf-8")
        assert not verified(), name
        (tmp_path / name).write_text(files[name], encoding="utf-8")


def test_it_says_what_the_judgement_rests_on() -> None:
    """Commit, changes that are not committed, and the hash of every file that was read."""
    inputs = json.loads(bundle(REPORT, SOURCE)["inputs.json"])

    assert inputs == {
        "commit": "a" * 40,
        "changed": ["docs/x.md"],
        "files": {".github/mainstay.yml": "0" * 64, "a\\udcff.yml": "1" * 64},
    }


def test_it_claims_no_more_than_it_can() -> None:
    """It helps and attests nothing; a control shows what did not pass and what was not asked."""
    unasked = replace(
        REPORT, results=(Result(CHECKS[0], Outcome.UNKNOWN, "offline", not_asked=True), *REPORT.results[1:])
    )

    files, offline = bundle(REPORT, SOURCE), bundle(unasked, Source())

    assert all(HONEST in files[name] for name in ("README.md", "controls.md", "controls.json"))
    backup = next(each for each in json.loads(files["controls.json"])["controls"] if each["id"] == "A.8.13")
    assert backup["checks"][CHECKS[0].id] == "fail"
    assert f"{CHECKS[0].id} fail |" in files["controls.md"]
    assert f"{CHECKS[0].id} not asked |" in offline["controls.md"]
    assert "not in git" in offline["README.md"]
