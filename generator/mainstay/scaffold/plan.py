"""What an update would do to a repository: computed by a real merge, without touching its work tree."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mainstay.errors import ScaffoldError, UsageError
from mainstay.platform.git_trees import Entry, Merge, Tree
from mainstay.scaffold.answers import Answers
from mainstay.scaffold.losses import Loss, silent_losses
from mainstay.scaffold.notes import update_notes
from mainstay.scaffold.ownership import Ownership, ownership_of
from mainstay.scaffold.renders import Comparison, compared
from mainstay.scaffold.revision import release_of

_BASE, _YOURS, _THEIRS = 1, 2, 3
_BINARY = "CONFLICT (binary)"
_RENAMED_TWICE = "CONFLICT (rename/rename)"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that needs a person.

    Attributes:
        path: The file, as it is named after the update.
        why: What happened, in a sentence.
        lines: Where its conflict markers begin; empty where markers cannot tell.
        undecided: An update is refused until somebody chooses a side: `--keep` or `--accept-loss`.
    """

    path: str
    why: str
    lines: tuple[int, ...] = ()
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What an update does. Paths are relative to `root`, with forward slashes.

    Attributes:
        root: The folder that was copied into.
        source: Where the template comes from.
        adopted: The revision that the repository has.
        offered: The revision that it would have.
        created: Files that appear.
        changed: Files whose content or mode changes, conflicts among them.
        deleted: Files that go.
        renamed: Old name -> new name.
        conflicts: Files that need a person.
        losses: What a plain `copier update` would lose in silence.
        answers: Questions that are new, with the default that was taken; and answers that change.
        notes: What the reader should know, in sentences.
    """

    root: Path
    source: str
    adopted: str
    offered: str
    created: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]
    renamed: Mapping[str, str]
    conflicts: tuple[Conflict, ...]
    losses: tuple[Loss, ...]
    answers: Answers
    notes: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many files change."""
        return len(self.created) + len(self.changed) + len(self.deleted) + len(self.renamed)

    @property
    def clean(self) -> bool:
        """Whether an update can be merged without a second look."""
        return not (self.conflicts or self.losses)


@dataclass(frozen=True, slots=True)
class Choices:
    """Which side counts in files that need a person.

    Attributes:
        keep: Files that stay as the repository has them.
        accept_loss: Files that become what the template has, which may be nothing.
    """

    keep: Collection[str] = ()
    accept_loss: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """A plan and the tree that it ends in.

    Attributes:
        plan: The plan.
        tree: The files after the update.
        stages: Conflicted path -> its versions, for the index.
    """

    plan: Plan
    tree: Tree
    stages: Mapping[str, Mapping[int, Entry]]


def plan_update(
    path: Path,
    *,
    ref: str | None = None,
    answers: Mapping[str, object] | None = None,
    choices: Choices = Choices(),
) -> Plan:
    """Return what an update of the repository at `path` to `ref`, its newest release by default, would do.

    Raises:
        ScaffoldError: It cannot be told: no repository, no answers file, a revision that cannot be rendered.
        UsageError: A choice is about a file that needs none, or an answer belongs to no question.
    """
    with compared(path, ref=ref, answers=answers) as comparison:
        return merged(comparison, choices, newest=ref is None).plan


def merged(compared: Comparison, choices: Choices, *, newest: bool = False) -> Merged:
    """Return the merge of the three sides, with the choices made, and the plan that says what it does."""
    adopted, offered = (str(render.answers.get("_commit") or "") for render in (compared.old, compared.new))
    has, new = release_of(adopted), release_of(offered)
    if newest and has and new and new <= has and offered != adopted:
        raise ScaffoldError(
            f"the repository has {adopted}, and the newest release is {offered}",
            hint="to go back to an older revision, name it: --ref",
        )
    if compared.base == compared.theirs:
        merge = Merge(compared.work_tree, {}, {})
    else:
        merge = compared.git.merge(compared.base, compared.yours, compared.theirs, label=_label(offered))
    shared, notes = _shared(compared, merge, choices)
    tree, conflicts = _settled(compared, merge, choices, shared)
    for path in compared.work_tree.keys() & compared.yours.keys():
        if tree.get(path) == compared.yours[path]:
            tree[path] = compared.work_tree[path]  # only the alignment differed
    plan = _plan(compared, tree, conflicts, adopted, offered)
    plan = replace(plan, notes=(*plan.notes, *notes))
    return Merged(plan, tree, {conflict.path: merge.stages[conflict.path] for conflict in conflicts})


def _label(revision: str) -> str:
    return f"template-{revision}" if revision and ".." not in revision else "template"


def _shared(compared: Comparison, merge: Merge, choices: Choices) -> tuple[Tree, list[str]]:
    """Return the shared files that both sides changed, merged by meaning, and what was decided in them."""
    sides = compared.base, compared.yours, compared.theirs
    both = [
        path
        for path in sorted(compared.base.keys() & compared.yours.keys() & compared.theirs.keys())
        if ownership_of(path) is Ownership.SHARED
        and len({side[path].oid for side in sides}) == len(sides)
        and path not in {*choices.keep, *choices.accept_loss}
    ]
    if not both:
        return {}, []
    from mainstay.scaffold.shared import revised_shared  # noqa: PLC0415 - most updates need no Dependabot

    found, notes = {}, []
    for path in both:
        merged = merge.tree if path not in merge.stages else {}
        contents = [compared.git.read_file(side.get(path)) for side in (*sides, merged)]
        if revised := revised_shared(*contents):  # type: ignore[arg-type]
            found[path] = Entry(compared.yours[path].mode, compared.git.add_file(revised.after))
            notes += [f"{path}:{edit.line} {edit.why}" for edit in revised.edits]
            notes += [f"{path}: {note}" for note in revised.notes]
    return found, notes


def _settled(
    compared: Comparison, merge: Merge, choices: Choices, shared: Tree
) -> tuple[Tree, list[Conflict]]:
    """Return the merged tree after what is decided by rule or by choice, and the conflicts that are left."""
    tree, conflicts = {**merge.tree, **shared}, []
    for path, stages in sorted(merge.stages.items()):
        if path in shared:
            continue
        if stages.keys() == {_BASE, _THEIRS}:
            tree.pop(path, None)  # you deleted it: it stays deleted
            continue
        if stages.keys() == {_BASE, _YOURS} and path not in compared.base:
            continue  # you renamed it, the template deleted it: it is yours now
        if _RENAMED_TWICE in merge.said.get(path, ()) and _YOURS not in stages:
            tree.pop(path, None)  # you and the template renamed it: your name counts, both edits are in it
            continue
        if path in {*choices.keep, *choices.accept_loss}:
            side = compared.work_tree if path in choices.keep else compared.theirs
            _put(tree, path, side.get(path))
        else:
            conflicts.append(_conflict(path, stages, merge.said.get(path, ())))
    _refuse_needless(choices, merge.stages.keys())
    return tree, list(_located(compared, tree, conflicts))


def _put(tree: Tree, path: str, entry: Entry | None) -> None:
    if entry is None:
        tree.pop(path, None)
    else:
        tree[path] = entry


def _refuse_needless(choices: Choices, conflicted: Collection[str]) -> None:
    for path in [*choices.keep, *choices.accept_loss]:
        if path not in conflicted:
            raise UsageError(
                f"{path} needs no choice: it has no conflict in this update",
                hint="they are: " + ", ".join(sorted(conflicted)) if conflicted else "nothing has one",
            )
    if both := set(choices.keep) & set(choices.accept_loss):
        raise UsageError(f"--keep and --accept-loss exclude each other: {', '.join(sorted(both))}")


def _conflict(path: str, stages: Mapping[int, Entry], said: Collection[str]) -> Conflict:
    if _BINARY in said:
        return Conflict(path, "you and the new revision changed it, and it is no text", undecided=True)
    if stages.keys() == {_BASE, _YOURS}:
        return Conflict(path, "you edited it, and the new revision does not have it", undecided=True)
    if _RENAMED_TWICE in said:
        return Conflict(path, "you and the new revision renamed it, and changed the same lines")
    if stages.keys() == {_YOURS, _THEIRS}:
        return Conflict(path, "the new revision brings it, and you have a file of that name")
    if stages.keys() == {_BASE, _YOURS, _THEIRS}:
        return Conflict(path, "you and the new revision changed the same lines")
    kinds = ", ".join(kind.removeprefix("CONFLICT ").strip("()") for kind in said)
    return Conflict(
        path, f"you and the new revision moved or replaced it ({kinds or 'moved'})", undecided=True
    )


def _located(compared: Comparison, tree: Tree, conflicts: list[Conflict]) -> Iterator[Conflict]:
    """Yield the conflicts with the lines of their markers."""
    into = compared.git.folder / "conflicts"
    compared.git.write_files({c.path: tree[c.path] for c in conflicts if c.path in tree}, into)
    for conflict in conflicts:
        file = into / conflict.path
        lines = file.read_bytes().splitlines() if file.is_file() and not conflict.undecided else []
        marked = tuple(at for at, line in enumerate(lines, 1) if line.startswith(b"<<<<<<< yours"))
        if marked or conflict.undecided:
            yield Conflict(conflict.path, conflict.why, marked, conflict.undecided)


def _plan(compared: Comparison, tree: Tree, conflicts: list[Conflict], adopted: str, offered: str) -> Plan:
    before = compared.work_tree
    renamed = compared.git.renames(before, tree)
    gone, come = before.keys() - tree.keys(), tree.keys() - before.keys()
    losses = () if compared.base == compared.theirs else tuple(silent_losses(compared))
    return Plan(
        root=compared.target.root,
        source=str(compared.new.answers.get("_src_path") or ""),
        adopted=adopted,
        offered=offered,
        created=tuple(sorted(come - set(renamed.values()))),
        changed=tuple(sorted(path for path in before.keys() & tree.keys() if before[path] != tree[path])),
        deleted=tuple(sorted(gone - renamed.keys())),
        renamed=renamed,
        conflicts=tuple(conflicts),
        losses=losses,
        answers={
            key: value
            for key, value in compared.new.answers.items()
            if not key.startswith("_") and compared.old.answers.get(key, _NO_ANSWER) != value
        },
        notes=tuple(update_notes(compared, {loss.path for loss in losses})),
    )


_NO_ANSWER = object()
