"""Years of a store's life at random: backups, drills, killed runs, prunes that die, prunes that finish."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from helpers.backups import keys_in, manifest_at, put_backup, put_record, record_of
from mainstay.backup import Manifest, prune_backups, read_catalog
from mainstay.backup.records import LEVELS
from mainstay.backup.retention import plan_retention
from mainstay.backup.stores import open_store
from mainstay.backup.stores.object_store import ObjectStore
from mainstay.errors import RetentionRefusedError, StoreError
from mainstay.platform.clock import FixedClock
from mainstay.policy.backups import Backups, Keep, Prune

PROMISED = Backups(
    store="file:///unused",
    keep=Keep(last=1, daily=2, weekly=1, monthly=1, yearly=1),
    prune=Prune.model_validate({"largest-share": "100%"}),
)


SPANS = st.lists(st.integers(1, 24 * 20), min_size=3, max_size=8)
"""Hours between one backup and the next."""


class StoreLife(RuleBasedStateMachine):
    """A store with one database and somebody else's object in it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.url = self.folder.as_uri()
        self.clock = FixedClock(datetime(2024, 12, 20, 2, 17, tzinfo=UTC))
        self.taken: list[Manifest] = []
        self.restored: list[Manifest] = []
        self.something_to_prune = False
        open_store(self.url).create("app/foreign.txt", b"somebody else's")

    def teardown(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder)

    @initialize(spans=SPANS)
    def there_is_a_history(self, spans: list[int]) -> None:
        """Pruning begins with some backups."""
        self._take(spans)

    @rule(spans=SPANS)
    def backups_are_taken(self, spans: list[int]) -> None:
        """Hours to weeks apart."""
        self._take(spans)

    def _take(self, spans: list[int]) -> None:
        for hours in spans:
            self.clock.at += timedelta(hours=hours)
            self.taken.append(put_backup(self.url, manifest_at(self.clock.at)))
        self.something_to_prune = True

    @rule(hours=st.integers(1, 8))
    def a_run_is_killed_before_its_manifest(self, hours: int) -> None:
        """Its artifact stays."""
        self.clock.at += timedelta(hours=hours)
        open_store(self.url).create(manifest_at(self.clock.at).artifact.key, b"half a dump")

    @precondition(lambda self: bool(read_catalog(self.url).backups))
    @rule(data=st.data(), level=st.sampled_from(LEVELS))
    def one_is_verified(self, data: st.DataObject, level: str) -> None:
        """On any level."""
        backup = data.draw(st.sampled_from(read_catalog(self.url).backups))
        put_record(self.url, record_of(backup, self.clock.at, level))
        if level in {"restored", "proved"}:
            self.restored.append(backup)

    @precondition(lambda self: self.something_to_prune)
    @rule(deletions=st.none() | st.integers(0, 6))
    def a_prune_runs_and_may_die(self, deletions: int | None) -> None:
        """After any number of deletions; one that ends leaves nothing for the next."""
        left = itertools.repeat(0) if deletions is None else iter(range(deletions))
        delete = ObjectStore.delete

        def dying(store: ObjectStore, key: str) -> None:
            if next(left, None) is None:
                raise StoreError("the connection broke")
            delete(store, key)

        with (
            patch.object(ObjectStore, "delete", dying),
            contextlib.suppress(RetentionRefusedError, StoreError),
        ):
            result = prune_backups(self.url, "app", PROMISED, apply=True, clock=self.clock)
            again = prune_backups(self.url, "app", PROMISED, apply=True, clock=self.clock)
            self.something_to_prune = False
            assert result.retained == ()
            assert (again.deleted, again.leftovers) == ((), ())

    @invariant()
    def every_manifest_has_its_artifact(self) -> None:
        """At every moment: what is listed can be restored."""
        keys = set(keys_in(self.url))
        catalog = read_catalog(self.url)
        assert catalog.unreadable == ()
        assert all(manifest.artifact.key in keys for manifest in catalog.backups)

    @invariant()
    def the_newest_and_the_newest_restored_are_there(self) -> None:
        """Whatever was pruned."""
        ids = {manifest.id for manifest in read_catalog(self.url).backups}
        assert {manifest.id for manifest in self.taken[-1:]} <= ids
        assert {max(self.restored, key=lambda m: m.taken_at).id} <= ids if self.restored else True

    @invariant()
    def what_the_policy_keeps_of_all_that_was_taken_is_there(self) -> None:
        """Pruning step by step keeps at least what the policy says of the whole history."""
        ids = {manifest.id for manifest in read_catalog(self.url).backups}
        assert {decision.backup_id for decision in plan_retention(self.taken, PROMISED.keep).kept} <= ids

    @invariant()
    def what_belongs_to_others_is_untouched(self) -> None:
        """Always."""
        assert (self.folder / "app/foreign.txt").read_bytes() == b"somebody else's"


TestStoreLife = StoreLife.TestCase
TestStoreLife.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
