"""What the policy says about backups (SOP-603 section 4)."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Literal

from pydantic import Field

from mainstay.policy.section import Section
from mainstay.policy.values import Duration, EnvironmentVariable, Recipient, Share, StoreUrl


class Keep(Section):
    """How many backups of each age are kept: grandfather, father, son, counted in ISO weeks and UTC."""

    last: int = Field(default=3, ge=1)
    """The newest ones, whatever their age."""
    daily: int = Field(default=7, ge=0)
    """The newest of each of so many days."""
    weekly: int = Field(default=5, ge=0)
    """The newest of each of so many ISO weeks."""
    monthly: int = Field(default=12, ge=0)
    """The newest of each of so many months."""
    yearly: int = Field(default=0, ge=0)
    """The newest of each of so many years."""


class Prune(Section):
    """What deleting old backups may cost at most."""

    largest_share: Share = Field(default=Fraction(1, 2), json_schema_extra={"default": "50%"})
    """Of all backups of a database, at most this share is deleted in one run; a plan for more is refused."""


class Guards(Section):
    """What makes a backup look wrong although everything worked."""

    on_empty: Literal["fail", "warn"] = "fail"
    """What to do when the database holds no table, or no row at all."""
    largest_drop: Share = Field(default=Fraction(1, 2), json_schema_extra={"default": "50%"})
    """Tables, rows or bytes may be fewer than in the backup before by at most this share."""
    on_drop: Literal["fail", "warn"] = "fail"
    """What to do when they are fewer than that."""


class Backups(Section):
    """Where backups go and what they promise (SOP-603 section 4)."""

    store: StoreUrl
    """Where backups are kept: `s3://bucket/prefix`, `gs://…`, `az://…` or `file:///folder`."""
    rpo: Duration = timedelta(hours=26)
    """Recovery point objective: at most this much work is lost."""
    rto: Duration = timedelta(hours=4)
    """Recovery time objective: a restore is finished within this time."""
    keep: Keep = Keep()
    """How many backups of each age are kept."""
    prune: Prune = Prune()
    """What deleting old backups may cost at most."""
    guards: Guards = Guards()
    """What makes a backup look wrong although everything worked."""
    encrypt_to: list[Recipient] = Field(default_factory=list)
    """Public keys of age; the private ones stay with those who restore."""
    drill_every: Duration = timedelta(days=7)
    """How often the newest backup is restored into a scratch database."""
    heartbeat: EnvironmentVariable | None = None
    """Variable that holds the address of a dead-man switch outside GitHub."""
    notify: list[EnvironmentVariable] = Field(default_factory=list)
    """Variables that hold addresses of apprise: who is told when a backup or a drill fails."""
