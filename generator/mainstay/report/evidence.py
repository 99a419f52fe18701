"""`mainstay evidence list`: what was recorded."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mainstay.evidence import Entry
from mainstay.report.escape import visible


def ledger_lines(entries: Sequence[Entry]) -> list[str]:
    """Return a line for each entry, for a person."""
    return [_line(entry) for entry in entries] or ["nothing is recorded"]


def _line(entry: Entry) -> str:
    word = "passed" if entry.passed else "FAILED"
    facts = " ".join(f"{name}={value}" for name, value in entry.facts.items())
    parts = (f"{entry.at:%Y-%m-%d %H:%M}", f"{entry.kind:9}", word, entry.subject, facts, entry.run_url or "")
    return visible("  ".join(part for part in parts if part))


def ledger_json(entries: Sequence[Entry]) -> str:
    """Return the entries as JSON."""
    return json.dumps({"entries": [entry.model_dump(mode="json") for entry in entries]}, indent=2)
