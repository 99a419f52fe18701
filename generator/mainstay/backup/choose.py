"""Finds the backup that somebody means: by its id, by a time, by what was proved of it, or simply the newest."""

from __future__ import annotations

from datetime import datetime

from mainstay.backup.catalog import Catalog, find_backup, read_catalog
from mainstay.backup.manifest import Manifest
from mainstay.errors import NoBackupError, StoreError, UsageError

_BY_ID = "give the ID of a backup instead; `mainstay backup list` shows those that can be read"


def choose_backup(
    store_url: str,
    database: str,
    backup_id: str | None = None,
    *,
    at: datetime | None = None,
    latest_proved: bool = False,
) -> Manifest:
    """Return the backup of a database that is meant; without any condition the newest.

    Args:
        store_url: Where the backups are.
        database: Its name in the policy.
        backup_id: This one.
        at: The newest that was taken at or before this time.
        latest_proved: The newest that was restored and found equal.

    Raises:
        UsageError: More than one condition was given.
        NoBackupError: No backup meets it.
        StoreError: Something in the store cannot be read: it may be the backup that is meant.
    """
    if sum([backup_id is not None, at is not None, latest_proved]) > 1:
        raise UsageError("an ID, --at and --latest-proved exclude each other", hint="give one of them")
    if at is None and not latest_proved:
        return find_backup(store_url, database, backup_id)
    catalog = read_catalog(store_url, database)
    if catalog.unreadable:
        raise StoreError(
            f"something in the store cannot be read, and may be the backup that is meant: {catalog.unreadable[0]}",
            hint=_BY_ID,
        )
    found = _taken_by(catalog, at) if at else _proved(catalog)
    if found is None:
        what = f"was taken at or before {at.isoformat()}" if at else "was restored and found equal"
        raise NoBackupError(
            f"{store_url} holds no backup of {database!r} that {what}", hint="see: mainstay backup list"
        )
    return found


def _taken_by(catalog: Catalog, at: datetime) -> Manifest | None:
    candidates = (manifest for manifest in catalog.backups if manifest.taken_at <= at)
    return max(candidates, key=_age_order, default=None)


def _proved(catalog: Catalog) -> Manifest | None:
    ids = catalog.restored_ids()
    return max((manifest for manifest in catalog.backups if manifest.id in ids), key=_age_order, default=None)


def _age_order(manifest: Manifest) -> tuple[datetime, str]:
    return manifest.taken_at, manifest.id
