"""The restore drill: the newest backup, proved in a scratch database, held against what the policy promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mainstay.backup.catalog import find_backup
from mainstay.backup.manifest import Manifest
from mainstay.backup.recording import verify_and_record
from mainstay.backup.verify import Level, Verification, verify_backup
from mainstay.errors import BackupError, ExitCode, MainstayError, NoBackupError, StoreError, VerificationError
from mainstay.platform.clock import Clock, SystemClock
from mainstay.policy.backups import Backups
from mainstay.policy.durations import spell_duration
from mainstay.progress import SILENT, Progress


@dataclass(frozen=True, slots=True)
class Drill:
    """What came of a drill.

    Attributes:
        manifest: The backup that was restored.
        age_seconds: How old its content was when the drill began: what a disaster then would have cost.
        verification: The restore and its comparison.
        broken_promises: What the policy says and the drill did not find, one line each.
    """

    manifest: Manifest
    age_seconds: float
    verification: Verification
    broken_promises: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the backup was proved, young enough and restored fast enough."""
        return self.failure is None

    @property
    def failure(self) -> BackupError | None:
        """What the drill failed on; none when it passed."""
        if self.verification.differences:
            return VerificationError(
                "the restored database differs: " + "; ".join(self.verification.differences)
            )
        return BackupError("; ".join(self.broken_promises)) if self.broken_promises else None


def run_drill(  # noqa: PLR0913 - which database, what was promised; the rest has defaults
    database: str,
    promised: Backups,
    *,
    server_url: str | None = None,
    identities: Sequence[str] = (),
    assertions: Sequence[str] = (),
    clock: Clock | None = None,
    progress: Progress = SILENT,
    warn: Callable[[str], None] = lambda _: None,
    run_url: str | None = None,
) -> Drill:
    """Prove the newest backup of a database in a scratch database, record what came of it, and return it.

    Where the engine cannot look for damage, the backup is restored and compared only, and a caveat says so.

    Args:
        database: Its name in the policy.
        promised: The store, and the objectives that the drill is held against.
        server_url: The server to restore on; by default a throw-away one.
        identities: Private keys of age, for an encrypted backup.
        assertions: Queries of the team whose only row begins with true.
        clock: Measures.
        progress: Shows the steps.
        warn: Is told what the drill could not prove, and when the store did not take the record.
        run_url: The workflow run that this is.

    Raises:
        NoBackupError: There is no backup.
        VerificationError: The artifact is damaged.
        StoreError: The store cannot be read.
        EngineError: The scratch server refuses, or there is no server of this version.
    """
    clock = clock or SystemClock()
    manifest = find_backup(promised.store, database)
    age_seconds = (clock.now() - manifest.taken_at).total_seconds()

    def verified() -> Verification:
        return verify_backup(
            manifest,
            promised.store,
            level=Level.PROVED,
            may_settle=True,
            assertions=assertions,
            server_url=server_url,
            identities=identities,
            clock=clock,
            progress=progress,
        )

    verification = verify_and_record(
        manifest, Level.PROVED, promised.store, verified, warn=warn, clock=clock, run_url=run_url
    )
    for caveat in verification.caveats:
        warn(caveat)
    broken = _broken(age_seconds, verification.restore_seconds or 0.0, promised)
    return Drill(manifest, age_seconds, verification, tuple(broken))


def _broken(age_seconds: float, restore_seconds: float, promised: Backups) -> Iterator[str]:
    if age_seconds > promised.rpo.total_seconds():
        yield f"the newest backup is older than the recovery point objective of {spell_duration(promised.rpo)}"
    if restore_seconds > promised.rto.total_seconds():
        yield f"the restore took longer than the recovery time objective of {spell_duration(promised.rto)}"


def exit_code_of(failure: MainstayError) -> ExitCode:
    """Return what a drill ends with that failed like this: of a store that cannot be read nothing is claimed."""
    if isinstance(failure, StoreError):
        return ExitCode.INCOMPLETE
    return ExitCode.FAILED if isinstance(failure, NoBackupError) else failure.exit_code
