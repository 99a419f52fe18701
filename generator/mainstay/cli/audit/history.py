"""Audits of the past, for the plot of the trend. It decides over nothing: what cannot be read is left out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mainstay.audit import Online
from mainstay.errors import MainstayError
from mainstay.evidence import BRANCH, PATH, Ledger, parse_ledger, read_ledger
from mainstay.platform.process import run
from mainstay.report.html.trend import TrendPoint, history_of

_REFS = (f"refs/remotes/origin/{BRANCH}", f"refs/heads/{BRANCH}")
"""Where a clone has the ledger."""


def past_audits(root: Path, online: Online | None) -> Iterable[TrendPoint]:
    """Return the audits that the evidence ledger records: the one on GitHub, or offline the one in the clone."""
    try:
        ledger = read_ledger(online.connect().contents) if online else _cloned(root)
    except MainstayError:
        return ()
    return history_of(ledger or Ledger())


def _cloned(root: Path) -> Ledger | None:
    for ref in _REFS:
        done = run(["git", "-C", root, "cat-file", "blob", f"{ref}:{PATH}"], check=False, timeout_seconds=60)
        if done.returncode == 0:
            return parse_ledger(done.stdout)
    return None
