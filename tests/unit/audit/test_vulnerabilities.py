"""What osv-scanner says becomes findings by the SOP's severity; whatever it cannot say is never taken for good.

One test runs the real program against a database of one vulnerability. The others replay what it was seen to write.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from helpers.audits import NOW, healthy, result, write
from helpers.required import missing
from mainstay.audit import Online, Outcome, Report, run_audit
from mainstay.audit.facts.vulnerabilities import severity_of
from mainstay.errors import GitHubFeatureOffError
from mainstay.platform.clock import FixedClock
from mainstay.platform.github import DependabotAlert, GitHub
from mainstay.platform.osv_scanner import DATABASE, VARIABLE, VERSION

SEVERITIES = ("SEC211", "SEC212", "SEC213", "SEC214")
LOCK = {
    "name": "shop",
    "lockfileVersion": 3,
    "packages": {"": {"name": "shop"}, "node_modules/leftish-pad": {"version": "1.0.0"}},
}
RECORD = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "aliases": ["CVE-2026-0001"],
    "modified": "2026-10-01T00:00:00Z",
    "published": "2026-09-30T00:00:00Z",
    "summary": "Prototype pollution",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "leftish-pad"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.1"}]}],
        }
    ],
}
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
    write(root, "web/package-lock.json", json.dumps(LOCK))
    return root


def report_of(root: Path, max_severity: str = "9.8", **changed: Any) -> dict[str, Any]:
    """Return what osv-scanner 2.5.0 wrote about the lock file."""
    group = {"ids": [RECORD["id"]], "aliases": ["CVE-2026-0001", RECORD["id"]], "max_severity": max_severity}
    package = {
        "package": {"name": "leftish-pad", "version": "1.0.0", "ecosystem": "npm"},
        "groups": [group],
        "vulnerabilities": [RECORD],
        **changed,
    }
    source = {"path": str(root.resolve() / "web/package-lock.json"), "type": "lockfile"}
    return {"results": [{"source": source, "packages": [package]}]}


def replaying(folder: Path, stdout: object, status: int = 0, stderr: str = "") -> dict[str, str]:
    """Return the environment of a machine whose osv-scanner writes this."""
    text = stdout if isinstance(stdout, str) else json.dumps(stdout)
    (folder / "stdout").write_text(text)
    (folder / "stderr").write_text(stderr)
    program = folder / "osv-scanner"
    out, err = (shlex.quote(str(folder / name)) for name in ("stdout", "stderr"))
    program.write_text(f"#!/bin/sh\ncat {out}\ncat {err} >&2\nexit {status}\n")
    program.chmod(0o755)
    return {VARIABLE: str(program)}


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
    write(root, "web/osv-scanner.toml", '[[IgnoredVulns]]\nid = "GHSA-aaaa-bbbb-cccc"\nreason = "hush"\n')

    report = audit(root, {VARIABLE: osv_scanner(), DATABASE: str(database)})

    assert outcomes(report) == [Outcome.FAIL, Outcome.PASS, Outcome.PASS, Outcome.PASS]
    (finding,) = result(report, "SEC211").findings
    assert finding.at.path == "web/package-lock.json"
    assert finding.message == "leftish-pad 1.0.0: Prototype pollution (GHSA-aaaa-bbbb-cccc)"
    assert finding.fix == "update to 1.0.1, within 4 hours; docs/maintenance/security-patches.md says how"
    assert finding.evidence["score"] == "9.8"


def test_the_real_scanner_passes_over_no_broken_file(root: Path, tmp_path: Path) -> None:
    """It ends with 128, as if there were nothing to scan; the audit reads on."""
    write(root, "web/package-lock.json", "{")

    report = audit(root, {VARIABLE: osv_scanner(), DATABASE: str(tmp_path)})

    assert set(outcomes(report)) == {Outcome.UNKNOWN}
    assert "web/package-lock.json: could not extract" in result(report, "SEC211").reason


def osv_scanner() -> str:
    """Return the real program; skip the test, or fail it where it is required."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = Path(os.environ.get("MAINSTAY_TEST_SERVERS") or home / "mainstay-test-servers")
    built = cache / f"osv-scanner-{VERSION}/osv-scanner"
    found = shutil.which("osv-scanner") or (str(built) if built.exists() else None)
    return found or missing(
        "osv-scanner", f"it is neither on PATH nor in {cache}: script/test-servers osv-scanner"
    )


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
    report = audit(root, replaying(tmp_path, report_of(root, score), 1))

    assert [name for name in SEVERITIES if result(report, name).findings] == [check]


def test_a_figure_that_is_none_counts_as_high() -> None:
    """Nothing that a program writes makes a vulnerability harmless."""
    assert [severity_of(text) for text in ("", "n/a", "nan", "-1", "1e9")] == ["high"] * 4 + ["critical"]


def test_without_vulnerabilities_every_check_passes(root: Path, tmp_path: Path) -> None:
    """The scanner ended with 0 and an empty report."""
    report = audit(root, replaying(tmp_path, {"results": []}))

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
    report = audit(root, replaying(tmp_path, stdout, status, stderr))

    assert set(outcomes(report)) == {Outcome.UNKNOWN}
    assert report.incomplete


def test_a_file_that_could_not_be_read_leaves_the_others_incomplete(root: Path, tmp_path: Path) -> None:
    """The scanner ends with 1 and names it on standard error only."""
    stderr = "Error during extraction: (extracting as javascript/packagelockjson) b/package-lock.json: bad\n"

    report = audit(root, replaying(tmp_path, report_of(root), 1, stderr))

    assert outcomes(report) == [Outcome.FAIL, *[Outcome.UNKNOWN] * 3]
    assert result(report, "SEC211").incomplete


def test_a_missing_scanner_is_unknown_and_says_how_to_get_it(root: Path) -> None:
    """As soon as there is a lock file."""
    report = audit(root, {"PATH": ""})

    assert set(outcomes(report)) == {Outcome.UNKNOWN}
    assert "osv-scanner is not installed" in result(report, "SEC211").reason


def test_without_a_lock_file_there_is_nothing_to_judge(tmp_path: Path) -> None:
    """With or without the scanner; it says so by ending with 128."""
    bare, other = healthy(tmp_path / "bare"), healthy(tmp_path / "other")
    write(other, "requirements.txt", "# nothing\n")

    reports = [audit(bare, {"PATH": ""}), audit(other, replaying(tmp_path, "", 128))]

    assert [set(outcomes(each)) for each in reports] == [{Outcome.NOT_APPLICABLE}] * 2


def test_offline_nothing_is_asked(root: Path) -> None:
    """The scanner sends names and versions of packages away; an audit that is offline does not start it."""
    report = run_audit(root, clock=FixedClock(NOW), select=SEVERITIES)

    assert all(each.not_asked for each in report.results)


def test_sources_that_disagree_are_both_told(root: Path, tmp_path: Path) -> None:
    """What only one of them knows is a finding; which one is right is for a person to see."""
    environ = replaying(tmp_path, report_of(root), 1)
    other = replace(ALERT, number=8, advisory="GHSA-xxxx-yyyy-zzzz")

    def told(*alerts: DependabotAlert) -> list[str]:
        return [finding.key for finding in result(audit(root, environ, *alerts), "SEC215").findings]

    assert told() == ["unalerted leftish-pad GHSA-aaaa-bbbb-cccc"]
    assert told(replace(ALERT, state="fixed")) == told()
    assert told(ALERT) == told(replace(ALERT, state="dismissed")) == []
    assert told(ALERT, other) == ["unscanned 8"]


def test_without_alerts_there_is_nothing_to_compare(root: Path, tmp_path: Path) -> None:
    """That they are off is a finding of its own (SEC201)."""
    report = audit(root, replaying(tmp_path, report_of(root), 1), GitHubFeatureOffError("alerts are off"))

    assert result(report, "SEC215").outcome is Outcome.NOT_APPLICABLE
