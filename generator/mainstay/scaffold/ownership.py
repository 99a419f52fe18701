"""Who owns which emitted file: the one table that code, copier.yml, documentation and tests agree on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class Ownership(StrEnum):
    """What an update may do with a file."""

    MANAGED = "managed"
    SEEDED = "seeded"
    SHARED = "shared"


PROMISES = {
    Ownership.MANAGED: "The template owns it. Your edits survive an update as a three-way merge; where both "
    "changed the same lines, the update leaves conflict markers.",
    Ownership.SEEDED: "Written once, then yours. An update never changes it, deletes it or brings it back.",
    Ownership.SHARED: "You and the template both have entries in it. An update merges the template's changes "
    "around yours.",
}


@dataclass(frozen=True, slots=True)
class OwnedFile:
    """An emitted file, or a family of them.

    Attributes:
        path: Path in the target repository; `*` stands for any name.
        ownership: Its class.
        purpose: What it is for.
    """

    path: str
    ownership: Ownership
    purpose: str


_M, _SEED, _SHARED = Ownership.MANAGED, Ownership.SEEDED, Ownership.SHARED

FILES = (
    OwnedFile(".copier-answers.mainstay.yml", _M, "Answers and the revision of the template"),
    OwnedFile(".github/mainstay.yml", _M, "The policy: the SOP as data"),
    OwnedFile(".github/dependabot.yml", _SHARED, "Weekly dependency updates"),
    OwnedFile(".github/ISSUE_TEMPLATE/incident.yml", _M, "The form that declares an incident"),
    OwnedFile(".github/workflows/audit.yml", _M, "Conformance with the SOP, vulnerable dependencies"),
    OwnedFile(".github/workflows/backup.yml", _M, "Daily backup"),
    OwnedFile(".github/workflows/backup-prune.yml", _M, "Deletes old backups, once you say so"),
    OwnedFile(".github/workflows/restore-drill.yml", _M, "Restores the newest backup and proves it"),
    OwnedFile(".github/workflows/sop-update.yml", _M, "Says when a newer revision of the SOP exists"),
    OwnedFile("docs/incidents/README.md", _SEED, "The list of your incidents"),
    OwnedFile("docs/incidents/response.md", _M, "How an incident is handled"),
    OwnedFile("docs/incidents/severity.md", _M, "Severities and their clocks"),
    OwnedFile("docs/incidents/template.md", _M, "The form of a post-mortem"),
    OwnedFile("docs/maintenance/README.md", _M, "Where maintenance is described"),
    OwnedFile("docs/maintenance/agent-prompt.md", _M, "The prompt for the agents that a team uses"),
    OwnedFile("docs/maintenance/backups.md", _M, "What is backed up, and how it is restored"),
    OwnedFile("docs/maintenance/dependency-updates.md", _M, "How dependencies are updated"),
    OwnedFile("docs/maintenance/on-call.md", _M, "What is expected of those on call"),
    OwnedFile("docs/maintenance/review-checklist.md", _M, "What shows that the SOP is in place"),
    OwnedFile("docs/maintenance/schedule.md", _M, "Which task is done how often by whom"),
    OwnedFile("docs/maintenance/security-patches.md", _M, "How fast a vulnerability is fixed"),
    OwnedFile("docs/maintenance/weekly-checklist.md", _M, "Weekly, monthly and quarterly checklists"),
    OwnedFile("docs/runbooks/README.md", _SEED, "The list of your runbooks"),
    OwnedFile("docs/runbooks/*.md", _M, "Runbooks of common failures, your platform and your database"),
    OwnedFile("scripts/backup-database.sh", _M, "The same backup from cron or a laptop"),
)
"""The first row that matches a path counts. A new emitted file is a row here."""


def ownership_of(path: str) -> Ownership | None:
    """Return the class of an emitted file; nothing for a file that the template does not emit."""
    row = row_of(path)
    return row.ownership if row else None


def row_of(path: str) -> OwnedFile | None:
    """Return the row that a path belongs to."""
    return next((row for row in FILES if fnmatchcase(path, row.path)), None)


def seeded_paths() -> list[str]:
    """Return the files that only a first copy writes."""
    return [row.path for row in FILES if row.ownership is Ownership.SEEDED]


def ownership_page() -> str:
    """Return docs/ownership.md."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# Who owns which file"
    yield ""
    yield "<!-- Generated from generator/mainstay/scaffold/ownership.py: change it there. -->"
    yield ""
    yield "Every file that the template writes into a repository belongs to one of three classes."
    yield ""
    for ownership, promise in PROMISES.items():
        yield f"- **{ownership}**: {promise}"
    yield ""
    yield "| File | Class | What it is |"
    yield "| --- | --- | --- |"
    for row in FILES:
        yield f"| `{row.path}` | {row.ownership} | {row.purpose} |"
    yield ""
    yield from _ADVICE.splitlines()


_ADVICE = """\
## Before the first copy

`mainstay init` renders everything first and compares. A file that exists with other content stops it before anything
is written; `--keep-existing` keeps yours, `--overwrite` takes the template's (only when git has the old one). `mainstay
adopt` shows what differs and changes only the files that you name. The answers are recorded in
`.copier-answers.mainstay.yml`. Another template's `.copier-answers.yml` is left alone.

## Updates

`mainstay plan` shows what a newer revision changes, and `mainstay update` merges it: [Updates](updates.md).
`copier update -a .copier-answers.mainstay.yml` merges what is managed and shared as well, but ends with 0 also when it
left conflict markers, and loses some edits without a word: those in a file that a newer template deletes or renames,
and those in emitted files that git ignores. `mainstay plan` names each of them.
"""
