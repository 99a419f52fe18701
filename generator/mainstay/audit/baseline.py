"""Baselines: what was already wrong when somebody began to look, so that only what is new fails the run.

A baseline accepts nothing: its findings stay in every report. Whoever accepts a finding writes a waiver, with a
reason and an end.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mainstay.audit.model import Outcome, Report
from mainstay.errors import UsageError

_MAX_BYTES = 16 << 20


class Entry(BaseModel):
    """One finding that was there."""

    model_config = ConfigDict(frozen=True)

    check: str
    path: str
    message: str
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{20}$")]


class Baseline(BaseModel):
    """The findings of one run."""

    model_config = ConfigDict(frozen=True)

    schema_version: Literal[1] = 1
    findings: tuple[Entry, ...]


def baseline_of(report: Report) -> Baseline:
    """Return the findings that stand, in an order that makes small diffs."""
    entries = [
        Entry(
            check=result.check.id,
            path=_unicode(finding.at.path),
            message=_unicode(finding.message),
            fingerprint=finding.fingerprint(result.check.id),
        )
        for result in report.results
        for finding in result.findings
    ]
    return Baseline(
        findings=tuple(sorted(entries, key=lambda each: (each.check, each.path, each.fingerprint)))
    )


def compare(report: Report, baseline: Baseline) -> Report:
    """Return the report with what the baseline holds marked as known, and what it held and is gone.

    Where a finding is there more often than before, all that look the same count as new. What was not judged to its
    end is not gone.
    """
    before = Counter(entry.fingerprint for entry in baseline.findings)
    now = Counter(
        finding.fingerprint(result.check.id) for result in report.results for finding in result.findings
    )
    waived = {each.finding.fingerprint(r.check.id) for r in report.results for each in r.waived}
    judged = {
        result.check.id
        for result in report.results
        if not result.incomplete and result.outcome is not Outcome.UNKNOWN
    }
    gone = [
        f"{entry.check} {entry.path}: {entry.message}"
        for entry in baseline.findings
        if entry.check in judged and not now[entry.fingerprint] and entry.fingerprint not in waived
    ]
    known = frozenset(each for each, count in now.items() if count <= before[each])
    return dataclasses.replace(report, known=known, gone=tuple(gone))


def read_baseline(path: Path) -> Baseline:
    """Return the baseline in a file.

    Raises:
        UsageError: It cannot be read, or is none.
    """
    hint = "write one with `mainstay audit --write-baseline FILE`"
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise UsageError(f"{path} is larger than {_MAX_BYTES >> 20} MiB", hint=hint)
        return Baseline.model_validate_json(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise UsageError(f"{path} is no baseline: {place}: {first['msg']}", hint=hint) from error


def baseline_text(baseline: Baseline) -> str:
    """Return a baseline as it is written: JSON with one finding per line, for readable diffs."""
    lines = ",\n".join(f"  {json.dumps(entry.model_dump())}" for entry in baseline.findings)
    findings = f"[\n{lines}\n ]" if lines else "[]"
    return f'{{\n "schema_version": {baseline.schema_version},\n "findings": {findings}\n}}\n'


def _unicode(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
