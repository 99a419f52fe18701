"""The restore drill: the newest backup, restored and compared, held against what the policy promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mainstay.backup.catalog import find_backup
from mainstay.backup.manifest import Manifest
from mainstay.backup.verify import Level, Verification, verify_backup
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
        """Whether the backup was equal to its manifest, young enough and restored fast enough."""
        return not self.verification.differences and not self.broken_promises


def run_drill(
    database: str,
    promised: Backups,
    *,
    server_url: str | None = None,
    clock: Clock | None = None,
    progress: Progress = SILENT,
) -> Drill:
    """Restore the newest backup of a database into a scratch database and return what came of it.

    Args:
        database: Its name in the policy.
        promised: The store, and the objectives that the drill is held against.
        server_url: The server to restore on; by default a throw-away one.
        clock: Measures.
        progress: Shows the steps.

    Raises:
        UsageError: There is no backup.
        VerificationError: The artifact is damaged.
        StoreError: The store cannot be read.
        EngineError: The scratch server refuses, or there is no server of this version.
    """
    clock = clock or SystemClock()
    manifest = find_backup(promised.store, database)
    age_seconds = (clock.now() - manifest.taken_at).total_seconds()
    verification = verify_backup(
        manifest, promised.store, level=Level.RESTORED, server_url=server_url, clock=clock, progress=progress
    )
    broken = _broken(age_seconds, verification.restore_seconds or 0.0, promised)
    return Drill(manifest, age_seconds, verification, tuple(broken))


def _broken(age_seconds: float, restore_seconds: float, promised: Backups) -> Iterator[str]:
    if age_seconds > promised.rpo.total_seconds():
        yield f"the newest backup is older than the recovery point objective of {spell_duration(promised.rpo)}"
    if restore_seconds > promised.rto.total_seconds():
        yield f"the restore took longer than the recovery time objective of {spell_duration(promised.rto)}"
