"""`command: prune`. It deletes only when the variable BACKUP_PRUNE says `apply`, and only shows otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mainstay.action.inputs import Inputs
from mainstay.action.outcome import Outcome, explain
from mainstay.action.outputs import Annotation, cell, table
from mainstay.backup import PruneResult, prune_backups
from mainstay.errors import ExitCode, MainstayError, PolicyError, UsageError
from mainstay.platform.clock import SystemClock
from mainstay.policy import load_policy
from mainstay.report.backup_list import prune_summary
from mainstay.report.quantities import count_text, size_text

_SWITCH, _APPLY = "BACKUP_PRUNE", "apply"
_CLOCK = SystemClock()


def prune(inputs: Inputs, environ: Mapping[str, str]) -> Outcome:
    """Show which backups the policy no longer keeps, and delete them if that is asked for."""
    policy, apply = load_policy(inputs.root), environ.get(_SWITCH, "") == _APPLY
    if policy.backups is None:
        raise PolicyError(
            "the policy has no backups", hint="add `backups:` with a store to .github/mainstay.yml"
        )
    names = [name for name in policy.databases if inputs.database in {None, name}]
    if not names:
        raise UsageError("the policy names no such database", hint=f"it has: {', '.join(policy.databases)}")
    results: dict[str, PruneResult] = {}
    failures: dict[str, MainstayError] = {}
    for name in names:
        try:
            results[name] = prune_backups(
                policy.backups.store, name, policy.backups, apply=apply, clock=_CLOCK
            )
        except MainstayError as error:
            failures[name] = error
    return Outcome(
        _verdict(list(results.values()), apply=apply),
        max((failure.exit_code for failure in failures.values()), default=ExitCode.OK),
        "\n\n".join(
            [
                table(("Database", "Backup", "Decision", "Kept by"), _rows(results)),
                *(f"**{name} failed:** {cell(explain(error))}" for name, error in failures.items()),
            ]
        ),
        {name: prune_summary(result) for name, result in results.items()},
        tuple(Annotation(f"{name}: {explain(failure)}") for name, failure in failures.items()),
    )


def _verdict(results: Sequence[PruneResult], *, apply: bool) -> str:
    count = sum(len(result.deleted) for result in results)
    what = f"{count_text(count, 'backup')} ({size_text(sum(result.freed_bytes for result in results))})"
    if apply:
        return f"Pruned: {what} deleted"
    return f"Dry run: {what} would be deleted; set the variable {_SWITCH} to {_APPLY} to delete"


def _rows(results: Mapping[str, PruneResult]) -> Iterator[tuple[str, ...]]:
    for name, result in results.items():
        for decision in result.plan.decisions:
            kept = "retained by the store" if decision.backup_id in result.retained else "delete"
            word = "keep" if decision.kept else kept
            yield cell(name), cell(decision.backup_id), word, ", ".join(decision.reasons)
