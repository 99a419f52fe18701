"""Backups for tests that need a store with a history, and no database."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from mainstay.backup import Manifest, VerificationRecord
from mainstay.backup.catalog import artifact_key, globals_key, manifest_key
from mainstay.backup.content import Content, TableContent
from mainstay.backup.manifest import Artifact, Dump, Server
from mainstay.backup.stores import open_store

NONE_AT_ALL = TableContent(rows=0, checksum="0")


def manifest_at(
    taken_at: datetime | str,
    *,
    database: str = "app",
    dump_bytes: int = 40_000_000,
    stored: bytes = b"an artifact",
    rows: int = 1_234_567,
    with_globals: bool = True,
) -> Manifest:
    """Return the manifest of a backup that was taken then; its id is made of the time and of a hash of both."""
    if isinstance(taken_at, str):
        taken_at = datetime.fromisoformat(taken_at).replace(tzinfo=UTC)
    tail = hashlib.sha256(f"{database}{taken_at}".encode()).hexdigest()[:8]
    backup_id = f"{taken_at:%Y%m%dT%H%M%SZ}-{tail}"
    key = artifact_key(database, backup_id, encrypted=False)

    def artifact(key: str) -> Artifact:
        return Artifact(
            key=key, size_bytes=len(stored), sha256=hashlib.sha256(stored).hexdigest(), compression="zstd"
        )

    return Manifest(
        id=backup_id,
        database=database,
        engine="postgresql",
        taken_at=taken_at,
        duration_seconds=12.3,
        server=Server(version="16.14", major=16, encoding="UTF8", collate="C", ctype="C"),
        dump=Dump(format="custom", client="pg_dump 16.14", size_bytes=dump_bytes),
        artifact=artifact(key),
        globals=artifact(globals_key(key)) if with_globals else None,
        content=Content(
            tables={"public.words": TableContent(rows=rows, checksum="1")},
            sequences={},
            objects={},
            large_objects=NONE_AT_ALL,
            extensions=(),
        ),
        tool_version="0.1.0",
    )


def put_backup(store_url: str, manifest: Manifest, *, stored: bytes = b"an artifact") -> Manifest:
    """Write a backup as `take` does: the artifact, the globals, and the manifest last."""
    store = open_store(store_url)
    for artifact in (manifest.artifact, manifest.globals):
        if artifact:
            store.create(artifact.key, stored)
    store.create(manifest_key(manifest.database, manifest.id), manifest.to_json())
    return manifest


def record_of(
    manifest: Manifest, verified_at: datetime | str, level: str = "restored", *differences: str
) -> VerificationRecord:
    """Return what a verification of a backup found then; without differences it was good."""
    if isinstance(verified_at, str):
        verified_at = datetime.fromisoformat(verified_at).replace(tzinfo=UTC)
    return VerificationRecord.model_validate(
        {
            "backup_id": manifest.id,
            "database": manifest.database,
            "level": level,
            "verified": not differences,
            "differences": differences,
            "duration_seconds": 5.0,
            "restore_seconds": 4.0,
            "verified_at": verified_at,
            "tool_version": "0.1.0",
        }
    )


def put_record(store_url: str, record: VerificationRecord) -> str:
    """Write a record beside its manifest; its key."""
    key = record.new_key()
    open_store(store_url).create(key, record.to_json())
    return key


def keys_in(store_url: str) -> list[str]:
    """Return every key in a store."""
    return open_store(store_url).keys("")


def folder_of(store_url: str) -> str:
    """Return the path of a file:// store."""
    return unquote(urlsplit(store_url).path)


def trusting(manifest: Manifest, data: bytes) -> Manifest:
    """Return a manifest that vouches for these stored bytes: what else notices is then on its own."""
    artifact = manifest.artifact.model_copy(
        update={"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    )
    return manifest.model_copy(update={"artifact": artifact})
