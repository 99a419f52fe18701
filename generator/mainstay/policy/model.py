"""What a policy says: the shape of `.github/mainstay.yml`, with the SOP's own figures as defaults.

Keys are written with hyphens in the file (`on-call`) and with underscores in Python (`on_call`).
Unknown keys are refused: a mistyped figure must not silently fall back to a default.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from mainstay.policy.backups import Backups
from mainstay.policy.databases import Database
from mainstay.policy.section import Section
from mainstay.policy.values import (
    Day,
    Duration,
    EnvironmentVariable,
    Handle,
    Line,
    Person,
    Zone,
)


class Owner(StrEnum):
    """The roles that the SOP gives duties to (SOP-603 section 1)."""

    DEV_TEAM = "dev-team"
    DEVOPS = "devops"
    TECH_LEAD = "tech-lead"
    SECURITY_TEAM = "security-team"


OwnerName = Annotated[Owner, Field(strict=False)]


class Team(Section):
    """Who answers for what."""

    owners: dict[OwnerName, Handle] = Field(default_factory=dict)
    """Role in the SOP -> GitHub user or team that fills it."""
    on_call: list[Person] = Field(default_factory=list)
    """Who may command an incident."""


class Severity(Section):
    """What a severity means and which clocks it starts (SOP-603 section 6)."""

    means: Line
    """What it is, in one line."""
    examples: list[Line] = Field(default_factory=list)
    """What it typically looks like."""
    acknowledge: Duration
    """Time from declaration until somebody has taken command."""
    resolve: Duration
    """Time from declaration until users are no longer affected."""
    update_every: Duration
    """How long silence may last while it is open."""
    status_page: bool
    """Whether users are told on the status page."""
    post_mortem: Duration | None = None
    """Time from resolution to a complete draft; none means no post-mortem is owed."""

    @model_validator(mode="after")
    def _acknowledged_before_resolved(self) -> Self:
        if self.acknowledge > self.resolve:
            raise ValueError("acknowledge is longer than resolve")
        return self


SeverityName = Literal["P1", "P2", "P3", "P4"]


class Incidents(Section):
    """How incidents are judged (SOP-603 sections 5 and 6)."""

    severities: dict[SeverityName, Severity]
    """`P1` to `P4`, each with its clocks; a graver one never has a longer clock."""
    status_page: str | None = None
    """Address of the public status page."""
    notify: list[EnvironmentVariable] = Field(default_factory=list)
    """Variables that hold the addresses which are told of an incident."""

    @model_validator(mode="after")
    def _complete_and_monotone(self) -> Self:
        missing = [name for name in ("P1", "P2", "P3", "P4") if name not in self.severities]
        if missing:
            raise ValueError(f"severities lacks {', '.join(missing)}")
        ordered = [self.severities[name] for name in ("P1", "P2", "P3", "P4")]
        for worse, milder in pairwise(ordered):
            if worse.acknowledge > milder.acknowledge or worse.resolve > milder.resolve:
                raise ValueError("a graver severity must not have a longer clock than a milder one")
        return self


class PerPatchSeverity(Section):
    """One span per severity of a vulnerability."""

    critical: Duration
    """Span for critical vulnerabilities."""
    high: Duration
    """Span for high ones."""
    medium: Duration
    """Span for medium ones."""
    low: Duration | Literal["next-release"]
    """Span for low ones, or `next-release`."""


class PatchExamples(Section):
    """What each severity of a vulnerability typically looks like."""

    critical: list[Line] = Field(default_factory=list)
    """Examples of critical vulnerabilities."""
    high: list[Line] = Field(default_factory=list)
    """Examples of high ones."""
    medium: list[Line] = Field(default_factory=list)
    """Examples of medium ones."""
    low: list[Line] = Field(default_factory=list)
    """Examples of low ones."""


class Security(Section):
    """How fast vulnerabilities are looked at and fixed (SOP-603 section 3)."""

    respond_within: PerPatchSeverity
    """Until somebody has looked at an alert and decided."""
    patch_within: PerPatchSeverity
    """Until the fix is in production."""
    examples: PatchExamples = PatchExamples()
    """What each severity typically looks like."""


Period = Literal["immediately", "day", "week", "month", "quarter"]
TaskEvidence = Literal["dependabot", "security-alerts", "backup", "restore-drill", "checklist"]


class Task(Section):
    """A line of the maintenance schedule (SOP-603 section 1)."""

    name: Line
    """What is done."""
    every: Period
    """How often: `immediately`, `day`, `week`, `month` or `quarter`."""
    owner: OwnerName
    """Role that answers for it."""
    evidence: TaskEvidence
    """What proves that it was done."""


class ChecklistItem(Section):
    """A line of a checklist, with the role that ticks it."""

    item: Line
    """What is looked at."""
    owner: OwnerName
    """Role that ticks it."""


class Weekly(Section):
    """The weekly checklist, by day."""

    monday: list[ChecklistItem] = Field(default_factory=list)
    """Lines for Monday."""
    wednesday: list[ChecklistItem] = Field(default_factory=list)
    """Lines for Wednesday."""
    friday: list[ChecklistItem] = Field(default_factory=list)
    """Lines for Friday."""


class Checklists(Section):
    """What is looked at how often (SOP-603 section 10)."""

    weekly: Weekly
    """Lines for each week, by day."""
    monthly: list[ChecklistItem] = Field(min_length=1)
    """Lines for each month."""
    quarterly: list[ChecklistItem] = Field(min_length=1)
    """Lines for each quarter."""


class Maintenance(Section):
    """The schedule and its checklists (SOP-603 sections 1 and 10)."""

    tasks: list[Task] = Field(min_length=1)
    """The maintenance schedule: one line per task."""
    checklists: Checklists
    """What is looked at by people."""


class Runbooks(Section):
    """How fresh runbooks have to be."""

    review_every: Duration = timedelta(days=90)
    """A runbook that was not reviewed for longer is a finding."""
    exercise_every: Duration = timedelta(days=180)
    """A runbook that was not exercised for longer is a finding."""


class Waiver(Section):
    """An accepted exception: it has a reason and it ends."""

    check: str = Field(pattern=r"^[A-Z]{2,5}[0-9]{3}$")
    """Id of the check, such as `BK201`."""
    reason: str = Field(min_length=8)
    """Why it is accepted: whoever reads the report sees it."""
    expires: Day
    """Day on which the finding returns."""
    path: str | None = None
    """File that the waiver is limited to."""
    approved_by: Handle | None = None
    """Who accepted it."""


class Audit(Section):
    """What the audit fails on."""

    fail_on: Literal["low", "medium", "high", "critical"] = "high"
    """Severity from which a finding fails the audit."""
    waivers: list[Waiver] = Field(default_factory=list)
    """Findings that are accepted for a time."""


class Policy(Section):
    """The whole of `.github/mainstay.yml`."""

    version: Literal[1]
    """Version of this format."""
    timezone: Zone = "UTC"
    """IANA time zone in which schedules and deadlines are shown."""
    team: Team = Team()
    """Who answers for what."""
    databases: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,40}$")], Database] = Field(
        default_factory=dict
    )
    """Name -> a database that is backed up."""
    backups: Backups | None = None
    """Where backups go and what they promise; needed when a database is named."""
    incidents: Incidents
    """Severities and their clocks."""
    security: Security
    """How fast vulnerabilities are looked at and fixed."""
    maintenance: Maintenance
    """The schedule and the checklists."""
    runbooks: Runbooks = Runbooks()
    """How fresh runbooks have to be."""
    audit: Audit = Audit()
    """What the audit fails on, and what is waived."""

    @model_validator(mode="after")
    def _databases_have_a_store(self) -> Self:
        if self.databases and self.backups is None:
            raise ValueError("databases are named but backups.store is not")
        return self
