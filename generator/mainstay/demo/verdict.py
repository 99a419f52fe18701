"""What the demo found out: figures as data. `demo.text` turns them into what people read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from mainstay.report.quantities import count_text, size_text


@dataclass(frozen=True, slots=True)
class Amount:
    """What came out of a step: so many bytes, rows, files."""

    value: int
    unit: str

    @property
    def text(self) -> str:
        """The amount for people."""
        return size_text(self.value) if self.unit == "byte" else count_text(self.value, self.unit)


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step that was taken, with its size and time."""

    title: str
    amount: Amount
    seconds: float


@dataclass(frozen=True, slots=True)
class Compared:
    """What was counted before the database was destroyed, and how the restored one differs from it."""

    tables: int
    rows: int
    sequences: int
    objects: int
    large_objects: int
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backup:
    """The backup that was taken, and how long the restore from it took."""

    id: str
    store: str
    database_bytes: int
    dump_bytes: int
    stored_bytes: int
    restore_seconds: float
    allowed_seconds: float

    @property
    def within_rto(self) -> bool:
        """Whether the restore kept the policy's recovery time."""
        return self.restore_seconds <= self.allowed_seconds


@dataclass(frozen=True, slots=True)
class Unmet:
    """A check that found something: what it expects, and how often that is not so."""

    check: str
    severity: str
    expects: str
    findings: int


@dataclass(frozen=True, slots=True)
class Audited:
    """What the audit said.

    Attributes:
        verdict: In one sentence.
        unmet: The checks that found something, gravest first.
        crashed: The checks that failed themselves: bugs of mainstay.
    """

    verdict: str
    unmet: tuple[Unmet, ...]
    crashed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a demo.

    Attributes:
        steps: What was done, in order.
        created: Paths of the files that the template added.
        compared: The proof.
        backup: The backup and the restore.
        audit: The audit of the repository.
        reports: Files that survive the demo.
    """

    steps: tuple[StepTaken, ...]
    created: tuple[str, ...]
    compared: Compared
    backup: Backup
    audit: Audited
    reports: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether the restored database is equal to the destroyed one."""
        return not self.compared.differences

    @property
    def seconds(self) -> float:
        """How long all steps took together."""
        return sum(step.seconds for step in self.steps)

    def to_json(self) -> str:
        """Return the verdict for programs; sizes in bytes, spans in seconds."""
        return json.dumps({"proved": self.proved, **asdict(self)}, indent=2, ensure_ascii=False)
