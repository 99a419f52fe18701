"""Tells those who have to know how a run ended: a dead-man switch, people, an issue on GitHub.

Telling never changes what happened: a backup that was taken is taken. What could not be told is returned, to be said.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mainstay.backup import signals
from mainstay.backup.signals import BackupFailed, DrillFailed, Event, Failed
from mainstay.errors import HttpError, MainstayError
from mainstay.platform import http
from mainstay.platform.github import Issues
from mainstay.platform.notify import notify
from mainstay.platform.redact import remember_url
from mainstay.policy.backups import Backups

_TIMEOUT_SECONDS = 3  # twice this is what a stopped run has to end in order (platform.signals)
_TRIES = 2
Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Channels:
    """Where a run is told about.

    Attributes:
        heartbeat: Address of the dead-man switch, a secret.
        notify: Variable of the environment -> address of a service, a secret.
        issues: The issues of the repository; None outside a workflow.
        run_url: The workflow run.
        warn: Is told what could not be told.
    """

    heartbeat: str | None = field(default=None, repr=False)
    notify: Mapping[str, str] = field(default_factory=dict, repr=False)
    issues: Callable[[], Issues] | None = None
    run_url: str | None = None
    warn: Warn = lambda _: None


def channels_of(
    backups: Backups | None,
    environ: Mapping[str, str],
    warn: Warn,
    *,
    run_url: str | None = None,
    issues: Callable[[], Issues] | None = None,
) -> Channels:
    """Return the channels that the policy names, with their addresses from the environment.

    A variable that is not set keeps no backup from being taken; it is warned about.
    """

    def addresses(references: Sequence[str]) -> dict[str, str]:
        found = {}
        for name in (reference.removeprefix("$") for reference in references):
            if address := environ.get(name, "").strip():
                remember_url(address)
                found[name] = address
            else:
                warn(f"nobody is told there: the environment variable {name} is not set")
        return found

    wanted = backups or None
    heartbeat = addresses([wanted.heartbeat] if wanted and wanted.heartbeat else [])
    return Channels(
        next(iter(heartbeat.values()), None),
        addresses(wanted.notify if wanted else []),
        issues,
        run_url,
        warn,
    )


@contextlib.contextmanager
def backups_told(names: Sequence[str], channels: Channels, *, whole: bool = True) -> Iterator[list[Event]]:
    """Tell that a run of backups begins, and at its end how it went.

    The block appends an event per database. For those without one when it ends, the run failed: also on Ctrl-C.

    Args:
        names: The databases, as the policy names them.
        channels: Who is told.
        whole: Whether these are all databases. The dead-man switch hears of success only then: a run for one
            database must not hide that another one was never backed up.
    """

    def tell(events: Sequence[Event]) -> None:
        failed = signals.failures(events)
        if failed or whole:
            _beat(channels, "/fail" if failed else "", signals.heartbeat_text(events))
        _tell_people(events, channels)

    if whole:
        _beat(channels, "/start", "")
    with _ending(names, BackupFailed, tell) as events:
        yield events


@contextlib.contextmanager
def drills_told(names: Sequence[str], channels: Channels) -> Iterator[list[Event]]:
    """Tell at the end of a run of restore drills how it went. The dead-man switch is about backups alone."""
    with _ending(names, DrillFailed, lambda events: _tell_people(events, channels)) as events:
        yield events


@contextlib.contextmanager
def _ending(
    names: Sequence[str],
    failed: Callable[[str, str], Failed],
    tell: Callable[[Sequence[Event]], None],
) -> Iterator[list[Event]]:
    """Yield the events to append to; at the end complete them, whatever ended the block, and tell."""
    events: list[Event] = []
    reason = "the run ended before its turn"
    try:
        yield events
    except BaseException as error:
        reason = signals.reason_of(error)
        raise
    finally:
        had = {event.database for event in events}
        events.extend(failed(name, reason) for name in names if name not in had)
        tell(events)


def _beat(channels: Channels, suffix: str, text: str) -> None:
    """Ping the dead-man switch, in the way of healthchecks.io. The start is tried once: it delays the backup."""
    if channels.heartbeat is None:
        return
    url, problem = _with_suffix(channels.heartbeat, suffix), ""
    for _ in range(1 if suffix == "/start" else _TRIES):
        try:
            answer = http.request("POST", url, body=text.encode(), timeout_seconds=_TIMEOUT_SECONDS)
        except HttpError as error:
            problem = error.message
            continue
        if answer.ok:
            return
        problem = f"it answered {answer.status}"
    channels.warn(f"the heartbeat {suffix.removeprefix('/') or 'success'} was not taken: {problem}")


def _with_suffix(address: str, suffix: str) -> str:
    path, mark, query = address.partition("?")
    return f"{path.rstrip('/')}{suffix}{mark}{query}" if suffix else address


def _tell_people(events: Sequence[Event], channels: Channels) -> None:
    if text := signals.notification(events, channels.run_url):
        for name, address in channels.notify.items():
            if problem := notify(address, text.title, text.body):
                channels.warn(f"nobody was told through ${name}: {problem}")
    try:
        _reconcile_issues(events, channels)
    except MainstayError as error:
        channels.warn(f"the issue about it is not up to date: {error.message}")


def _reconcile_issues(events: Sequence[Event], channels: Channels) -> None:
    """Keep one issue open per database and kind that fails, and none for those that do not."""
    if channels.issues is None:
        return
    issues = channels.issues()
    opened = issues.open_and_ours(signals.LABEL)
    for event in events:
        ours = [issue for issue in opened if signals.marker(event) in issue.body]
        if isinstance(event, Failed):
            text = signals.issue_text(event, channels.run_url)
            if not ours:
                issues.create(text.title, text.body, signals.LABEL)
            elif (ours[0].title, ours[0].body) != (text.title, text.body):
                issues.edit(ours[0].number, text.title, text.body)
            ours = ours[1:]
            comment = "The same is said in an older issue."
        else:
            comment = signals.recovery_text(event, channels.run_url)
        for issue in ours:
            issues.close(issue.number, comment)
