"""Reads and writes the ledger on its branch of GitHub. Two that write at once both get their lines in."""

from __future__ import annotations

from collections.abc import Sequence

from mainstay.evidence.entry import Event
from mainstay.evidence.ledger import BRANCH, PATH, EvidenceError, Ledger, append_to, parse_ledger
from mainstay.platform.github import Contents, Writer


def read_ledger(contents: Contents) -> Ledger | None:
    """Return the ledger; nothing when there is none yet.

    Raises:
        EvidenceError: It is no text.
        GitHubError: GitHub does not tell.
    """
    data = contents.file(PATH, BRANCH)
    if data is None:
        return None
    try:
        return parse_ledger(data.decode())
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{PATH} on the branch {BRANCH} is not UTF-8 text") from error


def record(writer: Writer, events: Sequence[Event]) -> str | None:
    """Add events to the ledger and return the commit; nothing when it holds them already.

    GitHub refuses a commit that does not follow on the branch as it is. The lines are then made anew, on top of what
    the other writer added.

    Raises:
        EvidenceError: An event is none that a ledger takes.
        GitHubError: GitHub refuses.
    """
    what = ", ".join(sorted({event.kind for event in events})) or "nothing"
    return writer.append(BRANCH, PATH, lambda text: append_to(text, events), message=f"Record {what}")
