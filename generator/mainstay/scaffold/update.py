"""Brings a repository to a newer revision: writes exactly the tree that the plan ends in, or nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from mainstay.errors import ScaffoldError
from mainstay.platform import process
from mainstay.platform.git import Repository
from mainstay.scaffold.place import place_files
from mainstay.scaffold.plan import Choices, Conflict, Merged, Plan, merged
from mainstay.scaffold.renders import Comparison, Target, compared

_SEE = "docs/updates.md"
_SHOWN = 20


class UndecidedError(ScaffoldError):
    """An update would lose work, and nobody has said that it may; nothing was changed.

    Attributes:
        plan: What it would do.
    """

    def __init__(self, plan: Plan, undecided: Sequence[Conflict]) -> None:
        listed = "\n".join(f"  {conflict.path}\n    {conflict.why}" for conflict in undecided)
        super().__init__(
            f"the update would lose work, so nothing was changed:\n{listed}",
            hint="choose for each: --keep PATH leaves yours, --accept-loss PATH takes what the template has",
            see=_SEE,
        )
        self.plan = plan


def update_target(
    path: Path,
    *,
    ref: str | None = None,
    answers: Mapping[str, object] | None = None,
    choices: Choices = Choices(),  # noqa: B008 - it cannot be changed
) -> Plan:
    """Update the repository at `path` to `ref`, its newest release by default, and return what was done.

    Files whose conflicts are left to a person hold markers, and git calls them unmerged until they are added.

    Raises:
        UndecidedError: Work would be lost; nothing was changed.
        ScaffoldError: The repository cannot be updated as it is; nothing was changed.
        UsageError: A choice is about a file that needs none, or an answer belongs to no question.
    """
    target = Target.at(path)
    require_clean(target.repository)
    with compared(path, ref=ref, answers=answers) as comparison:
        result = merged(comparison, choices, newest=ref is None)
        if undecided := [conflict for conflict in result.plan.conflicts if conflict.undecided]:
            raise UndecidedError(result.plan, undecided)
        _write(comparison, result)
        _mark_unmerged(comparison, result)
    return result.plan


def require_clean(repository: Repository) -> None:
    """Raise unless everything in the repository is committed.

    Raises:
        ScaffoldError: It is not.
    """
    if unmerged := repository.git("diff", "--name-only", "--diff-filter=U").splitlines():
        raise ScaffoldError(
            f"conflicts are not decided yet:\n{_listed(unmerged)}",
            hint="take the markers out of each file, git add it, and commit",
            see=_SEE,
        )
    if not repository.has_commit():
        raise ScaffoldError(
            f"{repository.root} has no commit yet", hint="commit the copy first: git add -A && git commit"
        )
    if changes := repository.changes():
        raise ScaffoldError(
            f"{repository.root} holds work that is not committed:\n{_listed(changes)}",
            hint="commit it or put it aside (git stash -u), so that what the update brings can be told apart",
            see=_SEE,
        )


def _write(comparison: Comparison, result: Merged) -> None:
    target, before, after = comparison.target, comparison.work_tree, result.tree
    changed = {path: entry for path, entry in after.items() if before.get(path) != entry}
    with tempfile.TemporaryDirectory(prefix="mainstay-") as scratch:
        fresh = Path(scratch)
        from_top = {target.prefix + path: entry for path, entry in changed.items()}
        comparison.git.write_as_checked_out(from_top, fresh)
        place_files(
            fresh / target.prefix, target.root, sorted(changed), removed=sorted(before.keys() - after.keys())
        )


def _mark_unmerged(comparison: Comparison, result: Merged) -> None:
    """Tell the repository's index, so that `git status` names the conflicts and `git commit` refuses them."""
    lines = []
    for path, stages in result.stages.items():
        if path in comparison.ignored:
            continue
        comparison.git.hand_over(entry.oid for entry in stages.values())
        name = comparison.target.prefix + path
        lines.append(f"0 {'0' * 40}\t{name}")
        lines += [f"{entry.mode} {entry.oid} {stage}\t{name}" for stage, entry in stages.items()]
    if lines:
        words = ("git", "-C", comparison.target.repository.root, "update-index", "-z", "--index-info")
        process.run(words, stdin="".join(f"{line}\0" for line in lines))


def _listed(paths: Sequence[str]) -> str:
    more = [f"  and {len(paths) - _SHOWN} more"] if len(paths) > _SHOWN else []
    return "\n".join([*(f"  {path}" for path in paths[:_SHOWN]), *more])
