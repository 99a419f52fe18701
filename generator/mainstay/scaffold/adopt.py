"""Puts the template into a repository that has some of it already: yours stays, and what differs is shown."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from mainstay.dependabot import DEPENDABOT
from mainstay.errors import DependabotError, UsageError
from mainstay.platform.git import Repository
from mainstay.scaffold.copy import Rendered, render
from mainstay.scaffold.init import notes_about, require_ready, require_recoverable
from mainstay.scaffold.place import place_files, require_place
from mainstay.scaffold.shared import merge_shared
from mainstay.scaffold.source import TemplateSource


@dataclass(frozen=True, slots=True)
class Adoption:
    """What `adopt_target` did, or would do. Paths are relative to `root`, with forward slashes.

    Attributes:
        root: The top of the repository.
        created: Files that were not there.
        unchanged: Files that were there with the same content, or that lack nothing.
        differences: Files that were there with other content -> what taking them changes, as a unified diff. A
            shared file gets what it lacks; any other becomes the template's.
        taken: Those of them that are taken. All others stay as they are.
        notes: What the reader should know, in sentences.
    """

    root: Path
    created: tuple[str, ...]
    unchanged: tuple[str, ...]
    differences: Mapping[str, str]
    taken: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """Files that stay as they are."""
        return tuple(path for path in self.differences if path not in self.taken)


def adopt_target(
    root: Path,
    answers: Mapping[str, object],
    source: TemplateSource,
    *,
    take: Collection[str] = (),
    write: bool = False,
) -> Adoption:
    """Return what adopting the template does to the git repository that holds `root`, and do it when `write` is set.

    No file that is there is changed unless it is one of `take`. A failure while writing takes back what was written.

    Raises:
        ScaffoldError: The repository cannot take the template as it is; it was not changed.
        UsageError: An answer belongs to no question, or `take` names a file that does not differ.
    """
    repository = require_ready(root)
    with tempfile.TemporaryDirectory(prefix="mainstay-") as scratch:
        rendered = render(source, Path(scratch) / "copy", {"project_name": repository.root.name, **answers})
        adoption = _compare(repository, rendered, take)
        require_recoverable(repository, adoption.taken)
        if write:
            place_files(rendered.folder, repository.root, (*adoption.created, *adoption.taken))
        return adoption


def _compare(repository: Repository, rendered: Rendered, take: Collection[str]) -> Adoption:
    root, fresh = repository.root, rendered.folder
    there = [path for path in rendered.paths if require_place(root, path)]
    merges, refused = {}, []
    try:
        merges = merge_shared(fresh, root, [path for path in there if _differ(fresh, root, path)])
    except DependabotError as error:
        if DEPENDABOT in take:
            raise
        refused.append(error.message)
    differing = [path for path in there if _differ(fresh, root, path)]
    if needless := sorted(set(take) - set(differing)):
        raise UsageError(
            f"{needless[0]} does not differ from what you have",
            hint="these do: " + ", ".join(differing) if differing else "nothing does",
        )
    kept = [path for path in differing if path not in take]
    return Adoption(
        root=root,
        created=tuple(path for path in rendered.paths if path not in there),
        unchanged=tuple(path for path in there if path not in differing),
        differences={path: _difference(root / path, fresh / path, path) for path in differing},
        taken=tuple(path for path in differing if path in take),
        notes=(
            *rendered.notes,
            *refused,
            *notes_about(repository, rendered, kept),
            *(f"{path}:{edit.line} {edit.why}" for path, merge in merges.items() for edit in merge.edits),
        ),
    )


def _differ(fresh: Path, root: Path, path: str) -> bool:
    return (fresh / path).read_bytes() != (root / path).read_bytes()


def _difference(yours: Path, theirs: Path, path: str) -> str:
    before, after = (
        file.read_text(encoding="utf-8", errors="replace").splitlines() for file in (yours, theirs)
    )
    lines = difflib.unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="")
    return "\n".join(lines) or "only line ends or bytes that are no text differ"
