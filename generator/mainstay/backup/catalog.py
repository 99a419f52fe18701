"""The backups that a store holds: those whose manifest is there, and nothing else.

<database>/<id>/dump.zst         the artifact; dump.zst.age when it is encrypted
<database>/<id>/manifest.json    the commit record, written last
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mainstay.backup.manifest import ID_SHAPE, Manifest, parse_manifest
from mainstay.backup.stores import Store, open_store
from mainstay.errors import StoreError, UsageError

MANIFEST_NAME = "manifest.json"
_MANIFEST_MOST_BYTES = 64 << 20
_MANIFEST_KEY = re.compile(rf"(?P<database>[a-z][a-z0-9-]*)/(?P<id>{ID_SHAPE})/{re.escape(MANIFEST_NAME)}")


def artifact_key(database: str, backup_id: str, *, encrypted: bool) -> str:
    """Return where the artifact of a backup is stored."""
    return f"{database}/{backup_id}/dump.zst" + (".age" if encrypted else "")


def globals_key(artifact: str) -> str:
    """Return where the globals of a backup are stored, beside its artifact."""
    return artifact.replace("/dump.", "/globals.")


def manifest_key(database: str, backup_id: str) -> str:
    """Return where the manifest of a backup is stored."""
    return f"{database}/{backup_id}/{MANIFEST_NAME}"


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a store holds.

    Attributes:
        backups: Newest first.
        unreadable: Manifests that could not be read, and why. They are never taken for absent.
    """

    backups: tuple[Manifest, ...]
    unreadable: tuple[str, ...]


def read_catalog(store_url: str, database: str | None = None) -> Catalog:
    """Return the backups in a store, of one database or of all.

    Raises:
        StoreError: The store cannot be listed.
    """
    store = open_store(store_url)
    backups, unreadable = [], []
    for key in store.keys(database or ""):
        if not (match := _MANIFEST_KEY.fullmatch(key)):
            continue
        try:
            backups.append(_read(store, match["database"], match["id"]))
        except StoreError as error:
            unreadable.append(error.message)
    return Catalog(tuple(sorted(backups, key=lambda manifest: manifest.id, reverse=True)), tuple(unreadable))


def find_backup(store_url: str, database: str, backup_id: str | None = None) -> Manifest:
    """Return a backup of a database by its id, or the newest.

    The newest is found by name, so an unreadable newest manifest is an error, not skipped.

    Raises:
        StoreError: The store or the manifest cannot be read.
        UsageError: There is no such backup.
    """
    store = open_store(store_url)
    matches = (_MANIFEST_KEY.fullmatch(key) for key in store.keys(database))
    ids = [match["id"] for match in matches if match and match["database"] == database]
    if not ids:
        raise UsageError(
            f"{store_url} holds no backup of {database!r}", hint="take one: mainstay backup take"
        )
    if backup_id is not None and backup_id not in ids:
        raise UsageError(
            f"{store_url} holds no backup {backup_id!r} of {database!r}", hint="see: mainstay backup list"
        )
    return _read(store, database, backup_id or max(ids))


def _read(store: Store, database: str, backup_id: str) -> Manifest:
    key = manifest_key(database, backup_id)
    manifest = parse_manifest(store.read(key, most_bytes=_MANIFEST_MOST_BYTES), f"{store.url}/{key}")
    if (manifest.database, manifest.id, manifest.artifact.key) != (
        database,
        backup_id,
        artifact_key(database, backup_id, encrypted=manifest.artifact.encryption is not None),
    ):
        raise StoreError(
            f"{store.url}/{key} is the manifest of another backup: {manifest.database}/{manifest.id}"
        )
    return manifest
