"""Baselines: only what is new fails, and nothing is taken for gone that nobody looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mainstay.audit import exit_code
from mainstay.audit.baseline import Baseline, baseline_of, baseline_text, compare, read_baseline
from mainstay.audit.model import Check, Finding, Location, Outcome, Report, Result, Severity, Waived
from mainstay.errors import ExitCode, UsageError

CHECK = Check("BK101", "t", Severity.HIGH, "4", list)


def finding(key: str, line: int = 1, message: str = "m") -> Finding:
    return Finding(message=message, at=Location("a.yml", line), key=key, fix="f")


def report(*findings: Finding, outcome: Outcome = Outcome.FAIL, reason: str = "") -> Report:
    result = Result(CHECK, outcome, reason, findings)
    return Report((result,), Severity.HIGH, datetime(2026, 11, 23, tzinfo=UTC), "0.1.0")


BEFORE = baseline_of(report(finding("one"), finding("two")))


def test_what_was_there_does_not_fail_even_when_it_moved() -> None:
    """Neither its line nor its words decide."""
    after = compare(report(finding("one", 99, "other words"), finding("two")), BEFORE)

    assert exit_code(after) == ExitCode.OK
    assert after.gone == ()


def test_what_is_new_fails() -> None:
    """Beside what was there, and in its place."""
    assert exit_code(compare(report(finding("one"), finding("three")), BEFORE)) == ExitCode.FAILED


def test_more_of_the_same_is_new() -> None:
    """A second one that looks like the first cannot hide behind it."""
    assert exit_code(compare(report(finding("one"), finding("one")), BEFORE)) == ExitCode.FAILED


def test_what_is_gone_is_told() -> None:
    """So that the baseline can be written anew, smaller."""
    assert compare(report(finding("one")), BEFORE).gone == ("BK101 a.yml: m",)


@pytest.mark.parametrize(
    "after",
    [
        report(outcome=Outcome.UNKNOWN, reason="fog"),
        report(outcome=Outcome.ERROR, reason="bug"),
        report(finding("one"), reason="only the first is kept"),
        replace(report(), results=()),
        replace(report(), results=(replace(report(outcome=Outcome.UNKNOWN).results[0], not_asked=True),)),
    ],
)
def test_what_was_not_judged_to_its_end_is_not_gone(after: Report) -> None:
    """Not read, not selected and not asked are no repair."""
    assert compare(after, BEFORE).gone == ()


def test_what_is_waived_now_is_not_gone() -> None:
    """It is still there; somebody accepted it."""
    waived = tuple(Waived(finding(key), "r", date(2027, 1, 1)) for key in ("one", "two"))
    after = replace(report(), results=(Result(CHECK, Outcome.WAIVED, waived=waived),))

    assert compare(after, BEFORE).gone == ()


def test_an_incomplete_run_stays_incomplete() -> None:
    """A baseline knows findings; it knows nothing about what could not be read."""
    assert exit_code(compare(report(outcome=Outcome.UNKNOWN, reason="fog"), BEFORE)) == ExitCode.INCOMPLETE


def test_a_file_holds_one_finding_per_line_and_comes_back(tmp_path: Path) -> None:
    """Small changes are small diffs; strange names survive."""
    odd = Finding(message="m\udcff", at=Location("\udcff\n.yml"), key="k", fix="f")
    before = baseline_of(report(finding("two"), odd, finding("one")))
    (tmp_path / "known.json").write_text(baseline_text(before))

    assert read_baseline(tmp_path / "known.json") == before
    assert len(baseline_text(before).splitlines()) == 3 + 5
    assert baseline_text(Baseline(findings=())) == '{\n "schema_version": 1,\n "findings": []\n}\n'


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"findings": [{}]}', '{"schema_version": 2, "findings": []}', "\xff"]
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    """An empty baseline that somebody meant differently would only fail more; one that says nothing is an error."""
    (tmp_path / "known.json").write_bytes(text.encode("latin-1"))

    with pytest.raises(UsageError, match="is no baseline"):
        read_baseline(tmp_path / "known.json")
