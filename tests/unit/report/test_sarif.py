"""SARIF as GitHub reads it: valid, within its limits, with alerts that neither move nor close by mistake."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from mainstay.audit.checks import CHECKS
from mainstay.audit.model import Finding, Location, Outcome, Report, Result, Severity, Waived
from mainstay.report.sarif import RESULTS_AT_MOST, sarif

SCHEMA = Path(__file__).parents[2] / "data/sarif/sarif-schema-2.1.0.json"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BK101 = next(check for check in CHECKS if check.id == "BK101")
CLEAN = Report(tuple(Result(check, Outcome.PASS) for check in CHECKS), Severity.HIGH, NOW, "0.1.0")


@cache
def validator() -> Draft4Validator:
    return Draft4Validator(json.loads(SCHEMA.read_text()))


def finding(message: str = "m", path: str = "a.yml", line: int | None = 4) -> Finding:
    return Finding(message=message, at=Location(path, line), key="k", fix="repair it")


def report(*results: Result) -> Report:
    """Return a whole report: what is not given has passed."""
    given_ids = {result.check.id for result in results}
    return replace(CLEAN, results=(*results, *(r for r in CLEAN.results if r.check.id not in given_ids)))


def run_of(report: Report) -> dict[str, Any]:
    """Return the one run of the log, which is valid."""
    log = json.loads(sarif(report))
    assert [error.message for error in validator().iter_errors(log)] == []
    (run,) = log["runs"]
    return dict(run)


def test_a_clean_report_lists_every_rule_and_no_result() -> None:
    """GitHub keeps the old alerts of a rule that is missing."""
    run = run_of(CLEAN)

    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [check.id for check in CHECKS]
    assert run["results"] == []
    assert run["automationDetails"]["id"] == "mainstay/audit/"
    assert run["invocations"][0]["executionSuccessful"] is True


def test_a_part_of_the_checks_does_not_close_the_alerts_of_the_others() -> None:
    """It is uploaded under another category; so is an audit that did not ask everything."""
    part = replace(CLEAN, results=CLEAN.results[:3])
    unasked = report(Result(BK101, Outcome.UNKNOWN, "offline", not_asked=True))

    for each in (part, unasked):
        assert run_of(each)["automationDetails"]["id"] == "mainstay/audit-selection/"
    assert len(run_of(part)["tool"]["driver"]["rules"]) == len(CHECKS)


def test_a_finding_is_a_result_where_it_stands() -> None:
    """With its fix, and relative to the top of the repository."""
    (result,) = run_of(report(Result(BK101, Outcome.FAIL, "", (finding(path="docs/a b.md"),))))["results"]

    assert result["ruleId"] == "BK101"
    assert CHECKS[result["ruleIndex"]] is BK101
    assert result["level"] == "error"
    assert result["message"]["text"] == "m. To fix: repair it"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "docs/a%20b.md", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 4}


def test_fingerprints_do_not_move_with_the_line() -> None:
    """An alert stays the same one when something is written above it."""
    prints = [
        run_of(report(Result(BK101, Outcome.FAIL, "", (finding(line=line),))))["results"][0][
            "partialFingerprints"
        ]
        for line in (4, 99, None)
    ]

    assert prints == [{"mainstay/v1": finding().fingerprint("BK101")}] * 3


def test_a_waived_finding_is_suppressed_with_its_reason() -> None:
    """It is dismissed on GitHub, and everybody can read why and until when."""
    waived = Waived(finding(), "Moves in January", date(2027, 1, 31), "@bo")

    (result,) = run_of(report(Result(BK101, Outcome.WAIVED, waived=(waived,))))["results"]

    assert result["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Moves in January (until 2027-01-31, approved by @bo)",
        }
    ]


def test_what_could_not_be_read_stays_an_alert() -> None:
    """GitHub closes what it does not see again; not read is not repaired."""
    run = run_of(report(Result(BK101, Outcome.UNKNOWN, "backup.yml is not UTF-8")))

    (result,) = run["results"]
    assert result["message"]["text"].startswith("unknown: backup.yml is not UTF-8")
    assert run["invocations"][0]["executionSuccessful"] is False
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "BK101 unknown: backup.yml is not UTF-8"


def test_a_baseline_says_what_is_new() -> None:
    """In the words of the standard; without a baseline nothing is said."""
    found = report(Result(BK101, Outcome.FAIL, "", (finding(), finding(path="b.yml"))))
    known = replace(found, known=frozenset({finding().fingerprint("BK101")}))

    assert [each["baselineState"] for each in run_of(known)["results"]] == ["unchanged", "new"]
    assert all("baselineState" not in each for each in run_of(found)["results"])


def test_a_flood_keeps_within_the_limits_of_github() -> None:
    """5,000 results, the gravest first, and what is left out is said; 10 MB compressed; tags and texts in bounds."""
    flood = tuple(finding("x" * 5000, f"{n}.yml") for n in range(1000))
    flooded = replace(CLEAN, results=tuple(Result(check, Outcome.FAIL, "", flood) for check in CHECKS))
    (run,) = json.loads(sarif(flooded))["runs"]

    assert len(run["results"]) == RESULTS_AT_MOST
    assert {each["level"] for each in run["results"]} == {"error"}
    (left,) = run["invocations"][0]["toolExecutionNotifications"]
    assert (
        left["message"]["text"] == f"{len(CHECKS) * 1000 - 5000} results of the least severity are left out"
    )
    assert len(gzip.compress(json.dumps(run).encode())) < 10_000_000
    for rule in run["tool"]["driver"]["rules"]:
        assert len(rule["properties"]["tags"]) <= 10
        assert len(rule["name"]) <= 255
        assert max(len(rule[key]["text"]) for key in ("shortDescription", "fullDescription")) <= 1024


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("../a", "../a"),
        ("a\udcff", "a%FF"),
        ("a:b", "a%3Ab"),
        ("C:\\x", "C%3A%5Cx"),
        ("%2e", "%252e"),
        ("#?", "%23%3F"),
    ],
)
def test_a_path_is_a_relative_uri(path: str, uri: str) -> None:
    """Whatever a file is called, no scheme and no fragment comes of it."""
    (result,) = run_of(report(Result(BK101, Outcome.FAIL, "", (finding(path=path),))))["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_message_holds_no_link() -> None:
    """`[text](target)` is a link in SARIF; what a repository wrote is not."""
    (result,) = run_of(report(Result(BK101, Outcome.FAIL, "", (finding("[a](https://e.example)"),))))[
        "results"
    ]

    assert result["message"]["text"].startswith("\\[a\\](https://e.example)")


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec=None), max_size=60), st.text(min_size=1, max_size=30))
def test_any_text_makes_a_valid_log(message: str, path: str) -> None:
    """The official schema holds, and the file is UTF-8."""
    text = sarif(replace(CLEAN, results=(Result(BK101, Outcome.FAIL, "", (finding(message, path),)),)))

    text.encode()
    assert validator().is_valid(json.loads(text))
