"""`mainstay audit fix`: repair what mainstay can repair by itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from mainstay.audit import run_audit
from mainstay.audit.fixes import Plan, plan_fixes, write_fixes
from mainstay.cli.audit.options import selection
from mainstay.cli.options import path_argument
from mainstay.errors import UsageError
from mainstay.platform.clock import SystemClock
from mainstay.platform.git import GitError, Repository
from mainstay.report.fixes import fix_lines


@click.command()
@path_argument
@click.option("--dry-run", "-n", is_flag=True, help="Show the changes and write nothing.")
@click.option("--unsafe", is_flag=True, help="Also make changes that can break what works.")
@click.option("--allow-dirty", is_flag=True, help="Change files that have changes not committed yet.")
@selection
def fix(
    path: Path,
    dry_run: bool,
    unsafe: bool,
    allow_dirty: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
) -> None:
    """Repair what can be repaired without a person, and show it as a diff.

    Keys that a workflow lacks, updates that .github/dependabot.yml lacks, tables that differ from the policy. Only
    adds; no comment, no order and no value of yours changes. Files with changes that are not committed are refused,
    so that `git diff` shows what was done and `git checkout` undoes it.
    """
    report = run_audit(path, clock=SystemClock(), select=select, ignore=ignore)
    plan = plan_fixes(path, report, unsafe=unsafe)
    if plan.changes and not (dry_run or allow_dirty):
        _require_clean(path, [change.path for change in plan.changes])
    if not dry_run:
        write_fixes(path, plan)
    left = report if dry_run else run_audit(path, clock=SystemClock(), select=select, ignore=ignore)
    _print(plan, report.severities.total(), left.severities.total(), dry_run=dry_run)


def _print(plan: Plan, before: int, after: int, *, dry_run: bool) -> None:
    click.echo("\n".join(fix_lines(plan, repaired=None if dry_run else before - after, left=after)))


def _require_clean(root: Path, paths: Iterable[str]) -> None:
    """Refuse to change what git could not give back."""
    hint = "commit or stash first, or give --allow-dirty"
    try:
        repository = Repository.containing(root)
        prefix = root.resolve().relative_to(repository.root.resolve())
        changed = set(repository.changes())
    except GitError as error:
        raise UsageError(
            "the repository is not in git, so a change could not be undone", hint=hint
        ) from error
    if dirty := [path for path in paths if (prefix / path).as_posix() in changed]:
        raise UsageError(f"these files have changes that are not committed: {', '.join(dirty)}", hint=hint)
