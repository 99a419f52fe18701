"""The evidence ledger of the repository."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.audit.model import Unavailable
from mainstay.evidence import Entry, Ledger, read_ledger
from mainstay.platform.github import GitHub


@dataclass(frozen=True, slots=True)
class StoredLedger:
    """The ledger as it is on its branch; nothing when none was begun."""

    ledger: Ledger | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the ledger proves."""

    ledger: Ledger

    def newest(self, kind: str, subject: str | None = None) -> Entry | None:
        """Return the newest line of a kind."""
        return next(self.ledger.of(kind, subject), None)


def stored_ledger(github: GitHub) -> StoredLedger:
    """Return the ledger."""
    return StoredLedger(read_ledger(github.contents))


def evidence(stored: StoredLedger) -> Evidence:
    """Return what the ledger proves; nothing when none was begun.

    Raises:
        Unavailable: The chain is broken, so no line proves anything.
    """
    ledger = stored.ledger or Ledger()
    if ledger.breaks:
        first = ledger.breaks[0]
        raise Unavailable(f"the evidence ledger is broken in line {first.line}: {first.why} (SOP203)")
    return Evidence(ledger)
