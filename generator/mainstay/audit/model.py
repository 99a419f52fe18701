"""What an audit is made of: checks give findings, findings make a result, results make a report.

A check returns no verdict. It yields findings; no finding is a pass. It raises `NotApplicable`, and a fact that
cannot be read raises `Unavailable`. So a check cannot report something as good by forgetting a branch.
"""

from __future__ import annotations

import hashlib
import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How much a finding matters; ordered, so that thresholds can be compared."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The word for it in the policy, on the command line and in reports."""
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> Severity:
        """Return the severity that `label` names."""
        return cls[label.upper()]


class Outcome(StrEnum):
    """What became of one check."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    """A fact could not be read, so nothing is claimed."""
    ERROR = "error"
    """The check itself failed: a bug in mainstay."""
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"
    """There are findings, and a waiver in the policy accepts every one of them."""


class NotApplicable(Exception):  # noqa: N818 - an outcome, not an error
    """Raised by a check that has nothing to judge in this repository; the text says why."""


class Unavailable(Exception):  # noqa: N818 - an outcome, not an error
    """Raised by a fact that cannot be read; the text says why. Never a pass."""


class NotAsked(Unavailable):
    """Raised by a fact that whoever started the audit left out of it, such as all online ones. Never a pass."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the repository; lines are counted from 1."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as the SOP wants it.

    Attributes:
        message: What is wrong, one sentence without a full stop.
        at: Where.
        key: What stays the same about it between runs: no line, no age, no count.
        fix: What a person does about it.
        evidence: Values that the judgement rests on.
        note: What the engine adds, such as a waiver that has expired.
    """

    message: str
    at: Location
    key: str
    fix: str
    evidence: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @classmethod
    def missing(cls, path: str) -> Finding:
        """Return the finding that a file of the SOP is not there."""
        fix = "restore it from git, or with `copier update`"
        return cls(message="it is missing", at=Location(path), key="missing", fix=fix)

    def fingerprint(self, check_id: str) -> str:
        """Return an identity that survives edits elsewhere in the file."""
        identity = f"{check_id}\0{self.at.path}\0{self.key}"
        return hashlib.sha256(identity.encode(errors="backslashreplace")).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that a waiver of the policy accepts until a day."""

    finding: Finding
    reason: str
    expires: date
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One question that the audit asks. Its docstring is its page in the documentation."""

    id: str
    title: str
    severity: Severity
    sop: str
    """Section of SOP-603 that wants it, `1` to `10`, or `outputs`."""
    run: Callable[..., Iterable[Finding]]
    requires: tuple[str, ...] = ()
    """Ids of checks without whose pass there is nothing to judge here."""

    @property
    def family(self) -> str:
        """The letters of the id."""
        return self.id.rstrip("0123456789")

    @property
    def page(self) -> str:
        """Why the check matters and how to fix what it finds."""
        return inspect.getdoc(self.run) or ""


@dataclass(frozen=True, slots=True)
class Result:
    """What one check said.

    Attributes:
        check: The check.
        outcome: Its outcome.
        reason: Why it is unknown, not applicable or in error; on a failed check, what could not be read beside it.
        findings: What stands against the repository.
        waived: What was found and is accepted for now.
        not_asked: Whether the reason is that whoever started the audit left it out: unknown, but not incomplete.
    """

    check: Check
    outcome: Outcome
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    waived: tuple[Waived, ...] = ()
    not_asked: bool = False

    @property
    def incomplete(self) -> bool:
        """Whether something that the check needed was asked for and could not be read."""
        if self.not_asked:
            return False
        unread = self.outcome in {Outcome.UNKNOWN, Outcome.ERROR}
        return unread or (self.outcome in {Outcome.FAIL, Outcome.WAIVED} and bool(self.reason))


@dataclass(frozen=True, slots=True)
class Report:
    """One run of the audit, as data.

    Attributes:
        results: One per selected check, in order of id.
        fail_on: Findings of this severity and above fail the run.
        at: When it ran.
        tool_version: The mainstay that ran it.
        inputs: The files that it read, path -> SHA-256.
        known: Fingerprints of findings that a baseline holds; they do not fail the run.
        gone: What a baseline holds and the run does not find any more.
    """

    results: tuple[Result, ...]
    fail_on: Severity
    at: datetime
    tool_version: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    gone: tuple[str, ...] = ()

    @property
    def outcomes(self) -> Counter[Outcome]:
        """How many checks had each outcome."""
        return Counter(result.outcome for result in self.results)

    @property
    def severities(self) -> Counter[Severity]:
        """How many findings stand, by severity."""
        return Counter(result.check.severity for result in self.results for _ in result.findings)

    @property
    def failing(self) -> int:
        """How many findings are severe enough to fail the run, and not in the baseline."""
        return sum(
            not self.is_known(result.check, finding)
            for result in self.results
            if result.check.severity >= self.fail_on
            for finding in result.findings
        )

    def is_known(self, check: Check, finding: Finding) -> bool:
        """Return whether the baseline holds this finding of `check`."""
        return finding.fingerprint(check.id) in self.known

    @property
    def incomplete(self) -> tuple[Result, ...]:
        """The results for which something could not be read."""
        return tuple(result for result in self.results if result.incomplete)

    @property
    def not_asked(self) -> tuple[Result, ...]:
        """The results of checks that were left out on purpose: nothing is claimed about them."""
        return tuple(result for result in self.results if result.not_asked)
