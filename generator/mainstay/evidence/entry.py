"""One line of the evidence ledger: what was done, when, by which run, chained to the line before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Kind = Literal["audit", "backup", "checklist", "drill", "incident", "training"]
KINDS: tuple[str, ...] = get_args(Kind)
Fact = str | int | float | bool | None
GENESIS = "0" * 64
"""What the first line has in place of the digest of a line before it."""
_LONGEST_FACT, _MOST_FACTS = 300, 40


def _in_utc(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError("a time without a zone")
    return when.astimezone(UTC)


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Moment = Annotated[datetime, AfterValidator(_in_utc)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something to be recorded.

    Attributes:
        kind: One of `KINDS`.
        subject: What it was done to: a database, an issue, a person.
        passed: Whether it went well.
        facts: Figures and names that prove it, such as the id of a backup.
        run_url: The workflow run that did it.
    """

    kind: str
    subject: str
    passed: bool
    at: datetime
    facts: Mapping[str, Fact] = field(default_factory=dict)
    run_url: str | None = None


class Entry(BaseModel):
    """A line of the ledger. `digest` covers every other field, `previous` is the digest of the line before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    number: Annotated[int, Field(ge=1)]
    at: Moment
    kind: Kind
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    passed: bool
    facts: Annotated[dict[str, Fact], Field(max_length=_MOST_FACTS)] = Field(default_factory=dict)
    run_url: Annotated[str, StringConstraints(max_length=500)] | None = None
    previous: Digest
    digest: Digest

    def same_event(self, event: Event) -> bool:
        """Return whether the line records this event."""
        return (self.kind, self.subject, self.at, self.run_url) == (
            event.kind,
            event.subject,
            event.at,
            event.run_url,
        )

    def line(self) -> str:
        """Return the one way in which the entry is written, without an end of line."""
        return _canonical(self.model_dump(mode="json"))


def entry_of(event: Event, number: int, previous: str) -> Entry:
    """Return the line that records an event after the line with the digest `previous`.

    Raises:
        ValueError: The event is none that a ledger takes.
    """
    facts = {
        name: value[:_LONGEST_FACT] if isinstance(value, str) else value
        for name, value in event.facts.items()
    }
    draft = Entry.model_validate(
        {
            "number": number,
            "at": event.at,
            "kind": event.kind,
            "subject": event.subject,
            "passed": event.passed,
            "facts": facts,
            "run_url": event.run_url,
            "previous": previous,
            "digest": GENESIS,
        }
    )
    return draft.model_copy(update={"digest": digest_of(draft)})


def digest_of(entry: Entry) -> str:
    """Return the digest of every field but `digest`."""
    fields = entry.model_dump(mode="json", exclude={"digest"})
    return hashlib.sha256(_canonical(fields).encode()).hexdigest()


def _canonical(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False)
