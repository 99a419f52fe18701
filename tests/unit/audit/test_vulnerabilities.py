"""What osv-scanner says becomes findings by the SOP's severity; whatever it cannot say is never taken for good.

One test runs the real program against a database of one vulnerability. The others replay what it was seen to write.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from helpers.audits import NOW, healthy, result, write
from helpers.scanner import CLEAN, LOCK, LOCK_FILE, RECORD, found_in, osv_scanner, replaying
from mainstay.audit import Online, Outcome, Report, run_audit
from mainstay.audit.facts.vulnerabilities import severity_of
from mainstay.errors import GitHubFeatureOffError
from mainstay.platform.clock import FixedClock
from mainstay.platform.github import DependabotAlert, GitHub
from mainstay.platform.osv_scanner import DATABASE, VARIABLE

SEVERITIES = ("SEC211", "SEC212", "SEC213", "SEC214")
ALERT = DependabotAlert(
    number=7,
    state="open",
    severity="critical",
    package="leftish-pad",
    ecosystem="npm",
    manifest_path="package-lock.json",
    advisory="GHSA-aaaa-bbbb-cccc",
    summary="Prototype pollution",
    created_at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    url="https://github.com/acme/bookshop/security/dependabot/7",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A healthy repository with a lock file."""
    root = healthy(tmp_path / "repository")
    write(root, LOCK_FILE, json.dumps(LOCK))
    return root


def audit(root: Path, environ: dict[str, str], *alerts: DependabotAlert | Exception) -> Report:
    """Return what the five checks say where Dependabot has these alerts."""

    def dependabot() -> tuple[DependabotAlert, ...]:
        for alert in alerts:
            if isinstance(alert, Exception):
                raise alert
        return cast("tuple[DependabotAlert, ...]", alerts)

    github = SimpleNamespace(alerts=SimpleNamespace(dependabot=dependabot))
    online = Online(lambda: cast("GitHub", github), environ)
    return run_audit(root, clock=FixedClock(NOW), online=online, select=[*SEVERITIES, "SEC215"])


def outcomes(report: Report) -> list[Outcome]:
    return [result(report, name).outcome for name in SEVERITIES]


def test_the_real_scanner_finds_a_real_vulnerability(root: Path, tmp_path: Path) -> None:
    """Offline, in a database of one record; what the repository tells the scanner to ignore is found all the same."""
    database = tmp_path / "database"
    (database / "osv-scalibr/npm").mkdir(parents=True)
    with zipfile.ZipFile(database / "osv-scalibr/npm/all.zip", "w") as archive:
        archive.writestr("GHSA-aaaa-bbbb-cccc.json", json.dumps(RECORD))
    write(root, "osv-scanner.toml", '[[IgnoredVulns]]\nid = "GHSA-aaaa-bbbb-cccc"\nreason = "hush"\n')

    report = audit(root, {VARIABLE: osv_scanner(), DATABASE: str(database)})

    assert outcomes(report) == [Outcome.FAIL, Outcome.PASS, Outcome.PASS, Outcome.PASS]
    (finding,) = result(report, "SEC211").findings
    assert finding.at.path == LOCK_FILE
    assert finding.message == "leftish-pad 1.0.0: Prototype pollution (GHSA-aaaa-bbbb-cccc)"
    assert finding.fix == "update to 1.0.1, within 4 hours; docs/maintenance/security-patches.md says how"
    assert finding.evidence["score"] == "9.8"


def test_the_real_scanner_passes_over_no_broken_file(root: Path, tmp_path: Path) -> None:
    """It ends with 128, as if there were nothing to scan; the audit reads on."""
    write(root, LOCK_FILE, "{")

    report = audit(root, {VARIABLE: osv_scanner(), DATABASE: str(tmp_path)})

    assert set(outcomes(report)) == {Outcome.UNKNOWN}
    assert "package-lock.json: could not extract" in result(report, "SEC211").reason


@pytest.mark.parametrize(
    ("score", "check"),
    [
        ("9.0", "SEC211"),
        ("8.9", "SEC212"),
        ("7.0", "SEC212"),
        ("4.0", "SEC213"),
        ("3.9", "SEC214"),
        ("", "SEC212"),
    ],
)
def test_a_score_has_a_severity_of_the_sop(root: Path, tmp_path: Path, score: str, check: str) -> None:
    """One check per severity, so that the threshold of the run works; without a score it counts as high."""
    report = audit(root, {VARIABLE: replaying(tmp_path, found_in(root, score), 1)})

    assert [name for name in SEVERITIES if result(report, name).findings] == [check]


def test_a_figure_that_is_none_counts_as_high() -> None:
    """Nothing that a program writes makes a vulnerability harmless."""
    assert [severity_of(text) for text in ("", "n/a", "nan", "-1", "1e9")] == ["high"] * 4 + ["critical"]


def test_without_vulnerabilities_every_check_passes(root: Path, tmp_path: Path) -> None:
    """The scanner ended with 0 and an empty report."""
    report = audit(root, {VARIABLE: replaying(tmp_path, CLEAN)})

    assert set(outcomes(report)) == {Outcome.PASS}


@pytest.mark.parametrize(
    ("stdout", "status", "stderr"),
    [
        ({"results": []}, 127, "could not load db for npm ecosystem"),
        ({"results": []}, 1, ""),
        ("", 0, ""),
        ("null", 0, ""),
        ("[" * 100_000, 0, ""),
        ({"results": {}}, 0, ""),
        ({"results": [{}]}, 0, ""),
        ({"results": [{"packages": [{"package": {"name": "x"}}]}]}, 1, ""),
        ({"results": [{"packages": [{"package": {"name": "x"}, "groups": [{}]}]}]}, 1, ""),
        ("", 128, "Error during extraction: package-lock.json: unexpected end of JSON input"),
        ("", 9, "killed"),
    ],
)
def test_what_the_scanner_cannot_say_is_unknown(
    root: Path, tmp_path: Path, stdout: object, status: int, stderr: str
) -> None:
    """An error, a reply that is none, and a reply that contradicts the exit status: never a pass."""
    report = audit(root, {VARIABLE: replaying(tmp_path, stdout, status, stderr)})

    assert set(outcomes(report)) == {Outcome.UNKNOWN}
    assert report.incomplete


def test_a_file_that_could_not_be_read_leaves_the_others_incomplete(root: Path, tmp_path: Path) -> None:
    """The scanner ends with 1 and names it on standard error only."""
    stderr = "Error during extraction: (extracting as javascript/packagelockjson) b/package-lock.json: bad\n"

    report = audit(root, {VARIABLE: replaying(tmp_path, found_in(root), 1, stderr)})

    assert outcomes(report) == [Outcome.FAIL, *[Outcome.UNKNOWN] * 3]
    assert result(report, "SEC211").incomplete


def test_a_missing_scanner_is_unknown_and_says_how_to_get_it(root: Path) -> None:
    """As soon as there is a lock file; also when it is said to be where it is not."""
    report = audit(root, {"PATH": ""})

    assert set(outcomes(audit(root, {VARIABLE: "/nowhere/osv-scanner"}))) == {Outcome.UNKNOWN}
    assert set(outcomes(report)) == {Outcome.UNKNOWN}
    assert "osv-scanner is not installed" in result(report, "SEC211").reason


def test_without_a_lock_file_there_is_nothing_to_judge(tmp_path: Path) -> None:
    """With or without the scanner; it says so by ending with 128."""
    bare, other = healthy(tmp_path / "bare"), healthy(tmp_path / "other")
    write(other, "requirements.txt", "# nothing\n")

    reports = [audit(bare, {"PATH": ""}), audit(other, {VARIABLE: replaying(tmp_path, "", 128)})]

    assert [set(outcomes(each)) for each in reports] == [{Outcome.NOT_APPLICABLE}] * 2


def test_offline_nothing_is_asked(root: Path) -> None:
    """The scanner sends names and versions of packages away; an audit that is offline does not start it."""
    report = run_audit(root, clock=FixedClock(NOW), select=SEVERITIES)

    assert all(each.not_asked for each in report.results)


def test_sources_that_disagree_are_both_told(root: Path, tmp_path: Path) -> None:
    """What only one of them knows is a finding; which one is right is for a person to see."""
    environ = {VARIABLE: replaying(tmp_path, found_in(root), 1)}
    other = replace(ALERT, number=8, advisory="GHSA-xxxx-yyyy-zzzz")

    def told(*alerts: DependabotAlert) -> list[str]:
        return [finding.key for finding in result(audit(root, environ, *alerts), "SEC215").findings]

    assert told() == ["unalerted leftish-pad GHSA-aaaa-bbbb-cccc"]
    assert told(replace(ALERT, state="fixed")) == told()
    assert told(ALERT) == told(replace(ALERT, state="dismissed")) == []
    assert told(ALERT, other) == ["unscanned 8"]


def test_without_alerts_there_is_nothing_to_compare(root: Path, tmp_path: Path) -> None:
    """That they are off is a finding of its own (SEC201)."""
    report = audit(
        root, {VARIABLE: replaying(tmp_path, found_in(root), 1)}, GitHubFeatureOffError("alerts are off")
    )

    assert result(report, "SEC215").outcome is Outcome.NOT_APPLICABLE
