"""Repairs the tables in the documents: what `mainstay sync` would write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mainstay.audit.fixes.change import Change, Refused, read_inside
from mainstay.audit.model import Finding
from mainstay.errors import MainstayError
from mainstay.policy import load_policy
from mainstay.policy.tables import TABLES
from mainstay.scaffold.sync import fill_tables


def tables_synced(root: Path, found: Sequence[tuple[str, Finding]]) -> Iterator[Change | Refused]:
    """Yield each document that a finding is in, with its tables as the policy has them."""
    policy = load_policy(root)
    tables = {name: table(policy) for name, table in TABLES.items()}
    for path in sorted({finding.at.path for _, finding in found}):
        try:
            before = read_inside(root, path)
            yield Change(path, before, fill_tables(before.decode(), tables, path).encode())
        except (MainstayError, UnicodeDecodeError) as error:
            yield Refused(f"{path}: {error}")
