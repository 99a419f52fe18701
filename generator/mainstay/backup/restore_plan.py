"""Plans a restore before anything is touched, and carries the plan out.

A database that exists is never written to. The backup goes into a new one, which gets its name when it is whole; where
the name was taken, the two change names in one step, and the old one stays, for a person to drop.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from mainstay.backup.catalog import Catalog, read_catalog
from mainstay.backup.encryption import IDENTITY_VARIABLE
from mainstay.backup.engines import Target, engine_named, replacer_named
from mainstay.backup.manifest import Manifest
from mainstay.backup.records import Standing, VerificationRecord
from mainstay.backup.restore import Restoration, restore_backup
from mainstay.errors import EngineError, MainstayError, UsageError
from mainstay.platform.clock import Clock, SystemClock
from mainstay.progress import SILENT, Progress

_NAME_BYTES = 63
"""PostgreSQL cuts longer names off without an error."""


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What a restore would do.

    Attributes:
        manifest: The backup.
        store_url: Where it is.
        server_url: The server it goes to: a secret.
        into: Name of the database that it will be afterwards.
        with_owners: Whether objects get their owners and privileges back.
        standing: What verifications have shown of the backup.
        usual: The last recorded restore of a backup of this database: how long this one may take.
        target: How the database and its server stand; none where the engine cannot tell.
        kept_as: Name under which the database that is replaced stays; none when none is replaced.
        problems: Why the restore would be refused, each with what to do about it.
    """

    manifest: Manifest
    store_url: str
    server_url: str = field(repr=False)
    into: str
    with_owners: bool
    standing: Standing
    usual: VerificationRecord | None
    target: Target | None
    kept_as: str | None
    problems: tuple[MainstayError, ...]


def plan_restore(  # noqa: PLR0913 - what, from where, to where; the rest has defaults
    manifest: Manifest,
    store_url: str,
    *,
    server_url: str,
    into: str,
    confirm: str | None = None,
    with_owners: bool = True,
    identities: Sequence[str] = (),
    clock: Clock | None = None,
) -> RestorePlan:
    """Return what restoring a backup into the database `into` would do; nothing is touched.

    Args:
        manifest: The backup.
        store_url: Where it is.
        server_url: A database on the server to restore on.
        into: Name of the database that it is to be.
        confirm: The same name again: it may be replaced, even if it is not empty or is the backup's source.
        with_owners: Give objects their owners and privileges back, where the engine can.
        identities: Private keys of age, for an encrypted backup.
        clock: Tells the time, for the name of a database that is replaced.

    Raises:
        EngineError: The server cannot be reached.
        StoreError: The store cannot be read.
    """
    replacer = replacer_named(manifest.engine)
    target = replacer.look(server_url, into, manifest.server, manifest.content) if replacer else None
    catalog = read_catalog(store_url, manifest.database)
    exists = target is not None and target.exists
    now = (clock or SystemClock()).now()
    plan = RestorePlan(
        manifest=manifest,
        store_url=store_url,
        server_url=target.server_url if target else server_url,
        into=into,
        with_owners=with_owners and replacer is not None,
        standing=catalog.standing(manifest),
        usual=_last_restore(catalog),
        target=target,
        kept_as=_fitted(into, f"_before_{now:%Y%m%dt%H%M%S}z") if exists else None,
        problems=(),
    )
    return replace(plan, problems=problems_of(plan, confirm, has_key=bool(identities)))


def problems_of(
    plan: RestorePlan, confirm: str | None = None, *, has_key: bool = False
) -> tuple[MainstayError, ...]:
    """Return why a restore would be refused, each with what to do about it.

    Args:
        plan: What it would do.
        confirm: The name of the database that may be replaced, as somebody typed it.
        has_key: Whether there is a private key for an encrypted backup.
    """
    found = _problems(plan, plan.target, confirmed=confirm == plan.into) if plan.target else ()
    keyless = () if has_key or not plan.manifest.artifact.encryption else _keyless(plan.manifest)
    return (*_unlike(plan.into, confirm), *found, *keyless)


def carry_out(
    plan: RestorePlan,
    *,
    identities: Sequence[str] = (),
    clock: Clock | None = None,
    progress: Progress = SILENT,
) -> Restoration:
    """Restore as planned, and return what came of it.

    Raises:
        MainstayError: The first problem of the plan; nothing was touched. Otherwise what `restore_backup` raises, after
            which everything is as it was before.
    """
    if plan.problems:
        raise plan.problems[0]
    replacer, into = replacer_named(plan.manifest.engine), plan.into
    engine = replacer.engine(with_owners=plan.with_owners) if replacer else engine_named(plan.manifest.engine)
    restore = functools.partial(
        restore_backup,
        plan.manifest,
        plan.store_url,
        server_url=plan.server_url,
        identities=identities,
        engine=engine,
        clock=clock,
        progress=progress,
    )
    if replacer is None:
        return restore(into=into)
    # Under another name until it is whole: what a killed restore leaves behind is taken for nothing else.
    beside = _fitted(into, f"_restoring_{secrets.token_hex(4)}")
    restored = restore(into=beside)
    try:
        if plan.kept_as is None:
            replacer.rename(plan.server_url, beside, into)
        else:
            replacer.replace(plan.server_url, into, by=beside, kept_as=plan.kept_as)
    except BaseException:
        engine.drop_database(plan.server_url, beside)
        raise
    return Restoration(into, engine.database_url(plan.server_url, into), restored.duration_seconds)


def _problems(plan: RestorePlan, target: Target, *, confirmed: bool) -> Iterator[MainstayError]:
    server, into = plan.manifest.server, plan.into
    yield from target.refusals
    if target.major < server.major:
        yield EngineError(
            f"the backup is of version {server.version}, the server of {target.version}",
            hint="restore on a server that is not older",
        )
    if not confirmed and (reason := _precious(plan, target)):
        yield UsageError(
            f"database {into!r} {reason}; nothing was touched",
            hint=f"restore into a new name, or add --confirm {into}: it is then replaced, and kept as {plan.kept_as}",
        )
    if plan.with_owners and target.missing_roles:
        yield EngineError(
            f"the server lacks roles that the backup names: {', '.join(target.missing_roles)}",
            hint=f"{_make_roles(plan)}, or leave owners and privileges out with --no-owner",
        )
    if target.missing_extensions:
        yield EngineError(
            f"the server lacks extensions that the backup needs: {', '.join(target.missing_extensions)}",
            hint="install their packages on the server",
        )


def _precious(plan: RestorePlan, target: Target) -> str | None:
    if not target.exists:
        return None
    if target.identity is not None and target.identity == plan.manifest.server.identity:
        return "is the one that the backup was taken from"
    return None if target.empty else "exists and is not empty"


def _make_roles(plan: RestorePlan) -> str:
    if (roles := plan.manifest.globals) is None:
        return "create them"
    opened = "age -d -i key.txt | zstd -dc" if roles.encryption else "zstd -dc"
    return f"create them (the backup holds them: {roles.key}, through `{opened}`)"


def _keyless(manifest: Manifest) -> tuple[MainstayError, ...]:
    return (UsageError(f"{manifest.id} is encrypted", hint=f"put the private key into {IDENTITY_VARIABLE}"),)


def _unlike(into: str, confirm: str | None) -> tuple[MainstayError, ...]:
    if confirm is None or confirm == into:
        return ()
    return (
        UsageError(
            f"--confirm says {confirm!r}, but the restore goes into {into!r}; nothing was touched",
            hint="type the name of the database that may be replaced exactly as in --into",
        ),
    )


def _last_restore(catalog: Catalog) -> VerificationRecord | None:
    timed = [record for record in catalog.records.values() if record.restore_seconds is not None]
    return max(timed, key=lambda record: record.verified_at, default=None)


def _fitted(name: str, ending: str) -> str:
    return name.encode()[: _NAME_BYTES - len(ending)].decode(errors="ignore") + ending
