"""Records what a verification found. Whoever verifies may be let to read only: then it is a warning, not a failure."""

from __future__ import annotations

from collections.abc import Callable

from mainstay import __version__
from mainstay.backup.manifest import Manifest
from mainstay.backup.records import VerificationRecord
from mainstay.backup.stores import open_store
from mainstay.backup.verify import Level, Verification
from mainstay.errors import StoreError, VerificationError, WrongKeyError
from mainstay.platform.clock import Clock, SystemClock

_MOST_DIFFERENCES = 100


def record_verification(
    store_url: str, found: Verification, *, clock: Clock | None = None, run_url: str | None = None
) -> VerificationRecord:
    """Write what a verification found beside the manifest of its backup.

    Raises:
        StoreError: The store cannot be written.
    """
    record = VerificationRecord(
        backup_id=found.backup_id,
        database=found.database,
        level=found.level.value,
        verified=not found.differences,
        differences=_shortened(found.differences),
        duration_seconds=found.duration_seconds,
        restore_seconds=found.restore_seconds,
        caveats=found.caveats,
        verified_at=(clock or SystemClock()).now(),
        tool_version=__version__,
        run_url=run_url,
    )
    open_store(store_url).create(record.new_key(), record.to_json())
    return record


def verify_and_record(  # noqa: PLR0913 - what, how, where; the rest has defaults
    manifest: Manifest,
    level: Level,
    store_url: str,
    verify: Callable[[], Verification],
    *,
    warn: Callable[[str], None],
    clock: Clock | None = None,
    run_url: str | None = None,
) -> Verification:
    """Verify, record what came of it, and return it. A damaged artifact is recorded too, and still raised.

    Args:
        manifest: The backup.
        level: How far `verify` goes.
        store_url: Where the backup is, and where the record goes.
        verify: Does it.
        warn: Is told when the record could not be written.
        clock: Tells the time.
        run_url: The workflow run that this is.

    Raises:
        VerificationError: The artifact is damaged, or no key opens it; the latter is not recorded, for it says
            nothing about the backup.
    """
    clock = clock or SystemClock()
    begun = clock.elapsed()

    def record(found: Verification) -> None:
        try:
            record_verification(store_url, found, clock=clock, run_url=run_url)
        except StoreError as error:
            warn(f"the verification could not be recorded: {error.message}")

    try:
        found = verify()
    except WrongKeyError:
        raise
    except VerificationError as error:
        seconds = round(clock.elapsed() - begun, 3)
        record(Verification(manifest.id, manifest.database, level, (error.message,), seconds))
        raise
    record(found)
    return found


def _shortened(differences: tuple[str, ...]) -> tuple[str, ...]:
    more = len(differences) - _MOST_DIFFERENCES
    return differences if more <= 0 else (*differences[:_MOST_DIFFERENCES], f"and {more} more")
