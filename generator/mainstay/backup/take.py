"""Takes a backup: dump, compress, encrypt, hash, upload in one stream, then write the manifest."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from mainstay import __version__
from mainstay.backup.catalog import artifact_key, find_backup, globals_key, manifest_key
from mainstay.backup.content import Content
from mainstay.backup.encryption import encrypt
from mainstay.backup.engines import Snapshot, engine_named
from mainstay.backup.guards import require_plausible
from mainstay.backup.manifest import Artifact, Dump, Manifest, new_id
from mainstay.backup.source import Source
from mainstay.backup.stores import Store, open_store
from mainstay.backup.stream import Counter, Meter, compress, part_size_bytes
from mainstay.errors import BackupError, EngineError, NoBackupError, ObjectMissingError, StoreError
from mainstay.platform.clock import Clock, SystemClock
from mainstay.policy.backups import Guards
from mainstay.progress import SILENT, Progress, Step

_CAUSE_SECONDS = 1.0
_Before = tuple[Manifest | None, tuple[str, ...]]
"""The newest backup there is, and what stands in the way of comparing with it."""


def take_backup(  # noqa: PLR0913 - what, to where; the rest has defaults
    source: Source,
    store_url: str,
    *,
    encrypt_to: Sequence[str] = (),
    guards: Guards | None = None,
    clock: Clock | None = None,
    progress: Progress = SILENT,
    run_url: str | None = None,
) -> Manifest:
    """Back a database up and return the manifest, which is then in the store.

    Whatever fails, no manifest is written: there is no backup, and the error says why.

    Args:
        source: The database.
        store_url: Where the backup goes.
        encrypt_to: Public keys of age that the artifact is encrypted for; none leaves it plain.
        guards: What makes the backup look wrong, compared with the one before; by default the policy's defaults.
        clock: Tells the time.
        progress: Shows the step.
        run_url: The workflow run that this is.

    Raises:
        BackupError: It looks wrong, and the guards refuse it.
        EngineError: The database cannot be read.
        StoreError: The store cannot be written.
        UsageError: A recipient is no public key.
    """
    clock = clock or SystemClock()
    begun = clock.elapsed()
    store = open_store(store_url)
    backup_id = new_id(clock.now())
    key = artifact_key(source.name, backup_id, encrypted=bool(encrypt_to))
    with (
        progress.step(f"Back up {source.name} to {store.url}") as step,
        engine_named(source.engine).snapshot(source.url) as snapshot,
        _reading_beside(snapshot, store_url, source.name) as beside,
        _removing_on_failure(store, manifest_key(source.name, backup_id), key),
    ):
        upload = _Upload(store, key, tuple(encrypt_to), step, beside.content)
        dump, artifact = upload.run(snapshot)
        content = beside.content.result()
        previous, doubts = beside.previous.result()
        manifest = Manifest(
            id=backup_id,
            database=source.name,
            engine=source.engine,
            taken_at=snapshot.taken_at,
            duration_seconds=round(clock.elapsed() - begun, 3),
            server=snapshot.server,
            dump=dump,
            artifact=artifact,
            globals=upload.globals(snapshot),
            content=content,
            caveats=(*snapshot.caveats, *doubts),
            tool_version=__version__,
            run_url=run_url,
        )
        oddities = require_plausible(manifest, previous, guards or Guards())
        manifest = manifest.model_copy(update={"caveats": (*manifest.caveats, *oddities)})
        store.create(manifest_key(source.name, backup_id), manifest.to_json())
        content_note = f"{content.rows:,} rows in {len(content.tables)} tables"
        step.note(content_note if content.known else "content unknown")
    return manifest


def _backup_before(store_url: str, database: str) -> _Before:
    """Return the newest backup, and why there is nothing to compare with although there may be one."""
    try:
        return find_backup(store_url, database), ()
    except NoBackupError:
        return None, ()
    except StoreError as error:
        return None, (f"it was not compared with the backup before: {error.message}",)


@dataclass(frozen=True, slots=True)
class _Upload:
    """One stream from the database to the store."""

    store: Store
    key: str
    recipients: tuple[str, ...]
    step: Step
    content: Future[Content]

    def run(self, snapshot: Snapshot) -> tuple[Dump, Artifact]:
        raw, stored = Counter(), Meter()
        with _ending(snapshot.dump()) as dumped:
            blocks = self._packed(raw(self._watched(dumped)))
            self.store.put(self.key, stored(blocks), part_bytes=part_size_bytes(snapshot.size_bytes))
        if not raw.size_bytes:
            raise BackupError("the dump is empty")
        if (size_bytes := self.store.size_bytes(self.key)) != stored.size_bytes:
            raise StoreError(
                f"{self.store.url}/{self.key} has {size_bytes} bytes, but {stored.size_bytes} were sent"
            )
        dump = Dump(format=snapshot.dump_format, client=snapshot.client, size_bytes=raw.size_bytes)
        return dump, self._artifact(self.key, stored)

    def globals(self, snapshot: Snapshot) -> Artifact | None:
        if (text := snapshot.globals()) is None:
            return None
        key, stored = globals_key(self.key), Meter()
        self.store.create(key, b"".join(stored(self._packed(iter([text])))))
        return self._artifact(key, stored)

    def _packed(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        packed = compress(blocks)
        return encrypt(packed, self.recipients) if self.recipients else packed

    def _artifact(self, key: str, stored: Meter) -> Artifact:
        return Artifact(
            key=key,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            compression="zstd",
            encryption="age" if self.recipients else None,
            recipients=self.recipients,
        )

    def _watched(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Report the blocks, and stop at once when the content cannot be read: the backup could not be proved."""
        try:
            for block in blocks:
                if self.content.done():
                    self.content.result()
                self.step.advance(len(block))
                yield block
        except EngineError:
            # Content that cannot be read ends the transaction, and with it the dump: what it says is the cause.
            with contextlib.suppress(TimeoutError):
                self.content.result(timeout=_CAUSE_SECONDS)
            raise


@contextlib.contextmanager
def _ending(blocks: Iterator[bytes]) -> Iterator[Iterator[bytes]]:
    """End a stream, and the program behind it, at once: not when its error, which holds it, is forgotten."""
    try:
        yield blocks
    finally:
        if isinstance(blocks, Generator):
            blocks.close()


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a thread reads while the dump streams, in this order."""

    content: Future[Content]
    previous: Future[_Before]


@contextlib.contextmanager
def _reading_beside(snapshot: Snapshot, store_url: str, database: str) -> Iterator[_Beside]:
    """Read in a thread what the dump does not wait for: the content is the server's work, on another of its cores."""
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as executor:
        beside = _Beside(
            content=executor.submit(snapshot.content),
            previous=executor.submit(_backup_before, store_url, database),
        )
        try:
            yield beside
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            snapshot.cancel()
            raise


@contextlib.contextmanager
def _removing_on_failure(store: Store, manifest: str, artifact: str) -> Iterator[None]:
    """Remove what a failed run has written; what may not be removed is no backup, or a whole one, all the same."""
    try:
        yield
    except BaseException:
        # The manifest first, which a store may hold although it did not say so: never one without its artifact.
        with contextlib.suppress(StoreError):
            for written in (manifest, artifact, globals_key(artifact)):
                with contextlib.suppress(ObjectMissingError):
                    store.delete(written)
        raise
