"""Deletes the backups that the policy no longer keeps: a dry run unless it is told otherwise.

A backup's manifest goes first: whatever interrupts a prune, what is left is no backup, and the next prune finds it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from mainstay.backup.catalog import Catalog, Leftover, manifest_key, read_catalog
from mainstay.backup.manifest import Manifest
from mainstay.backup.retention import RetentionPlan, plan_retention, refuse_rash_plan
from mainstay.backup.stores import Store, open_store
from mainstay.errors import AccessDeniedError, ObjectMissingError, RetentionRefusedError
from mainstay.platform.clock import Clock, SystemClock
from mainstay.policy.backups import Backups, Keep

LEFTOVER_AFTER = timedelta(days=1)
"""Younger objects without a manifest may belong to a backup that is being taken."""

NO_RULE = "no rule"
"""What keeps a backup of a database that the policy does not name."""


@dataclass(frozen=True, slots=True)
class PruneResult:
    """What a prune did, or would do.

    Attributes:
        applied: Whether anything was deleted; otherwise it was a dry run.
        plan: The decision on each backup, newest first.
        deleted: Ids of the backups that went, or would go.
        retained: Ids of the backups and leftovers that the store did not let go: they are locked.
        leftovers: Objects of ours without a manifest that went, or would go.
        freed_bytes: Size of the artifacts of `deleted`.
    """

    database: str
    applied: bool
    plan: RetentionPlan
    deleted: tuple[str, ...]
    retained: tuple[str, ...]
    leftovers: tuple[Leftover, ...]
    freed_bytes: int


def prune_backups(
    store_url: str, database: str, promised: Backups, *, apply: bool = False, clock: Clock | None = None
) -> PruneResult:
    """Delete the backups of a database that the policy does not keep, and return what came of it.

    Objects that no manifest names are left alone, unless their key is one of ours, their manifest is gone and they are
    a day old.

    Args:
        store_url: Where the backups are.
        database: Whose.
        promised: What the policy keeps, and how much may go at once.
        apply: Delete. Without it nothing is changed.
        clock: Tells the time.

    Raises:
        RetentionRefusedError: Pruning now would be rash; nothing was deleted.
        StoreError: The store cannot be read, or failed on the way.
    """
    now = (clock or SystemClock()).now()
    catalog = read_catalog(store_url, database)
    plan = plan_retention(catalog.backups, promised.keep, proved=catalog.restored_ids())
    leftovers = tuple(left for left in catalog.leftovers if now - left.begun_at > LEFTOVER_AFTER)
    refuse_rash_plan(plan, promised, now=now, unreadable=catalog.unreadable)
    _refuse_lost_manifests(len(catalog.backups), leftovers, promised)
    going = {decision.backup_id for decision in plan.deleted}
    backups = [manifest for manifest in catalog.backups if manifest.id in going]
    gone, retained = going | {left.backup_id for left in leftovers}, frozenset[str]()
    if apply:
        gone, retained = _delete(open_store(store_url), catalog, backups, leftovers)
    return PruneResult(
        database=database,
        applied=apply,
        plan=plan,
        deleted=tuple(manifest.id for manifest in backups if manifest.id in gone),
        retained=tuple(sorted(retained, reverse=True)),
        leftovers=tuple(left for left in leftovers if left.backup_id in gone),
        freed_bytes=sum(manifest.artifact.size_bytes for manifest in backups if manifest.id in gone),
    )


def _delete(
    store: Store, catalog: Catalog, backups: Iterable[Manifest], leftovers: Iterable[Leftover]
) -> tuple[set[str], frozenset[str]]:
    """Delete, and return the ids of what is gone and of what the store retains."""
    went = {manifest.id: _went(store, _keys(catalog, manifest)) for manifest in backups}
    for left in leftovers:
        if not _committed(store, left):
            went[left.backup_id] = _went(store, left.keys)
    gone = {backup_id for backup_id, it_went in went.items() if it_went}
    return gone, frozenset(went) - gone


def kept_by(catalog: Catalog, keep: Keep, databases: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return what keeps each backup, by id. One of a database that the policy does not name is never pruned."""
    reasons: dict[str, tuple[str, ...]] = {}
    for database in {manifest.database for manifest in catalog.backups}:
        plan = plan_retention(catalog.of(database).backups, keep, proved=catalog.restored_ids())
        named = database in databases
        reasons |= {d.backup_id: d.reasons if named else (NO_RULE,) for d in plan.decisions}
    return reasons


def _refuse_lost_manifests(backups: int, leftovers: Iterable[Leftover], promised: Backups) -> None:
    """Refuse when so many dumps have no manifest that it is rather the manifests that went missing."""
    lost = sum(any("/dump." in key for key in left.keys) for left in leftovers)
    if lost and (not backups or lost > promised.prune.largest_share * (backups + lost)):
        raise RetentionRefusedError(
            f"nothing was pruned: {lost} of {backups + lost} dumps have no manifest",
            hint="find out where the manifests went: without them these dumps may be all there is",
        )


def _keys(catalog: Catalog, manifest: Manifest) -> tuple[str, ...]:
    """Return every object of a backup, the manifest first."""
    artifacts = (manifest.artifact, manifest.globals)
    return (
        manifest_key(manifest.database, manifest.id),
        *(artifact.key for artifact in artifacts if artifact),
        *catalog.record_keys(manifest),
    )


def _committed(store: Store, leftover: Leftover) -> bool:
    """Whether a manifest was written since the store was listed: it was a very slow backup."""
    try:
        store.size_bytes(manifest_key(leftover.database, leftover.backup_id))
    except ObjectMissingError:
        return False
    return True


def _went(store: Store, keys: Iterable[str]) -> bool:
    """Delete objects in their order; false at the first that the store retains. One that is gone already is fine."""
    for key in keys:
        try:
            with contextlib.suppress(ObjectMissingError):
                store.delete(key)
        except AccessDeniedError:
            return False
    return True
