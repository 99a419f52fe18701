"""SEC21x: known vulnerabilities in what lock files name (SOP-603 section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mainstay.audit.facts.alerts import SecurityAlerts
from mainstay.audit.facts.vulnerabilities import Vulnerabilities, Vulnerability
from mainstay.audit.model import Check, Finding, Location, NotApplicable, Severity
from mainstay.audit.registry import check
from mainstay.policy import Policy
from mainstay.policy.durations import spell_duration

_PROCEDURE = "docs/maintenance/security-patches.md"


def _of(severity: Severity, check_id: str) -> Check:
    """Return the check for vulnerabilities of one severity."""
    word = severity.label

    def no_vulnerability(vulnerabilities: Vulnerabilities, policy: Policy) -> Iterator[Finding]:
        limit = getattr(policy.security.patch_within, word)
        clock = f"within {spell_duration(limit)}" if isinstance(limit, timedelta) else "with the next release"
        for each in vulnerabilities:
            if each.severity == word:
                yield _finding(each, clock)

    no_vulnerability.__doc__ = f"""osv-scanner knows a vulnerability of severity {word} in a version that is locked.

    It compares every lock file with the OSV database. It is the second source beside Dependabot's alerts, and the only
    one where those cannot be had. A CVSS score of 9 is critical, of 7 high, of 4 medium; without a score it counts as
    high. What `osv-scanner.toml` ignores is found all the same: an exception is a waiver, with a reason and an end.

    Fix: update the package to the version that the finding names, by the clock of `security.patch-within.{word}`.
    {_PROCEDURE} says how.
    """
    return check(check_id, f"No locked package has a known {word} vulnerability", severity, sop="3")(
        no_vulnerability
    )


def _finding(each: Vulnerability, clock: str) -> Finding:
    fixed = (
        f"update to {' or '.join(each.fixed_in)}"
        if each.fixed_in
        else "no fixed version is known: isolate it"
    )
    scored = {"score": each.score} if each.score else {"score": "none, so it counts as high"}
    return Finding(
        message=f"{each.package} {each.version}: {each.summary or 'a known vulnerability'} ({each.id})",
        at=Location(each.path),
        key=f"{each.ecosystem} {each.package} {each.id}",
        fix=f"{fixed}, {clock}; {_PROCEDURE} says how",
        evidence={"aliases": ", ".join(sorted(each.aliases)), "published": each.published, **scored},
    )


critical = _of(Severity.CRITICAL, "SEC211")
high = _of(Severity.HIGH, "SEC212")
medium = _of(Severity.MEDIUM, "SEC213")
low = _of(Severity.LOW, "SEC214")


@check("SEC215", "osv-scanner and Dependabot know the same vulnerabilities", Severity.LOW, sop="3")
def sources_agree(vulnerabilities: Vulnerabilities, alerts: SecurityAlerts) -> Iterator[Finding]:
    """Dependabot's alerts start the clocks.

    What only the scanner knows has no clock, and what only Dependabot knows may sit in a file that nobody scans.
    Dismissed alerts count as known: somebody decided.

    Fix: look at both. A lock file may be missing from the dependency graph, an alert may be stale, or one of the two
    databases may be behind; after a day most differences are gone.
    """
    if alerts.off:
        raise NotApplicable(f"{alerts.off} (SEC201)")
    current = [alert for alert in alerts.alerts if alert.state != "fixed"]
    alerted = {(alert.package, alert.advisory) for alert in current}
    scanned: set[tuple[str, str]] = set()
    for each in vulnerabilities:
        names = {(each.package, name) for name in each.aliases}
        scanned |= names
        if not names & alerted:
            message = f"Dependabot has no alert for {each.id} in {each.package} {each.version}"
            fix = "start its clock by hand; see whether the file is in the dependency graph"
            key = f"unalerted {each.package} {each.id}"
            yield Finding(message=message, at=Location(each.path), key=key, fix=fix)
    for alert in current:
        if alert.state == "open" and (alert.package, alert.advisory) not in scanned:
            yield Finding(
                message=f"osv-scanner does not find {alert.advisory} in {alert.package}, Dependabot does",
                at=Location(alert.manifest_path or ".github/dependabot.yml"),
                key=f"unscanned {alert.number}",
                fix="believe the alert; see whether the package is in a lock file that is committed",
                evidence={"url": alert.url},
            )
