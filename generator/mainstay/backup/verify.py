"""Verifies a backup. Each level claims more than the one before, and costs more."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mainstay.backup.content import compare_content
from mainstay.backup.engines import engine_named
from mainstay.backup.manifest import Manifest
from mainstay.backup.restore import dump_of, restore_backup
from mainstay.backup.stores import open_store
from mainstay.backup.stream import Meter, checked
from mainstay.errors import DamageUncheckedError
from mainstay.platform.clock import Clock, SystemClock
from mainstay.progress import SILENT, Progress


class Level(StrEnum):
    """What a verification proves."""

    DIGEST = "digest"
    """The stored object is, byte for byte, what was sent."""
    READABLE = "readable"
    """It decompresses, and the engine's own tool reads it to its end."""
    RESTORED = "restored"
    """It was restored into a scratch database that holds, row by row, what the manifest says."""
    PROVED = "proved"
    """Besides, the engine found no damage in the restored database, and every assertion of the team holds."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found.

    Attributes:
        differences: One line each; none means that the backup is good as far as the level tells.
        duration_seconds: How long it took.
        restore_seconds: How long the restore alone took: the recovery time. None below level `restored`.
        caveats: What it does not claim although it was asked to, one sentence each.
    """

    backup_id: str
    database: str
    level: Level
    differences: tuple[str, ...]
    duration_seconds: float
    restore_seconds: float | None = None
    caveats: tuple[str, ...] = ()


def verify_backup(  # noqa: PLR0913 - what, where, how far; the rest has defaults
    manifest: Manifest,
    store_url: str,
    *,
    level: Level,
    server_url: str | None = None,
    identities: Sequence[str] = (),
    assertions: Sequence[str] = (),
    may_settle: bool = False,
    clock: Clock | None = None,
    progress: Progress = SILENT,
) -> Verification:
    """Verify a backup and return what differs from its manifest.

    Args:
        manifest: The backup.
        store_url: Where its artifact is.
        level: How far to go.
        server_url: From level `restored`: the server to restore on. By default a throw-away server of the same
            major version is started. No other database than a new scratch one is touched.
        identities: Private keys of age, for an encrypted backup.
        assertions: For level `proved`: queries whose only row begins with true.
        may_settle: Where the engine cannot look for damage, level `proved` becomes `restored`, with a caveat; the
            assertions are asked all the same.
        clock: Measures.
        progress: Shows the steps.

    Raises:
        VerificationError: The artifact is damaged.
        StoreError: The artifact cannot be read.
        EngineError: The scratch server refuses, or there is no server of this version.
    """
    clock = clock or SystemClock()
    begun = clock.elapsed()
    request = _Request(
        manifest, store_url, server_url, tuple(identities), tuple(assertions), may_settle, clock, progress
    )
    found = _LEVELS[level](request)
    return Verification(
        backup_id=manifest.id,
        database=manifest.database,
        level=Level.RESTORED if found.caveats else level,
        differences=found.differences,
        duration_seconds=round(clock.elapsed() - begun, 3),
        restore_seconds=found.restore_seconds,
        caveats=found.caveats,
    )


@dataclass(frozen=True, slots=True)
class _Request:
    manifest: Manifest
    store_url: str
    server_url: str | None
    identities: tuple[str, ...]
    assertions: tuple[str, ...]
    may_settle: bool
    clock: Clock
    progress: Progress


@dataclass(frozen=True, slots=True)
class _Finding:
    differences: tuple[str, ...] = ()
    restore_seconds: float | None = None
    caveats: tuple[str, ...] = ()


def _digest(request: _Request) -> _Finding:
    store, artifact = open_store(request.store_url), request.manifest.artifact
    with request.progress.step(f"Hash {request.manifest.id}") as step:
        step.expect(artifact.size_bytes)
        place = f"{store.url}/{artifact.key}"
        for block in checked(
            store.stream(artifact.key), Meter(), artifact.size_bytes, artifact.sha256, place
        ):
            step.advance(len(block))
    return _Finding()


def _readable(request: _Request) -> _Finding:
    manifest = request.manifest
    with request.progress.step(f"Read {manifest.id}") as step:
        step.expect(manifest.dump.size_bytes)
        blocks = dump_of(manifest, open_store(request.store_url), request.identities, step)
        engine_named(manifest.engine).check_readable(blocks, manifest.server)
    return _Finding()


def _restored(request: _Request) -> _Finding:
    return _restored_and(request, lambda _url: _Finding())


def _proved(request: _Request) -> _Finding:
    engine, manifest = engine_named(request.manifest.engine), request.manifest

    def deep(url: str) -> _Finding:
        caveats: tuple[str, ...] = ()
        with request.progress.step("Look for damage and ask the team's assertions") as step:
            try:
                damage = engine.check_integrity(url, manifest.server)
            except DamageUncheckedError as error:
                if not request.may_settle:
                    raise
                damage, caveats = (), (f"nothing looked for damage: {error.message}",)
            failed = tuple(
                f"assertion is not true: {text}" for text in request.assertions if not engine.ask(url, text)
            )
            step.note(f"{len(damage)} damaged, {len(failed)} of {len(request.assertions)} assertions failed")
        return _Finding(damage + failed, caveats=caveats)

    return _restored_and(request, deep)


def _restored_and(request: _Request, deep: Callable[[str], _Finding]) -> _Finding:
    manifest, engine = request.manifest, engine_named(request.manifest.engine)
    with _server(request) as server_url:
        into = f"mainstay_verify_{manifest.id.lower().replace('-', '_')}"
        restoration = restore_backup(
            manifest,
            request.store_url,
            server_url=server_url,
            into=into,
            identities=request.identities,
            clock=request.clock,
            progress=request.progress,
        )
        try:
            with request.progress.step("Compare with the manifest") as step:
                differences = compare_content(manifest.content, engine.read_content(restoration.url))
                equal = "equal" if manifest.content.known else "loaded, but nothing is known to compare with"
                step.note(f"{len(differences)} differences" if differences else equal)
            deeper = deep(restoration.url)
        finally:
            engine.drop_database(server_url, into)
    return _Finding(differences + deeper.differences, restoration.duration_seconds, caveats=deeper.caveats)


@contextlib.contextmanager
def _server(request: _Request) -> Iterator[str]:
    if request.server_url is not None:
        yield request.server_url
        return
    engine = engine_named(request.manifest.engine)
    with engine.scratch_server(request.manifest.server) as url:
        engine.create_roles(url, request.manifest.content.roles)
        yield url


_LEVELS: dict[Level, Callable[[_Request], _Finding]] = {
    Level.DIGEST: _digest,
    Level.READABLE: _readable,
    Level.RESTORED: _restored,
    Level.PROVED: _proved,
}
