"""SEC2xx: known vulnerabilities and their clocks (SOP-603 section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from mainstay.audit.facts.alerts import SecurityAlerts
from mainstay.audit.facts.policy import PolicyFile
from mainstay.audit.model import Finding, Location, NotApplicable, Severity
from mainstay.audit.registry import check
from mainstay.platform.clock import Clock
from mainstay.platform.github import DependabotAlert
from mainstay.policy import Policy
from mainstay.policy.durations import spell_duration

_ACCEPTED = {"tolerable_risk", "no_bandwidth"}
"""Reasons by which somebody accepts a risk. The others say that there is none."""
_PERSON = re.compile(r"@([A-Za-z0-9-]+)")


def _seen(alerts: SecurityAlerts) -> tuple[DependabotAlert, ...]:
    if alerts.off:
        raise NotApplicable(f"{alerts.off} (SEC201)")
    return alerts.alerts


@check("SEC201", "Dependabot alerts are turned on", Severity.HIGH, sop="3")
def alerts_are_on(alerts: SecurityAlerts) -> Iterator[Finding]:
    """A clock for security patches starts with an alert. Without alerts nothing is ever late.

    Fix: Settings, Advanced Security: turn on the dependency graph and Dependabot alerts.
    """
    if alerts.off:
        at, fix = Location(".github/dependabot.yml"), "Settings, Advanced Security: turn on Dependabot alerts"
        yield Finding(message=alerts.off, at=at, key="off", fix=fix)


@check("SEC202", "No vulnerability is open past its deadline", Severity.CRITICAL, sop="3")
def patches_are_in_time(
    alerts: SecurityAlerts, policy: Policy, file: PolicyFile, clock: Clock
) -> Iterator[Finding]:
    """The SOP gives a critical hole four hours. The clock runs from the alert until the fix is on the default branch.

    Fix: merge the update that Dependabot proposes (`gh pr list --app dependabot`), or follow
    docs/maintenance/security-patches.md.
    """
    for alert in _seen(alerts):
        limit = getattr(policy.security.patch_within, alert.severity, None)
        if alert.state != "open" or not isinstance(limit, timedelta):
            continue
        if clock.now() - alert.created_at > limit:
            update = (
                f"update to {alert.fixed_in}" if alert.fixed_in else "no fixed version is known: isolate it"
            )
            yield Finding(
                message=f"{alert.severity}: {alert.package} ({alert.advisory}) is open for more than "
                f"{spell_duration(limit)}",
                at=file.at("security", "patch-within", alert.severity),
                key=f"alert {alert.number}",
                fix=f"{update}; docs/maintenance/security-patches.md says how",
                evidence={"url": alert.url, "manifest": alert.manifest_path, "since": str(alert.created_at)},
            )


@check("SEC203", "Nobody accepts a risk alone", Severity.HIGH, sop="3")
def dismissals_are_approved(alerts: SecurityAlerts) -> Iterator[Finding]:
    """To dismiss an alert is quicker than to patch. A risk that is accepted needs a second name and a reason.

    Alerts that were dismissed as tolerable, or for want of time, need a comment that names somebody else than the one
    who dismissed them, such as `Approved by @ana until 2027-01-31`.

    Fix: reopen the alert and patch, or dismiss it again with a comment that names who approved it.
    """
    for alert in _seen(alerts):
        if alert.state != "dismissed" or alert.dismissed_reason not in _ACCEPTED:
            continue
        by = (alert.dismissed_by or "").casefold()
        named = {name.casefold() for name in _PERSON.findall(alert.dismissed_comment or "")}
        if not named - {by}:
            yield Finding(
                message=f"alert {alert.number} ({alert.package}) was dismissed as {alert.dismissed_reason} "
                "and nobody else approved it",
                at=Location(alert.manifest_path or ".github/dependabot.yml"),
                key=f"dismissed {alert.number}",
                fix="reopen it, or dismiss it again with a comment that names who approved it (@user)",
                evidence={"url": alert.url},
            )
