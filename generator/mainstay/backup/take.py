"""Takes a backup: dump, compress, hash, upload in one stream, then write the manifest."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from mainstay import __version__
from mainstay.backup.catalog import artifact_key, manifest_key
from mainstay.backup.engines import Snapshot, engine_named
from mainstay.backup.manifest import Artifact, Dump, Manifest, new_id
from mainstay.backup.source import Source
from mainstay.backup.stores import Store, open_store
from mainstay.backup.stream import Meter, compress, part_size_bytes
from mainstay.errors import BackupError, StoreError
from mainstay.platform.clock import Clock, SystemClock
from mainstay.progress import SILENT, Progress, Step


def take_backup(
    source: Source,
    store_url: str,
    *,
    clock: Clock | None = None,
    progress: Progress = SILENT,
    run_url: str | None = None,
) -> Manifest:
    """Back a database up and return the manifest, which is then in the store.

    Whatever fails, no manifest is written: there is no backup, and the error says why.

    Raises:
        EngineError: The database cannot be read.
        StoreError: The store cannot be written.
    """
    clock = clock or SystemClock()
    begun = clock.elapsed()
    store = open_store(store_url)
    with engine_named(source.engine).snapshot(source.url) as snapshot:
        with progress.step(f"Read what {source.name} holds") as step:
            content = snapshot.content()
            step.note(f"{content.rows:,} rows in {len(content.tables)} tables")
        backup_id = new_id(clock.now())
        with progress.step(f"Back up {source.name} to {store.url}") as step:
            dump, artifact = _stream(snapshot, store, artifact_key(source.name, backup_id), step)
    manifest = Manifest(
        id=backup_id,
        database=source.name,
        engine=source.engine,
        taken_at=snapshot.taken_at,
        duration_seconds=round(clock.elapsed() - begun, 3),
        server=snapshot.server,
        dump=dump,
        artifact=artifact,
        content=content,
        tool_version=__version__,
        run_url=run_url,
    )
    with _removing_on_failure(store, artifact.key):
        store.create(manifest_key(source.name, backup_id), manifest.to_json())
    return manifest


def _stream(snapshot: Snapshot, store: Store, key: str, step: Step) -> tuple[Dump, Artifact]:
    raw, stored = Meter(), Meter()
    blocks = stored(compress(raw(_reporting(snapshot.dump(), step))))
    store.put(key, blocks, part_bytes=part_size_bytes(snapshot.size_bytes))
    with _removing_on_failure(store, key):
        if not raw.size_bytes:
            raise BackupError("the dump is empty")
        if (size_bytes := store.size_bytes(key)) != stored.size_bytes:
            raise StoreError(f"{store.url}/{key} has {size_bytes} bytes, but {stored.size_bytes} were sent")
    step.note(f"{raw.size_bytes:,} bytes, {stored.size_bytes:,} stored")
    return (
        Dump(
            format=snapshot.dump_format, client=snapshot.client, size_bytes=raw.size_bytes, sha256=raw.sha256
        ),
        Artifact(key=key, size_bytes=stored.size_bytes, sha256=stored.sha256, compression="zstd"),
    )


def _reporting(blocks: Iterator[bytes], step: Step) -> Iterator[bytes]:
    for block in blocks:
        step.advance(len(block))
        yield block


@contextlib.contextmanager
def _removing_on_failure(store: Store, key: str) -> Iterator[None]:
    """Remove an artifact that gets no manifest; one that may not be removed is no backup all the same."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(StoreError):
            store.delete(key)
        raise
