"""Refuses backups that look wrong although everything worked: an empty database, or far less in it than last time.

The wrong URL, a fresh database behind the old name, a deleted table: the dump of each is valid, and would in time push
the last good one out of the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from mainstay.backup.manifest import Manifest
from mainstay.errors import BackupError
from mainstay.policy.backups import Guards


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something about a backup that looks wrong.

    Attributes:
        message: What it is.
        refuses: Whether the policy refuses such a backup, rather than keeping it with a warning.
    """

    message: str
    refuses: bool


def suspicions(new: Manifest, previous: Manifest | None, guards: Guards) -> tuple[Suspicion, ...]:
    """Return what looks wrong about a backup, compared with the one before it."""
    return (
        *(Suspicion(message, guards.on_empty == "fail") for message in _emptiness(new)),
        *(
            Suspicion(message, guards.on_drop == "fail")
            for message in _drops(new, previous, guards.largest_drop)
        ),
    )


def require_plausible(new: Manifest, previous: Manifest | None, guards: Guards) -> tuple[str, ...]:
    """Return what looks wrong and is kept all the same.

    Raises:
        BackupError: Something looks wrong that the policy refuses.
    """
    found = suspicions(new, previous, guards)
    if refused := [suspicion.message for suspicion in found if suspicion.refuses]:
        raise BackupError(
            f"the backup of {new.database} looks wrong and was not kept: {'; '.join(refused)}",
            hint="is it the right database? If this is as it should be, say so once with --accept-drop, or for good in "
            "backups.guards of the policy",
        )
    return tuple(suspicion.message for suspicion in found)


def _emptiness(new: Manifest) -> Iterator[str]:
    if not new.content.known:
        return
    if not new.content.tables:
        yield "it holds no table"
    elif not new.content.rows:
        yield f"it holds {len(new.content.tables)} tables and no row"


def _drops(new: Manifest, previous: Manifest | None, largest: Fraction) -> Iterator[str]:
    if previous is None:
        return
    figures = [("bytes of dump", previous.dump.size_bytes, new.dump.size_bytes)]
    if previous.content.known and new.content.known:
        figures += [
            ("rows", previous.content.rows, new.content.rows),
            ("tables", len(previous.content.tables), len(new.content.tables)),
        ]
    for what, before, now in figures:
        if before and Fraction(before - now, before) > largest:
            yield f"{now:,} {what} instead of {before:,} in {previous.id}"
