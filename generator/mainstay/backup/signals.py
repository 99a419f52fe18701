"""What is told about a run, and in which words: the events, the heartbeat, the notification, the issue on GitHub.

Nothing here talks to anybody; `backup.signalling` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from mainstay.errors import MainstayError
from mainstay.platform.redact import redact

LABEL = "backup-failure"
_REASON_AT_MOST = 300


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happened to a database's backups.

    Attributes:
        database: Its name in the policy.
    """

    what: ClassVar[str]
    kind: ClassVar[str]
    database: str


@dataclass(frozen=True, slots=True)
class BackupSucceeded(_Event):
    """A backup was taken."""

    what: ClassVar[str] = "Backup"
    kind: ClassVar[str] = "backup"
    backup_id: str


@dataclass(frozen=True, slots=True)
class BackupFailed(_Event):
    """No backup was taken."""

    what: ClassVar[str] = "Backup"
    kind: ClassVar[str] = "backup"
    reason: str


@dataclass(frozen=True, slots=True)
class DrillSucceeded(_Event):
    """The newest backup was restored, and was what its manifest says."""

    what: ClassVar[str] = "Restore drill"
    kind: ClassVar[str] = "restore-drill"
    backup_id: str


@dataclass(frozen=True, slots=True)
class DrillFailed(_Event):
    """The newest backup could not be restored, or is not what was promised."""

    what: ClassVar[str] = "Restore drill"
    kind: ClassVar[str] = "restore-drill"
    reason: str


Succeeded = BackupSucceeded | DrillSucceeded
Failed = BackupFailed | DrillFailed
Event = Succeeded | Failed


@dataclass(frozen=True, slots=True)
class Text:
    """Something to say: one line, and the rest."""

    title: str
    body: str


def reason_of(error: BaseException) -> str:
    """Return one line that says why, with no secret in it. What is not expected is named by its type alone."""
    if isinstance(error, KeyboardInterrupt):
        return "the run was interrupted"
    if not isinstance(error, MainstayError):
        return f"a bug in mainstay: {type(error).__name__}"
    lines = redact(error.message).strip().splitlines() or ["no reason was given"]
    return lines[0][:_REASON_AT_MOST]


def failures(events: Sequence[Event]) -> list[Failed]:
    """Return the events that are failures."""
    return [event for event in events if isinstance(event, Failed)]


def heartbeat_text(events: Sequence[Event]) -> str:
    """Return what the dead-man switch is told at the end: a line per database."""
    return "\n".join(_line(event) for event in events)


def notification(events: Sequence[Event], run_url: str | None) -> Text | None:
    """Return what people are told, or nothing when nothing failed."""
    failed = failures(events)
    if not failed:
        return None
    databases = ", ".join(event.database for event in failed)
    lines = [_line(event) for event in failed]
    return Text(f"{failed[0].what} failed: {databases}", "\n".join([*lines, *([run_url] if run_url else [])]))


def marker(event: Event) -> str:
    """Return what an issue about this database and kind is found again by."""
    return f"<!-- mainstay:{LABEL}:{event.kind}:{event.database} -->"


def issue_text(event: Failed, run_url: str | None) -> Text:
    """Return title and body of the issue that stays open while this fails."""
    # Indented, nothing of the reason is markup, mention or end of a block.
    run = f"\nThe run: {run_url}\n" if run_url else ""
    return Text(
        f"{event.what} of {event.database} failed",
        f"""{marker(event)}
{_MEANING[event.kind]}

    {event.reason}
{run}
What to do: [RB-10, backup missing or failed](../blob/HEAD/docs/runbooks/rb-10-backup-missing.md).

This issue shows the newest failure and closes itself when the next run succeeds.
""",
    )


def recovery_text(event: Succeeded, run_url: str | None) -> str:
    """Return the comment that closes the issue."""
    return f"{event.what} {event.backup_id} of {event.database} succeeded.{f' {run_url}' if run_url else ''}"


_MEANING = {
    "backup": "No backup was taken:",
    "restore-drill": "The newest backup was not proved restorable:",
}


def _line(event: Event) -> str:
    if isinstance(event, Failed):
        return f"{event.what} of {event.database} failed: {event.reason}"
    return f"{event.what} of {event.database} succeeded: {event.backup_id}"
