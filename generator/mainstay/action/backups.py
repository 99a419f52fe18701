"""`command: backup` and `command: restore-drill`. One database that fails does not keep the others from being tried."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

from mainstay.action.inputs import Inputs
from mainstay.action.outcome import Outcome, explain
from mainstay.action.outputs import Annotation, Level, cell, table
from mainstay.backup import Manifest, identities_in, scratch_url_of, sources_of, take_backup
from mainstay.backup.drill import Drill, exit_code_of, run_drill
from mainstay.backup.signalling import Channels, backups_told, channels_of, drills_told
from mainstay.backup.signals import BackupFailed, BackupSucceeded, DrillFailed, DrillSucceeded, reason_of
from mainstay.backup.source import databases_of
from mainstay.errors import ExitCode, MainstayError, PolicyError
from mainstay.platform.clock import SystemClock
from mainstay.platform.github import issues_of
from mainstay.policy import Policy, load_policy
from mainstay.policy.backups import Backups
from mainstay.report.backup_drill import drill_summary
from mainstay.report.progress import progress_on
from mainstay.report.quantities import count_text, size_text, span_text

Done = TypeVar("Done")
_CLOCK = SystemClock()
_SCRATCH = "MAINSTAY_SCRATCH_URL"
_PASSED = {True: "equal to the manifest", False: "loaded; its content is unknown"}


def backup(inputs: Inputs, environ: Mapping[str, str]) -> Outcome:
    """Take a backup of each database of the policy, or of the one that is named, and tell those who have to know."""
    policy, warnings = load_policy(inputs.root), list[str]()
    promised, names = _promised(policy), databases_of(policy, inputs.database)
    progress, channels = progress_on(sys.stdout, _CLOCK), _channels(promised, environ, warnings)
    with backups_told(names, channels, whole=inputs.database is None) as events:
        sources = {source.name: source for source in sources_of(policy, environ, inputs.database)}
        taken, failures = _attempt(
            sources,
            lambda name: take_backup(
                sources[name],
                promised.store,
                encrypt_to=promised.encrypt_to,
                guards=promised.guards,
                clock=_CLOCK,
                progress=progress,
                run_url=channels.run_url,
            ),
        )
        events += [BackupSucceeded(name, made.id) for name, made in taken.items()]
        warnings += [f"{name}: {caveat}" for name, made in taken.items() for caveat in made.caveats]
        events += [BackupFailed(name, reason_of(failure)) for name, failure in failures.items()]
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
        _annotations(failures, warnings),
    )


def restore_drill(inputs: Inputs, environ: Mapping[str, str]) -> Outcome:
    """Prove the newest backup of each database in a scratch database, and time it."""
    policy, warnings = load_policy(inputs.root), list[str]()
    promised, names = _promised(policy), databases_of(policy, inputs.database)
    progress, channels = progress_on(sys.stdout, _CLOCK), _channels(promised, environ, warnings)
    with drills_told(names, channels) as events:
        drills, failures = _attempt(
            names,
            lambda name: run_drill(
                name,
                promised,
                server_url=scratch_url_of(policy, name, environ, _SCRATCH if environ.get(_SCRATCH) else None),
                identities=identities_in(environ),
                assertions=policy.databases[name].assertions,
                clock=_CLOCK,
                progress=progress,
                warn=lambda text: warnings.append(f"{name}: {text}"),
                run_url=channels.run_url,
            ),
        )
        failures |= {name: failure for name, drill in drills.items() if (failure := drill.failure)}
        events += [DrillFailed(name, reason_of(failure)) for name, failure in failures.items()]
        events += [
            DrillSucceeded(name, drill.manifest.id) for name, drill in drills.items() if name not in failures
        ]
    return Outcome(
        f"Restore drills passed: {len(names) - len(failures)} of {count_text(len(names), 'database')}",
        max(map(exit_code_of, failures.values()), default=ExitCode.OK),
        _details(
            table(("Database", "Backup", "Age", "Restored in", "Result"), map(_drill_row, drills.values())),
            failures,
        ),
        {name: drill_summary(drill) for name, drill in drills.items()},
        _annotations(failures, warnings),
    )


def _channels(promised: Backups, environ: Mapping[str, str], warnings: list[str]) -> Channels:
    """Return who is told. Without a token no issue is kept: a workflow of an older revision gives none."""
    issues = partial(issues_of, environ) if environ.get("GITHUB_TOKEN") else None
    return channels_of(promised, environ, warnings.append, run_url=_run_url(environ), issues=issues)


def _promised(policy: Policy) -> Backups:
    if policy.backups is None:
        raise PolicyError(
            "the policy has no backups", hint="add `backups:` with a store to .github/mainstay.yml"
        )
    return policy.backups


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


def _annotations(failures: Mapping[str, MainstayError], warnings: Iterable[str]) -> tuple[Annotation, ...]:
    return (
        *(Annotation(f"{name}: {explain(failure)}") for name, failure in failures.items()),
        *(Annotation(text, Level.WARNING) for text in warnings),
    )


def _run_url(environ: Mapping[str, str]) -> str | None:
    parts = [environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else None


def _taken_row(made: Manifest) -> tuple[str, ...]:
    return (
        cell(made.database),
        cell(made.id),
        f"{count_text(made.content.rows, 'row')} in {count_text(len(made.content.tables), 'table')}"
        if made.content.known
        else "unknown",
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
        f"{drill.verification.level}, {_PASSED[drill.manifest.content.known]}" if drill.passed else "failed",
    )
