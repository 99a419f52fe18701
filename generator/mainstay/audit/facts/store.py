"""The backups as they are: what the store of the policy holds. It is only read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mainstay.audit.facts.online import Online
from mainstay.audit.model import NotApplicable
from mainstay.platform.clock import Clock
from mainstay.policy import Policy
from mainstay.policy.backups import Backups

_ID = re.compile(r"\b(\d{8}T\d{6}Z)-[0-9a-f]{8}\b")

if TYPE_CHECKING:
    from mainstay.backup import Catalog, Manifest, Status
    from mainstay.backup.stores.setting import Setting


@dataclass(frozen=True, slots=True)
class StoredBackups:
    """What the store holds for each database of the policy.

    Attributes:
        promised: What the policy says about backups.
        catalogs: Database -> its backups, newest first, and what verifications recorded.
        statuses: Database -> how they stand against what is promised.
        unreadable: Manifests and records that could not be read, and why.
    """

    promised: Backups
    catalogs: Mapping[str, Catalog]
    statuses: Mapping[str, Status]
    unreadable: tuple[str, ...]

    @property
    def doubtful(self) -> dict[str, datetime]:
        """The backups whose manifest or record cannot be read -> when their ids say that they were taken."""
        found = (match for text in self.unreadable for match in _ID.finditer(text))
        return {match[0]: taken for match in found if (taken := _time_of(match[1]))}

    def newest(self) -> Mapping[str, Manifest]:
        """Return the newest backup of each database that has one."""
        return {name: catalog.backups[0] for name, catalog in self.catalogs.items() if catalog.backups}


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """How the store is set up, as far as it says."""

    settings: tuple[Setting, ...]


def stored_backups(policy: Policy, _: Online, clock: Clock) -> StoredBackups:
    """Return the backups.

    Raises:
        NotApplicable: The policy names no database.
        StoreError: The store cannot be listed, for want of credentials or otherwise.
    """
    from mainstay.backup import backup_status, read_catalog  # noqa: PLC0415 - heavy

    promised = _promised(policy)
    whole = read_catalog(promised.store)
    catalogs = {name: whole.of(name) for name in policy.databases}
    now = clock.now()
    statuses = {name: backup_status(catalogs[name], name, promised, now=now) for name in catalogs}
    return StoredBackups(promised, catalogs, statuses, whole.unreadable)


def store_settings(policy: Policy, online: Online, clock: Clock) -> StoreSettings:
    """Return the settings of the store.

    Raises:
        NotApplicable: The policy names no database.
        StoreError: The store gives no answer.
    """
    from mainstay.backup.stores.settings import store_settings as read_settings  # noqa: PLC0415 - heavy

    return StoreSettings(tuple(read_settings(_promised(policy).store, online.environ, clock)))


def _promised(policy: Policy) -> Backups:
    if not policy.databases or policy.backups is None:
        raise NotApplicable("the policy names no database (BK105 says whether it should)")
    return policy.backups


def _time_of(text: str) -> datetime | None:
    """Return the time in an id; nothing for one that names no time, such as month 13."""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%S%z")
    except ValueError:
        return None
