"""Restores a backup into a new database: everything, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mainstay.backup.encryption import IDENTITY_VARIABLE, decrypt
from mainstay.backup.engines import Engine, engine_named
from mainstay.backup.manifest import Manifest
from mainstay.backup.stores import Store, open_store
from mainstay.backup.stream import Counter, Meter, checked, decompress
from mainstay.errors import UsageError, VerificationError
from mainstay.platform.clock import Clock, SystemClock
from mainstay.progress import SILENT, Progress, Step


@dataclass(frozen=True, slots=True)
class Restoration:
    """A restored backup.

    Attributes:
        database: Name of the new database.
        url: Its connection URL, a secret.
        duration_seconds: How long the restore took: the recovery time.
    """

    database: str
    url: str = field(repr=False)
    duration_seconds: float


def restore_backup(  # noqa: PLR0913 - what, from where, to where; the rest has defaults
    manifest: Manifest,
    store_url: str,
    *,
    server_url: str,
    into: str,
    identities: Sequence[str] = (),
    engine: Engine | None = None,
    clock: Clock | None = None,
    progress: Progress = SILENT,
) -> Restoration:
    """Restore a backup into the new database `into` on the server that `server_url` leads to.

    The stream is compared with the manifest before the restore is committed. When anything fails, the
    new database is dropped again.

    Raises:
        EngineError: The database exists already, or the server or `pg_restore` refuses.
        StoreError: The artifact cannot be read.
        VerificationError: The artifact is not what the manifest says.
    """
    clock = clock or SystemClock()
    begun = clock.elapsed()
    engine = engine or engine_named(manifest.engine)
    store = open_store(store_url)
    engine.create_database(server_url, into, manifest.server)
    url = engine.database_url(server_url, into)
    try:
        with progress.step(f"Restore {manifest.id} into {into}") as step:
            step.expect(manifest.dump.size_bytes)
            dump = dump_of(manifest, store, identities, step)
            engine.load(dump, url, manifest.server)
            step.note(f"{manifest.dump.size_bytes:,} bytes, {manifest.content.rows:,} rows")
    except BaseException:
        engine.drop_database(server_url, into)
        raise
    return Restoration(into, url, round(clock.elapsed() - begun, 3))


def dump_of(manifest: Manifest, store: Store, identities: Sequence[str], step: Step) -> Iterator[bytes]:
    """Yield the dump of a backup; raises after the last block unless it is what the manifest says.

    The dump has no digest of its own: the artifact's tells that it is the one that was stored, and the checksum in the
    compressed frame that it was unpacked as it was packed.

    Raises:
        UsageError: It is encrypted, and no identity was given.
    """
    artifact, dump = manifest.artifact, manifest.dump
    place = f"{store.url}/{artifact.key}"
    packed = checked(store.stream(artifact.key), Meter(), artifact.size_bytes, artifact.sha256, place)
    if artifact.encryption:
        if not identities:
            raise UsageError(
                f"{manifest.id} is encrypted", hint=f"put the private key into {IDENTITY_VARIABLE}"
            )
        packed = decrypt(packed, identities)
    counter = Counter()
    for block in counter(decompress(packed)):
        step.advance(len(block))
        yield block
    if counter.size_bytes != dump.size_bytes:
        raise VerificationError(
            f"the dump in {place} has {counter.size_bytes} bytes, the manifest says {dump.size_bytes}"
        )
