"""One setting of a store, and what it means for backups."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a store.

    Attributes:
        name: What it is about, such as `versioning`.
        found: How it is set, or why that is unknown.
        good: Whether backups are safe with it; None when that is unknown.
        look: The command by which a person finds out or changes it.
    """

    name: str
    found: str
    good: bool | None
    look: str
