"""The only place that reads the time. Everything else is given a Clock, so that a test can set it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time of day and measures spans."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...

    def elapsed(self) -> float:
        """Return seconds on a clock that never goes back; only differences mean anything."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the one place

    def elapsed(self) -> float:
        """Return seconds on a monotonic clock."""
        return time.monotonic()


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved; for tests and for reproducible documents."""

    at: datetime
    seconds: float = 0.0

    def now(self) -> datetime:
        """Return the time that was set."""
        return self.at

    def elapsed(self) -> float:
        """Return the span that was set."""
        return self.seconds


def cpu_seconds() -> float:
    """Return how much processor time this process has used so far."""
    return time.process_time()
