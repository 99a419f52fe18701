"""`command: backup` and `command: restore-drill`. One database that fails does not keep the others from being tried."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from mainstay.action.inputs import Inputs
from mainstay.action.outcome import Outcome, explain
from mainstay.action.outputs import Annotation, Level, cell, table
from mainstay.backup import Manifest, sources_of, take_backup
from mainstay.backup.drill import Drill, run_drill
from mainstay.errors import BackupError, ExitCode, MainstayError, PolicyError, UsageError, VerificationError
from mainstay.platform.clock import SystemClock
from mainstay.policy import Policy, load_policy
from mainstay.policy.backups import Backups
from mainstay.report.progress import progress_on
from mainstay.report.quantities import count_text, size_text, span_text

Done = TypeVar("Done")
_CLOCK = SystemClock()


def backup(inputs: Inputs, environ: Mapping[str, str]) -> Outcome:
    """Take a backup of each database of the policy, or of the one that is named."""
    policy = load_policy(inputs.root)
    store = _promised(policy).store
    sources = {source.name: source for source in sources_of(policy, environ, inputs.database)}
    progress, run_url = progress_on(sys.stdout, _CLOCK), _run_url(environ)
    taken, failures = _attempt(
        sources,
        lambda name: take_backup(sources[name], store, clock=_CLOCK, progress=progress, run_url=run_url),
    )
    return Outcome(
        f"Backups taken: {len(taken)} of {count_text(len(sources), 'database')}",
        _worst(failures.values()),
        _details(
            table(
                ("Database", "Backup", "Content", "Dump", "Stored", "Took"), map(_taken_row, taken.values())
            ),
            failures,
        ),
        {name: {"id": made.id, "size_bytes": made.artifact.size_bytes} for name, made in taken.items()},
        _annotations(failures),
    )


def restore_drill(inputs: Inputs, environ: Mapping[str, str]) -> Outcome:
    """Restore the newest backup of each database into a scratch database, compare it, and time it."""
    policy = load_policy(inputs.root)
    promised, names = _promised(policy), _databases(policy, inputs.database)
    server_url, progress = environ.get("MAINSTAY_SCRATCH_URL") or None, progress_on(sys.stdout, _CLOCK)
    run_url, warnings = _run_url(environ), list[str]()
    drills, failures = _attempt(
        names,
        lambda name: run_drill(
            name,
            promised,
            server_url=server_url,
            clock=_CLOCK,
            progress=progress,
            warn=warnings.append,
            run_url=run_url,
        ),
    )
    failures |= {name: _failure(drill) for name, drill in drills.items() if not drill.passed}
    return Outcome(
        f"Restore drills passed: {len(names) - len(failures)} of {count_text(len(names), 'database')}",
        _worst(failures.values()),
        _details(
            table(("Database", "Backup", "Age", "Restored in", "Result"), map(_drill_row, drills.values())),
            failures,
        ),
        {name: _drill_report(drill) for name, drill in drills.items()},
        (*_annotations(failures), *(Annotation(text, Level.WARNING) for text in warnings)),
    )


def _promised(policy: Policy) -> Backups:
    if policy.backups is None:
        raise PolicyError(
            "the policy has no backups", hint="add `backups:` with a store to .github/mainstay.yml"
        )
    return policy.backups


def _databases(policy: Policy, only: str | None) -> list[str]:
    names = [name for name in policy.databases if only in {None, name}]
    if not names:
        raise UsageError(
            f"the policy has no database {only!r}" if only else "the policy names no database",
            hint=f"it has: {', '.join(policy.databases) or 'none'}",
        )
    return names


def _attempt(
    names: Iterable[str], do: Callable[[str], Done]
) -> tuple[dict[str, Done], dict[str, MainstayError]]:
    """Return what was done and what failed, by name."""
    done: dict[str, Done] = {}
    failures: dict[str, MainstayError] = {}
    for name in names:
        try:
            done[name] = do(name)
        except MainstayError as error:
            failures[name] = error
    return done, failures


def _worst(failures: Iterable[MainstayError]) -> ExitCode:
    return max((failure.exit_code for failure in failures), default=ExitCode.OK)


def _details(done: str, failures: Mapping[str, MainstayError]) -> str:
    return "\n\n".join(
        [done, *(f"**{name} failed:** {cell(explain(error))}" for name, error in failures.items())]
    )


def _annotations(failures: Mapping[str, MainstayError]) -> tuple[Annotation, ...]:
    return tuple(Annotation(f"{name}: {explain(failure)}") for name, failure in failures.items())


def _run_url(environ: Mapping[str, str]) -> str | None:
    parts = [environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else None


def _taken_row(made: Manifest) -> tuple[str, ...]:
    return (
        cell(made.database),
        cell(made.id),
        f"{count_text(made.content.rows, 'row')} in {count_text(len(made.content.tables), 'table')}",
        size_text(made.dump.size_bytes),
        size_text(made.artifact.size_bytes),
        span_text(made.duration_seconds),
    )


def _drill_row(drill: Drill) -> tuple[str, ...]:
    return (
        cell(drill.manifest.database),
        cell(drill.manifest.id),
        span_text(drill.age_seconds),
        span_text(drill.verification.restore_seconds or 0.0),
        "equal to the manifest" if drill.passed else "failed",
    )


def _drill_report(drill: Drill) -> dict[str, object]:
    return {
        "id": drill.manifest.id,
        "age_seconds": drill.age_seconds,
        "restore_seconds": drill.verification.restore_seconds,
        "differences": list(drill.verification.differences),
        "broken_promises": list(drill.broken_promises),
    }


def _failure(drill: Drill) -> MainstayError:
    if drill.verification.differences:
        return VerificationError(
            "the restored database differs: " + "; ".join(drill.verification.differences)
        )
    return BackupError("; ".join(drill.broken_promises))
