"""The three sides of an update: the adopted revision, the repository, the new revision. All are only read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mainstay.errors import MainstayError, ScaffoldError
from mainstay.platform.git import GitError, Repository
from mainstay.platform.git_trees import ScratchGit, Tree
from mainstay.scaffold.align import Sides, align
from mainstay.scaffold.answers import ANSWERS_FILE, Answers
from mainstay.scaffold.copy import Rendered, render
from mainstay.scaffold.ownership import Ownership, ownership_of
from mainstay.scaffold.place import require_place
from mainstay.scaffold.quick import rendering_quickly
from mainstay.scaffold.revision import Adopted, read_adopted
from mainstay.scaffold.source import TemplateSource, find_source

_MARKERS = (b"<<<<<<< ", b">>>>>>> ")


@dataclass(frozen=True, slots=True)
class Target:
    """A repository that has adopted the SOP.

    Attributes:
        repository: The repository.
        root: The folder that was copied into: its top, or a folder of it.
        adopted: Which revision of which template.
    """

    repository: Repository
    root: Path
    adopted: Adopted

    @classmethod
    def at(cls, path: Path) -> Target:
        """Return the one at `path`.

        Raises:
            ScaffoldError: There is no repository, or it has not adopted the SOP.
        """
        try:
            repository = Repository.containing(path)
        except GitError as error:
            raise ScaffoldError(
                error.message, hint="updates are merged by git: commit the repository first"
            ) from error
        here = path.resolve()
        root = here if (here / ANSWERS_FILE).exists() else repository.root
        return cls(repository, root, read_adopted(root))

    @property
    def prefix(self) -> str:
        """The path from the top of the repository to `root`, ending in a slash unless it is empty."""
        inner = self.root.relative_to(self.repository.root.resolve()).as_posix()
        return "" if inner == "." else f"{inner}/"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the repository has and what the template gives, as trees of one scratch store.

    Attributes:
        target: The repository.
        git: The store.
        work_tree: The files of the repository that matter here, as they are.
        base: The adopted revision, aligned.
        yours: The repository's files, aligned: where they differ from `base`, somebody edited them.
        theirs: The new revision, aligned.
        old: The render of the adopted revision.
        new: The render of the new one.
        ignored: Emitted files that git ignores.
        notes: What the reader should know, in sentences.
    """

    target: Target
    git: ScratchGit
    work_tree: Tree
    base: Tree
    yours: Tree
    theirs: Tree
    old: Rendered
    new: Rendered
    ignored: frozenset[str]
    notes: tuple[str, ...]


@contextmanager
def compared(
    path: Path, *, ref: str | None = None, answers: Mapping[str, object] | None = None, local: bool = False
) -> Iterator[Comparison]:
    """Yield the comparison of the repository at `path` with the revision `ref`, its newest release by default.

    Args:
        path: The repository, or the folder of it that was copied into.
        ref: Tag, branch or commit of the template.
        answers: Answers that change with this update.
        local: Compare with the adopted revision only, and fetch no other.

    Raises:
        ScaffoldError: The repository or one of the revisions cannot be read.
    """
    target = Target.at(path)
    with tempfile.TemporaryDirectory(prefix="mainstay-") as scratch:
        with rendering_quickly():
            comparison = _compare(target, Path(scratch), ref, answers or {}, local=local)
        yield comparison


def _compare(
    target: Target, scratch: Path, ref: str | None, answers: Answers | Mapping[str, object], *, local: bool
) -> Comparison:
    git = ScratchGit.beside(target.repository, scratch / "git")
    source = find_source(target.root, ref=ref)
    given = target.root / ANSWERS_FILE
    name = target.root.name  # the default of some answers
    old = _render_adopted(TemplateSource(source.url, target.adopted.revision), scratch / "old" / name, given)
    new = old if local else render(source, scratch / "new" / name, answers, given=given)
    emitted = sorted({*old.paths, *new.paths})
    work_tree = _work_tree(target, git, emitted)
    git.write_files({path: work_tree[path] for path in emitted if path in work_tree}, scratch / "yours")
    _require_no_markers(scratch / "yours", emitted)
    notes = [
        note for path in emitted for note in _align_file(path, old.folder, scratch / "yours", new.folder)
    ]
    yours = work_tree | git.read_folder(scratch / "yours")
    base, theirs = git.read_folder(old.folder), git.read_folder(new.folder)
    yours[ANSWERS_FILE] = base[
        ANSWERS_FILE
    ]  # its answers count, and both renders have them; its layout does not
    _leave_seeded(base, yours, theirs)
    ignored = frozenset(target.repository.ignored([target.prefix + path for path in emitted]))
    return Comparison(
        target=target,
        git=git,
        work_tree=work_tree,
        base=base,
        yours=yours,
        theirs=theirs,
        old=old,
        new=new,
        ignored=frozenset(path.removeprefix(target.prefix) for path in ignored),
        notes=(*new.notes, *notes),
    )


def _render_adopted(source: TemplateSource, into: Path, given: Path) -> Rendered:
    try:
        return render(source, into, {}, given=given)
    except MainstayError as error:
        raise ScaffoldError(
            f"the adopted revision cannot be rendered: {error.message}",
            hint=f"without it nobody can tell your edits from the template's; {ANSWERS_FILE} names it in _commit",
        ) from error


def _work_tree(target: Target, git: ScratchGit, emitted: list[str]) -> Tree:
    """Return what the repository has of the emitted files, and the files that one of them may have become."""
    missing = [path for path in emitted if not require_place(target.root, path)]
    changed = [
        path.removeprefix(target.prefix)
        for path in target.repository.changes()
        if path.startswith(target.prefix)
    ]
    read = {*emitted, *(path for path in changed if not path.endswith("/"))}
    tree = git.read_work_tree(target.root, sorted(read))
    kinds = {PurePosixPath(path).suffix for path in missing}
    wanted = set(emitted)
    return {
        path: entry for path, entry in tree.items() if path in wanted or PurePosixPath(path).suffix in kinds
    }


def _align_file(path: str, old: Path, yours: Path, new: Path) -> Iterator[str]:
    """Rewrite the three versions of a file so that they differ by edits only; yield what was decided."""
    places = (old / path, yours / path, new / path)
    if not places[1].is_file() or places[1].is_symlink():
        return
    before = Sides(*(place.read_bytes() if place.is_file() else None for place in places))  # type: ignore[arg-type]
    after = align(path, before)
    for place, was, content in zip(places, before[:3], after[:3], strict=True):
        if content is not None and content != was:
            place.write_bytes(content)
    yield from (f"{path}: {note}" for note in after.notes)


def _leave_seeded(base: Tree, yours: Tree, theirs: Tree) -> None:
    """Take seeded files out of the merge. One that the adopted revision did not have yet is still to come."""
    for path in [path for path in {*base, *theirs} if ownership_of(path) is Ownership.SEEDED]:
        if path in base or path in yours:
            theirs.pop(path, None)
            base.pop(path, None)


def _require_no_markers(yours: Path, emitted: list[str]) -> None:
    """Merging into a file that holds conflict markers would nest them."""
    for path in emitted:
        if (yours / path).is_file():
            lines = (yours / path).read_bytes().splitlines()
            if all(any(line.startswith(marker) for line in lines) for marker in _MARKERS):
                raise ScaffoldError(
                    f"{path} holds the conflict markers of an earlier update",
                    hint="decide them first: git diff --check shows where they are",
                )
