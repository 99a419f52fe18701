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

from mainstay.policy.backups import Backups, Database
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
    on_call: list[Person] = Field(default_factory=list)
    """Who may command an incident."""


class Severity(Section):
    """What a severity means and which clocks it starts (SOP-603 section 6)."""

    means: Line
    examples: list[Line] = Field(default_factory=list)
    acknowledge: Duration
    resolve: Duration
    update_every: Duration
    status_page: bool
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
    status_page: str | None = None
    notify: list[EnvironmentVariable] = Field(default_factory=list)

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
    high: Duration
    medium: Duration
    low: Duration | Literal["next-release"]


class PatchExamples(Section):
    """What each severity of a vulnerability typically looks like."""

    critical: list[Line] = Field(default_factory=list)
    high: list[Line] = Field(default_factory=list)
    medium: list[Line] = Field(default_factory=list)
    low: list[Line] = Field(default_factory=list)


class Security(Section):
    """How fast vulnerabilities are looked at and fixed (SOP-603 section 3)."""

    respond_within: PerPatchSeverity
    patch_within: PerPatchSeverity
    examples: PatchExamples = PatchExamples()


Period = Literal["immediately", "day", "week", "month", "quarter"]
TaskEvidence = Literal["dependabot", "security-alerts", "backup", "restore-drill", "checklist"]


class Task(Section):
    """A line of the maintenance schedule (SOP-603 section 1)."""

    name: Line
    every: Period
    owner: OwnerName
    evidence: TaskEvidence


class ChecklistItem(Section):
    """A line of a checklist, with the role that ticks it."""

    item: Line
    owner: OwnerName


class Weekly(Section):
    """The weekly checklist, by day."""

    monday: list[ChecklistItem] = Field(default_factory=list)
    wednesday: list[ChecklistItem] = Field(default_factory=list)
    friday: list[ChecklistItem] = Field(default_factory=list)


class Checklists(Section):
    """What is looked at how often (SOP-603 section 10)."""

    weekly: Weekly
    monthly: list[ChecklistItem] = Field(min_length=1)
    quarterly: list[ChecklistItem] = Field(min_length=1)


class Maintenance(Section):
    """The schedule and its checklists (SOP-603 sections 1 and 10)."""

    tasks: list[Task] = Field(min_length=1)
    checklists: Checklists


class Runbooks(Section):
    """How fresh runbooks have to be."""

    review_every: Duration = timedelta(days=90)
    exercise_every: Duration = timedelta(days=180)


class Waiver(Section):
    """An accepted exception: it has a reason and it ends."""

    check: str = Field(pattern=r"^[A-Z]{2,5}[0-9]{3}$")
    reason: str = Field(min_length=8)
    expires: Day
    path: str | None = None
    approved_by: Handle | None = None


class Audit(Section):
    """What the audit fails on."""

    fail_on: Literal["low", "medium", "high", "critical"] = "high"
    waivers: list[Waiver] = Field(default_factory=list)


class Policy(Section):
    """The whole of `.github/mainstay.yml`."""

    version: Literal[1]
    timezone: Zone = "UTC"
    team: Team = Team()
    databases: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,40}$")], Database] = Field(
        default_factory=dict
    )
    backups: Backups | None = None
    incidents: Incidents
    security: Security
    maintenance: Maintenance
    runbooks: Runbooks = Runbooks()
    audit: Audit = Audit()

    @model_validator(mode="after")
    def _databases_have_a_store(self) -> Self:
        if self.databases and self.backups is None:
            raise ValueError("databases are named but backups.store is not")
        return self
