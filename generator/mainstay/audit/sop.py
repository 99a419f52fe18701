"""The figures of SOP-603 that a policy may tighten and should not loosen."""

from __future__ import annotations

from datetime import timedelta

TASKS = {
    "Dependency updates": "week",
    "Security patches": "immediately",
    "Database backups": "day",
    "Log rotation": "week",
    "Performance review": "month",
    "Security audit": "quarter",
    "Disaster recovery test": "quarter",
}
"""Section 1: task -> how often at least."""

PERIODS = ("immediately", "day", "week", "month", "quarter")
"""From the most to the least frequent."""

PATCH_WITHIN = {"critical": timedelta(hours=4), "high": timedelta(hours=24), "medium": timedelta(days=7)}
"""Section 3: severity of a vulnerability -> patched within."""

PATCH_STEPS = ("Assess", "Isolate", "Patch", "Test", "Deploy", "Communicate", "Review")
"""Section 3: what is done about a vulnerability, in order."""

BACKUP_EVERY = timedelta(days=1)
"""Section 4."""

KEPT_AT_LEAST = timedelta(days=7)
"""Shorter than this, damage that is found after a long weekend cannot be undone."""

PHASES = ("Detection", "Triage", "Communication", "Investigation", "Mitigation", "Resolution", "Post-mortem")
"""Section 5. Mitigation before investigation is allowed: it is what the SOP's own on-call table asks for."""

INCIDENT_CLOCKS = {
    "P1": (timedelta(minutes=15), timedelta(hours=4)),
    "P2": (timedelta(minutes=30), timedelta(hours=8)),
    "P3": (timedelta(hours=4), timedelta(hours=24)),
    "P4": (timedelta(days=1), timedelta(days=14)),
}
"""Section 6: severity -> acknowledged and resolved within. "Next day" is a day, "next sprint" two weeks."""

POST_MORTEM_WITHIN = timedelta(hours=48)
"""Section 5, for P1 and P2."""

DRILL_EVERY = timedelta(days=92)
"""Section 1: the disaster recovery test, each quarter."""

PULL_REQUEST_WAITS = timedelta(days=30)
"""Section 2 updates each week; after a month without an answer the update is refused by silence."""

POST_MORTEM_SECTIONS = (
    "Summary",
    "Timeline",
    "Root cause",
    "Contributing factors",
    "Resolution",
    "Impact",
    "Lessons learned",
    "Action items",
)
"""Section 8."""

OUTPUTS = (
    ".github/workflows/sop-update.yml",
    "docs/maintenance/README.md",
    "docs/maintenance/agent-prompt.md",
    "docs/maintenance/dependency-updates.md",
    "docs/maintenance/on-call.md",
    "docs/maintenance/review-checklist.md",
    "docs/maintenance/schedule.md",
)
"""Outputs and Review Checklist: the files that a person looks for and that no check of its own asks for."""

BACKUP_WORKFLOWS = (".github/workflows/backup.yml", ".github/workflows/restore-drill.yml")
"""Outputs: judged as what they are meant to be, also when they do something else."""

BACKUP_OUTPUTS = (
    ".github/workflows/backup-prune.yml",
    "docs/maintenance/backups.md",
    "scripts/backup-database.sh",
)
"""Outputs that only a repository with a database owes."""
