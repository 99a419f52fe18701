"""Repositories for tests of the audit: a healthy one, and ways to break it."""

from __future__ import annotations

import atexit
import functools
import re
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from helpers.rendering import render
from mainstay.audit import Finding, Outcome, Report, run_audit
from mainstay.audit.model import Result
from mainstay.platform.clock import FixedClock
from mainstay.policy import load_policy
from mainstay.scaffold import sync_documents

POLICY = ".github/mainstay.yml"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ACTION = "acme/mainstay@" + "a1" * 20

ANSWERS = {
    "project_name": "Bookshop",
    "ecosystems": ["github-actions", "npm"],
    "package_manager": "npm",
    "dev_team": "@acme/dev",
    "on_call": ["@ana", "@bo"],
}

_CI = """\
name: CI
on: push
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
        with: {persist-credentials: false}
"""
_WAIVER = """\
  waivers:
    - check: WF102
      path: .github/workflows/ci.yml
      reason: The platform team pins this one (OPS-7)
      expires: 2027-01-31
"""
_POST_MORTEM = """\
---
incident: 1
---

# Incident Post-Mortem: checkout was down

## Summary

Nobody could pay for twelve minutes.

## Timeline (all times UTC)

| Time | Event |
| --- | --- |
| 14:00 | Alert |

## Root Cause

The pool was too small.

## Contributing Factors

- No alert on the pool.

## Resolution

The pool was enlarged.

## Impact

- Users affected: 40

## Lessons Learned

### What went well

- The rollback.

## Action Items

| Action | Owner | Due Date | Status |
| --- | --- | --- | --- |
| Alert on the pool | @ana | 2026-12-01 | Open |
"""


def healthy(into: Path) -> Path:
    """Return `into`, now a repository in which the audit finds nothing: one finding is waived, the rest is kept."""
    return shutil.copytree(_healthy(), into, dirs_exist_ok=True)


@functools.cache
def _healthy() -> Path:
    folder = tempfile.mkdtemp(prefix="mainstay-healthy-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return adopt(render(Path(folder), **ANSWERS))


def adopt(root: Path) -> Path:
    """Do in a fresh copy what people have to do after it, and let it have had an incident; its path."""
    for path in [path for path in root.rglob("*") if path.suffix in {".md", ".yml"}]:
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"OWNER/REPO@\S+", ACTION, text).replace(
            "last_reviewed: never", "last_reviewed: 2026-11-02"
        )
        text = text.replace("last_exercised: never", "last_exercised: 2026-11-02")
        text = text.replace(
            'exercise_evidence: ""', 'exercise_evidence: "https://github.com/acme/bookshop/issues/2"'
        )
        path.write_text(text, encoding="utf-8")
    write(root, "package.json", '{"name": "bookshop", "dependencies": {"pg": "8"}}\n')
    write(root, ".github/workflows/ci.yml", _CI)
    write(root, "docs/incidents/2026-10-01-checkout-down.md", _POST_MORTEM)
    change(root, ".github/mainstay.yml", "  waivers: []\n", _WAIVER)
    return root


def sync(root: Path) -> None:
    """Let the tables in the documents follow the policy."""
    sync_documents(root, load_policy(root), check=False)


def write(root: Path, path: str, content: str | bytes) -> None:
    """Put a file into the repository, with its folders."""
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content if isinstance(content, bytes) else content.encode())


def change(root: Path, path: str, old: str, new: str) -> None:
    """Replace a piece of a file; it has to be there."""
    text = (root / path).read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path}"
    (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")


def audit(root: Path, *select: str) -> Report:
    """Return what the audit says on the day of the tests."""
    return run_audit(root, clock=FixedClock(NOW), select=select)


def result(report: Report, check_id: str) -> Result:
    """Return what one check said."""
    return next(result for result in report.results if result.check.id == check_id)


def findings(report: Report) -> list[Finding]:
    """Return every finding that stands."""
    return [finding for result in report.results for finding in result.findings]


def having(report: Report, *outcomes: Outcome) -> set[str]:
    """Return the ids of the checks with these outcomes."""
    return {result.check.id for result in report.results if result.outcome in outcomes}


Break = Callable[[Path], None]


def edit(path: str, old: str, new: str) -> Break:
    """Break a repository by replacing a piece of a file."""
    return lambda root: change(root, path, old, new)


def policy(old: str, new: str) -> Break:
    """Change the policy, and let the tables in the documents follow it."""

    def broken(root: Path) -> None:
        change(root, POLICY, old, new)
        sync(root)

    return broken


def add(path: str, content: str | bytes) -> Break:
    """Break a repository by putting a file into it."""
    return lambda root: write(root, path, content)


def remove(path: str) -> Break:
    """Break a repository by deleting a file."""
    return lambda root: (root / path).unlink()


def both(*breaks: Break) -> Break:
    """Break a repository in several places."""

    def broken(root: Path) -> None:
        for each in breaks:
            each(root)

    return broken
