"""Brings a newer revision to a branch of its own, for a pull request. Only what merges by itself is ever pushed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mainstay.platform.git import Remote, Repository, second_work_tree
from mainstay.platform.redact import redact
from mainstay.scaffold.plan import Plan
from mainstay.scaffold.revision import Release
from mainstay.scaffold.update import UndecidedError, update_target

BRANCH = "mainstay/sop-update"
"""One branch for all revisions, so that there is one pull request."""
_TRAILER = "Mainstay-Revision"
_BOT = {
    "user.name": "github-actions[bot]",
    "user.email": "41898282+github-actions[bot]@users.noreply.github.com",
    "commit.gpgSign": "false",
    "core.hooksPath": "/dev/null",  # hooks of the repository are for people
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What became of a revision.

    Attributes:
        branch: The branch that holds it; nothing when none does.
        why_not: Why not, in a sentence.
    """

    branch: str | None
    why_not: str = ""


def propose(root: Path, release: Release, server_url: str, token: str) -> Proposal:
    """Update a second work tree of the repository at `root` to a release, and push that to the branch.

    A branch that somebody else has committed to is left alone, and so is one that holds this very update already.

    Raises:
        ScaffoldError: The repository cannot be updated.
        GitError: The remote refuses.
    """
    repository = Repository.containing(root)
    prefix = root.resolve().relative_to(repository.root.resolve())
    with second_work_tree(repository) as work_tree:
        remote = Remote(work_tree, server_url, token)
        base = work_tree.git("rev-parse", "HEAD")
        message = f"Update SOP-603 to {release}\n\n{_TRAILER}: {release} on {base}"
        tip = remote.tip(BRANCH)
        if tip and f"{_TRAILER}: " not in tip[1]:
            return Proposal(BRANCH, f"somebody has committed to the branch {BRANCH}, so it was left alone")
        if tip and tip[1].strip() == message:
            return Proposal(BRANCH)
        try:
            plan = update_target(work_tree.root / prefix, ref=str(release))
        except UndecidedError as error:
            plan = error.plan
        if plan.conflicts:
            return Proposal(None, _conflicts(plan))
        settings = [word for name, value in _BOT.items() for word in ("-c", f"{name}={value}")]
        work_tree.git("add", "--all")
        work_tree.git(*settings, "commit", "--quiet", "--no-verify", "--allow-empty", "--message", message)
        remote.push(BRANCH, instead_of=tip[0] if tip else None)
    return Proposal(BRANCH)


def _conflicts(plan: Plan) -> str:
    paths = ", ".join(redact(conflict.path) for conflict in plan.conflicts[:5])
    return f"a person has to decide {len(plan.conflicts)} conflicts first, in {paths}"
