"""The tables that documents show, rendered from the policy.

In a document each stands between two markers, and `mainstay sync` rewrites what is between them:

    <!-- mainstay:severity-matrix -->
    | Severity | ... |
    <!-- /mainstay:severity-matrix -->
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from mainstay.policy.durations import spell_duration
from mainstay.policy.model import ChecklistItem, Owner, PerPatchSeverity, Policy

Render = Callable[[Policy], str]

OWNER_LABELS = {
    Owner.DEV_TEAM: "Dev team",
    Owner.DEVOPS: "DevOps",
    Owner.TECH_LEAD: "Tech lead",
    Owner.SECURITY_TEAM: "Security team",
}
"""The words that the SOP uses for its roles."""

_EVERY = {
    "immediately": "Immediately",
    "day": "Daily",
    "week": "Weekly",
    "month": "Monthly",
    "quarter": "Quarterly",
}
_EVIDENCE = {
    "dependabot": "Dependabot runs and merged pull requests",
    "security-alerts": "Age of open security alerts",
    "backup": "Manifest of the newest backup",
    "restore-drill": "Record of the newest restore drill",
    "checklist": "Ticked line of the checklist",
}


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _span(span: timedelta | str | None) -> str:
    if isinstance(span, timedelta):
        return spell_duration(span)
    return "Next release" if span == "next-release" else "-"


def severity_matrix(policy: Policy) -> str:
    """What each severity means and which clocks it starts."""
    header = ("Severity", "Means", "Acknowledge", "Resolve", "Update every", "Status page", "Post-mortem")
    return _table(
        header,
        (
            (
                f"**{name}**",
                severity.means,
                _span(severity.acknowledge),
                _span(severity.resolve),
                _span(severity.update_every),
                "yes" if severity.status_page else "no",
                f"within {_span(severity.post_mortem)}" if severity.post_mortem else "-",
            )
            for name, severity in sorted(policy.incidents.severities.items())
        ),
    )


def severity_examples(policy: Policy) -> str:
    """What each severity typically looks like."""
    parts = []
    for name, severity in sorted(policy.incidents.severities.items()):
        items = "\n".join(f"- {example}" for example in severity.examples) or "- none recorded"
        parts.append(f"### {name} examples\n\n{items}")
    return "\n\n".join(parts)


def patch_deadlines(policy: Policy) -> str:
    """How fast a vulnerability is looked at and fixed."""
    respond, patch, examples = (
        policy.security.respond_within,
        policy.security.patch_within,
        policy.security.examples,
    )
    return _table(
        ("Severity", "Respond within", "Patch within", "Examples"),
        (
            (
                name.capitalize(),
                _span(getattr(respond, name)),
                _span(getattr(patch, name)),
                ", ".join(getattr(examples, name)) or "-",
            )
            for name in PerPatchSeverity.model_fields
        ),
    )


def maintenance_schedule(policy: Policy) -> str:
    """Which task is done how often by whom, and what proves it."""
    return _table(
        ("Task", "Frequency", "Owner", "Proved by"),
        (
            (task.name, _EVERY[task.every], OWNER_LABELS[task.owner], _EVIDENCE[task.evidence])
            for task in policy.maintenance.tasks
        ),
    )


def _ticks(items: Iterable[ChecklistItem]) -> str:
    return "\n".join(f"- [ ] {entry.item} ({OWNER_LABELS[entry.owner]})" for entry in items) or "- none"


def checklist(policy: Policy) -> str:
    """The weekly, monthly and quarterly checklists, an owner on each line."""
    checklists = policy.maintenance.checklists
    parts = [
        ("Monday", checklists.weekly.monday),
        ("Wednesday", checklists.weekly.wednesday),
        ("Friday", checklists.weekly.friday),
        ("Monthly", checklists.monthly),
        ("Quarterly", checklists.quarterly),
    ]
    return "\n\n".join(f"## {title}\n\n{_ticks(items)}" for title, items in parts)


def roster(policy: Policy) -> str:
    """Who fills each role, and who may command an incident."""
    owners = [(OWNER_LABELS[owner], policy.team.owners.get(owner) or "nobody yet") for owner in Owner]
    commanders = ", ".join(policy.team.on_call) or "nobody yet"
    return _table(("Role", "GitHub"), [*owners, ("May command an incident", commanders)])


def backup_objectives(policy: Policy) -> str:
    """What the backups promise."""
    if (backups := policy.backups) is None:
        return "No database is backed up."
    keep = backups.keep
    kept = [
        (keep.last, "newest"),
        (keep.daily, "daily"),
        (keep.weekly, "weekly"),
        (keep.monthly, "monthly"),
        (keep.yearly, "yearly"),
    ]
    return _table(
        ("Objective", "Value"),
        (
            ("Store", f"`{backups.store}`"),
            ("Recovery point objective (RPO)", _span(backups.rpo)),
            ("Recovery time objective (RTO)", _span(backups.rto)),
            ("Kept", ", ".join(f"{count} {name}" for count, name in kept if count)),
            ("Restore drill", f"every {_span(backups.drill_every)}"),
        ),
    )


TABLES: dict[str, Render] = {
    "backup-objectives": backup_objectives,
    "checklist": checklist,
    "maintenance-schedule": maintenance_schedule,
    "patch-deadlines": patch_deadlines,
    "roster": roster,
    "severity-examples": severity_examples,
    "severity-matrix": severity_matrix,
}
"""Marker name -> what stands between the markers. A new table is one function and one line here."""
