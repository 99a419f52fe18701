"""Puts the template into a repository for the first time: all of it or nothing, and never over somebody's work."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mainstay.errors import ScaffoldError
from mainstay.platform.git import GitError, Repository
from mainstay.scaffold.answers import ANSWERS_FILE, Answers
from mainstay.scaffold.copy import Rendered, render
from mainstay.scaffold.place import place_files, require_place
from mainstay.scaffold.source import TemplateSource

if TYPE_CHECKING:
    from mainstay.dependabot import Merge

_SHOWN = 20
_FOREIGN_ANSWERS = ".copier-answers.yml"
_SEE = "docs/ownership.md"


class OnExisting(StrEnum):
    """What happens to files that are there already, with other content."""

    REFUSE = "refuse"
    KEEP = "keep"
    OVERWRITE = "overwrite"


@dataclass(frozen=True, slots=True)
class InitResult:
    """What `init_target` did, or with `dry_run` would do. Paths are relative, with forward slashes.

    Attributes:
        root: The top of the repository.
        created: Files that were not there.
        kept: Files that were there with other content and stayed as they were.
        overwritten: Files that were there with other content and were replaced.
        unchanged: Files that were there with the same content.
        answers: All answers, as recorded.
        questions: What copier.yml says about each question.
        notes: What the reader should know, in sentences.
        merged: Shared files that were there and got what they lacked.
    """

    root: Path
    created: tuple[str, ...]
    kept: tuple[str, ...]
    overwritten: tuple[str, ...]
    unchanged: tuple[str, ...]
    answers: Answers
    questions: Mapping[str, Mapping[str, Any]]
    notes: tuple[str, ...]
    merged: tuple[str, ...] = ()


def init_target(
    root: Path,
    answers: Mapping[str, object],
    source: TemplateSource,
    *,
    on_existing: OnExisting = OnExisting.REFUSE,
    dry_run: bool = False,
) -> InitResult:
    """Copy the template into the git repository that holds `root`, and return what was written.

    Everything is rendered and compared first. A failure while writing takes back what was written.

    Raises:
        ScaffoldError: The repository cannot take the template as it is; it was not changed.
        UsageError: An answer belongs to no question.
    """
    repository = require_ready(root)
    with tempfile.TemporaryDirectory(prefix="mainstay-") as scratch:
        rendered = render(source, Path(scratch) / "copy", {"project_name": repository.root.name, **answers})
        result = _compare(repository, rendered, on_existing)
        if result.kept and on_existing is OnExisting.REFUSE:
            raise _refusal(result.kept)
        if result.overwritten:
            require_recoverable(repository, result.overwritten)
        if not dry_run:
            place_files(
                rendered.folder, repository.root, (*result.created, *result.overwritten, *result.merged)
            )
        return result


def require_ready(root: Path) -> Repository:
    """Return the repository that holds `root` when it can take the template.

    Raises:
        ScaffoldError: There is none, it has the template already, or holds uncommitted work.
    """
    try:
        repository = Repository.containing(root)
    except GitError as error:
        raise ScaffoldError(error.message, hint="make it one first: git init", see=_SEE) from error
    if (repository.root / ANSWERS_FILE).exists():
        raise ScaffoldError(
            f"{repository.root} has the template already ({ANSWERS_FILE})",
            hint="bring it up to date: mainstay plan, then mainstay update",
            see=_SEE,
        )
    if repository.has_commit() and (changes := repository.changes()):
        raise ScaffoldError(
            f"{repository.root} holds work that is not committed:\n{_listed(changes)}",
            hint="commit it or put it aside (git stash -u), so that what the template brings can be told apart",
        )
    return repository


def _compare(repository: Repository, rendered: Rendered, on_existing: OnExisting) -> InitResult:
    from mainstay.scaffold.shared import merge_shared  # noqa: PLC0415 - an update needs no Dependabot

    states: dict[str, list[str]] = {"created": [], "unchanged": [], "differs": []}
    for path in rendered.paths:
        states[_state(rendered.folder / path, repository.root, path)].append(path)
    merges = (
        merge_shared(rendered.folder, repository.root, states["differs"])
        if on_existing is OnExisting.REFUSE
        else {}
    )
    differing = [path for path in states["differs"] if path not in merges]
    overwritten = differing if on_existing is OnExisting.OVERWRITE else []
    kept = [] if overwritten else differing
    complete = [path for path, merge in merges.items() if not merge.edits]
    return InitResult(
        root=repository.root,
        created=tuple(states["created"]),
        kept=tuple(kept),
        overwritten=tuple(overwritten),
        unchanged=(*states["unchanged"], *complete),
        answers=rendered.answers,
        questions=rendered.questions,
        notes=(*rendered.notes, *notes_about(repository, rendered, kept), *_reasons(merges)),
        merged=tuple(path for path, merge in merges.items() if merge.edits),
    )


def _state(fresh: Path, root: Path, path: str) -> str:
    if not require_place(root, path):
        return "created"
    return "unchanged" if (root / path).read_bytes() == fresh.read_bytes() else "differs"


def _refusal(paths: Sequence[str]) -> ScaffoldError:
    return ScaffoldError(
        f"these files exist with other content:\n{_listed(paths)}",
        hint="look at the differences with mainstay adopt; or keep yours with --keep-existing, or take the "
        "template's with --overwrite (git has the old ones)",
        see=_SEE,
    )


def require_recoverable(repository: Repository, paths: Sequence[str]) -> None:
    """Only what git has may be overwritten: an ignored or never committed file could not be brought back."""
    known = (
        set(repository.git("ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0"))
        if repository.has_commit()
        else set()
    )
    if lost := [path for path in paths if path not in known]:
        raise ScaffoldError(
            f"git could not bring these files back, so they are not overwritten:\n{_listed(lost)}",
            hint="commit them first, or keep them with --keep-existing",
        )


def notes_about(repository: Repository, rendered: Rendered, kept: Sequence[str]) -> list[str]:
    """Return what the reader should know about a copy before it is committed."""
    notes = []
    if Path(str(rendered.answers["_src_path"])).is_dir():
        notes.append(
            "the template came from a folder: workflows name OWNER/REPO until it comes from --source gh:OWNER/REPO"
        )
    if (repository.root / _FOREIGN_ANSWERS).exists():
        notes.append(
            f"{_FOREIGN_ANSWERS} belongs to another template and was left alone: this one keeps {ANSWERS_FILE}"
        )
    if kept:
        notes.append("files that were kept may conflict in the next update: --keep FILE then leaves yours")
    if ignored := repository.ignored(rendered.paths):
        notes.append(
            f"git ignores files of the template, so they will not be committed: {', '.join(ignored)}"
        )
    return notes


def _reasons(merges: Mapping[str, Merge]) -> Iterator[str]:
    for path, merge in merges.items():
        yield from (f"{path}:{edit.line} {edit.why}" for edit in merge.edits)
        yield from merge.notes


def _listed(paths: Sequence[str]) -> str:
    more = [f"  and {len(paths) - _SHOWN} more"] if len(paths) > _SHOWN else []
    return "\n".join([*(f"  {path}" for path in paths[:_SHOWN]), *more])
