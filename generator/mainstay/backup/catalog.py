"""The backups that a store holds: those whose manifest is there, and nothing else.

<database>/<id>/dump.zst                 the artifact; dump.zst.age when it is encrypted
<database>/<id>/globals.zst              the server's roles; globals.zst.age when they are encrypted
<database>/<id>/manifest.json            the commit record, written last
<database>/<id>/verified-<level>-….json  what a verification found

Objects with other keys are somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from mainstay.backup.manifest import ID_SHAPE, Manifest, parse_manifest
from mainstay.backup.records import RECORD_SHAPE, Standing, VerificationRecord, parse_record, standing_of
from mainstay.backup.stores import Store, open_store
from mainstay.errors import NoBackupError, ObjectMissingError, StoreError

MANIFEST_NAME = "manifest.json"
_MANIFEST_MOST_BYTES = 64 << 20
_RECORD_MOST_BYTES = 4 << 20
_READERS = 8
_KEY = re.compile(
    rf"(?P<folder>(?P<database>[a-z][a-z0-9-]*)/(?P<id>{ID_SHAPE}))/"
    rf"(?:(?P<manifest>{re.escape(MANIFEST_NAME)})|(?P<record>{RECORD_SHAPE})|(?:dump|globals)\.zst(?:\.age)?)"
)
_T = TypeVar("_T")


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
class Leftover:
    """Objects of ours without a manifest: the rest of a run that was killed, or of an interrupted prune."""

    database: str
    backup_id: str
    begun_at: datetime
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a store holds.

    Attributes:
        backups: Newest first.
        unreadable: Manifests and records that could not be read, and why. They are never taken for absent.
        records: What verifications found, by the key of the record.
        leftovers: What is no backup.
    """

    backups: tuple[Manifest, ...]
    unreadable: tuple[str, ...]
    records: Mapping[str, VerificationRecord] = field(default_factory=dict)
    leftovers: tuple[Leftover, ...] = ()

    def standing(self, manifest: Manifest) -> Standing:
        """Return what verifications have shown of a backup."""
        return standing_of(self.records_of(manifest))

    def records_of(self, manifest: Manifest) -> tuple[VerificationRecord, ...]:
        """Return what verifications recorded about a backup."""
        return tuple(self.records[key] for key in self.record_keys(manifest))

    def record_keys(self, manifest: Manifest) -> tuple[str, ...]:
        """Return where that is stored."""
        folder = f"{manifest.database}/{manifest.id}/"
        return tuple(key for key in self.records if key.startswith(folder))

    def restored_ids(self) -> frozenset[str]:
        """Return the backups that were restored and found equal."""
        return frozenset(manifest.id for manifest in self.backups if self.standing(manifest).restored)

    def of(self, database: str) -> Catalog:
        """Return what belongs to one database; what could not be read stays, it may be anybody's."""
        return Catalog(
            tuple(manifest for manifest in self.backups if manifest.database == database),
            self.unreadable,
            self.records,
            tuple(leftover for leftover in self.leftovers if leftover.database == database),
        )


def read_catalog(store_url: str, database: str | None = None) -> Catalog:
    """Return the backups in a store, of one database or of all.

    Raises:
        StoreError: The store cannot be listed.
    """
    store = open_store(store_url)
    ours = [match for key in store.keys(database or "") if (match := _KEY.fullmatch(key))]
    complete = {match["folder"] for match in ours if match["manifest"]}
    manifests, broken_manifests = _read_all(
        lambda match: _read(store, match["database"], match["id"]), (m for m in ours if m["manifest"])
    )
    records, broken_records = _read_all(
        lambda match: (match[0], _read_record(store, match)),
        (match for match in ours if match["record"] and match["folder"] in complete),
    )
    return Catalog(
        tuple(sorted(manifests, key=lambda manifest: manifest.id, reverse=True)),
        (*broken_manifests, *broken_records),
        dict(records),
        _leftovers(match for match in ours if match["folder"] not in complete),
    )


def _read_all(
    read: Callable[[re.Match[str]], _T], matches: Iterable[re.Match[str]]
) -> tuple[list[_T], list[str]]:
    """Return what was read and what could not be; an object that was deleted meanwhile is neither."""

    def attempt(match: re.Match[str]) -> _T | StoreError:
        try:
            return read(match)
        except StoreError as error:
            return error

    with ThreadPoolExecutor(_READERS) as pool:
        found = list(pool.map(attempt, matches))
    errors = [item for item in found if isinstance(item, StoreError)]
    return (
        [item for item in found if not isinstance(item, StoreError)],
        [error.message for error in errors if not isinstance(error, ObjectMissingError)],
    )


def _leftovers(matches: Iterable[re.Match[str]]) -> tuple[Leftover, ...]:
    keys: dict[tuple[str, str], tuple[str, ...]] = {}
    for match in matches:
        folder = (match["database"], match["id"])
        keys[folder] = (*keys.get(folder, ()), match[0])
    found = ((*folder, _time_of(folder[1]), its_keys) for folder, its_keys in keys.items())
    return tuple(Leftover(name, id_, begun_at, keys) for name, id_, begun_at, keys in found if begun_at)


def _time_of(backup_id: str) -> datetime | None:
    """Return when a backup was begun; none for an id that looks like ours and names no time, such as month 13."""
    try:
        return datetime.strptime(backup_id.partition("-")[0], "%Y%m%dT%H%M%S%z")
    except ValueError:
        return None


def find_backup(store_url: str, database: str, backup_id: str | None = None) -> Manifest:
    """Return a backup of a database by its id, or the newest.

    The newest is found by name, so an unreadable newest manifest is an error, not skipped.

    Raises:
        StoreError: The store or the manifest cannot be read.
        NoBackupError: There is no such backup.
    """
    store = open_store(store_url)
    matches = (_KEY.fullmatch(key) for key in store.keys(database))
    ids = [match["id"] for match in matches if match and match["manifest"] and match["database"] == database]
    if not ids:
        raise NoBackupError(
            f"{store_url} holds no backup of {database!r}", hint="take one: mainstay backup take"
        )
    if backup_id is not None and backup_id not in ids:
        raise NoBackupError(
            f"{store_url} holds no backup {backup_id!r} of {database!r}", hint="see: mainstay backup list"
        )
    return _read(store, database, backup_id or max(ids))


def _read(store: Store, database: str, backup_id: str) -> Manifest:
    key = manifest_key(database, backup_id)
    manifest = parse_manifest(store.read(key, most_bytes=_MANIFEST_MOST_BYTES), f"{store.url}/{key}")
    artifact = artifact_key(database, backup_id, encrypted=manifest.artifact.encryption is not None)
    # What a manifest names is restored and deleted: it must not lead to somebody else's objects.
    named = (manifest.database, manifest.id, manifest.artifact.key, manifest.globals and manifest.globals.key)
    if named != (database, backup_id, artifact, manifest.globals and globals_key(artifact)):
        raise StoreError(
            f"{store.url}/{key} is the manifest of another backup: {manifest.database}/{manifest.id}"
        )
    return manifest


def _read_record(store: Store, match: re.Match[str]) -> VerificationRecord:
    place = f"{store.url}/{match[0]}"
    record = parse_record(store.read(match[0], most_bytes=_RECORD_MOST_BYTES), place)
    if (record.database, record.backup_id) != (match["database"], match["id"]):
        raise StoreError(f"{place} is the record of another backup: {record.database}/{record.backup_id}")
    return record
