"""What git knows about the documents: when each was changed, and how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mainstay.audit.facts.files import Root
from mainstay.audit.model import NotApplicable, Unavailable
from mainstay.platform.clock import Clock
from mainstay.platform.git import GitError, Repository

_WATCHED = ("docs",)
_COMMITS_READ = 5000
_LOOKED_BACK = timedelta(days=400)
"""No check asks for more, and git can stop there."""


@dataclass(frozen=True, slots=True)
class Change:
    """A commit, and the lines that it added and removed in each document."""

    sha: str
    at: datetime
    lines: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class History:
    """The commits that touched a document within the last year and a month, newest first."""

    changes: tuple[Change, ...]

    def of(self, path: str) -> Iterator[Change]:
        """Yield the commits that touched a document, newest first."""
        return (change for change in self.changes if path in change.lines)


def history(root: Root, clock: Clock) -> History:
    """Return the history of the documents within the last year and a month.

    Raises:
        NotApplicable: There is no git repository, or no commit yet.
        Unavailable: The checkout is shallow, or git cannot tell.
    """
    try:
        repository = Repository.containing(root.path)
    except GitError as error:
        raise NotApplicable("this is no git repository") from error
    if not repository.has_commit():
        raise NotApplicable("nothing was committed yet")
    if repository.git("rev-parse", "--is-shallow-repository") == "true":
        raise Unavailable("the checkout is shallow: give actions/checkout `fetch-depth: 0`")
    log = Repository(root.path).git(
        "log",
        f"--since={(clock.now() - _LOOKED_BACK).isoformat()}",
        f"--max-count={_COMMITS_READ}",
        "--no-renames",
        "--relative",
        "--numstat",
        "-z",
        "--format=%x01%H %cI",
        "--",
        *_WATCHED,
    )
    return History(tuple(map(_change, log.split("\x01")[1:])))


def _change(text: str) -> Change:
    head, *entries = text.replace("\0\n", "\0").split("\0")
    sha, _, at = head.partition(" ")
    lines: dict[str, tuple[int, int]] = {}
    for entry in entries:
        added, _, rest = entry.strip("\n").partition("\t")
        removed, _, path = rest.partition("\t")
        if path:
            lines[path] = (_count(added), _count(removed))
    return Change(sha, datetime.fromisoformat(at).astimezone(UTC), lines)


def _count(text: str) -> int:
    """Return a number of lines; git writes `-` for a binary file."""
    return int(text) if text.isdigit() else 1
