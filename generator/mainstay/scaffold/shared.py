"""Files that the template and the user both have entries in: merged by meaning, so that nobody's work is refused."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mainstay.dependabot import DEPENDABOT, Merge, merge, read_document, revise, wanted_of
from mainstay.dependabot.entries import SPELLINGS, overlapping
from mainstay.errors import DependabotError, ScaffoldError
from mainstay.scaffold.ownership import Ownership, ownership_of
from mainstay.stack import LocalTree, detect_stack


def merge_shared(fresh: Path, root: Path, paths: Iterable[str]) -> dict[str, Merge]:
    """Return path -> merge for those of `paths` that are shared, and put what they become below `fresh`.

    Raises:
        DependabotError: A file of the user cannot be read, or nothing can be added to it safely.
        ScaffoldError: The user's file has the other spelling, which GitHub reads too.
    """
    if not (root / DEPENDABOT).exists() and (
        other := next((o for o in SPELLINGS if (root / o).exists()), None)
    ):
        raise ScaffoldError(
            f"{other} is there, and the template brings {DEPENDABOT}: GitHub would read only one of them",
            hint=f"rename it first: git mv {other} {DEPENDABOT} && git commit",
        )
    merged = {}
    for path in paths:
        if ownership_of(path) is Ownership.SHARED:
            merged[path] = _merged(fresh / path, root, path)
            (fresh / path).write_bytes(merged[path].after)
            (fresh / path).chmod((root / path).stat().st_mode)
    return merged


def _merged(fresh: Path, root: Path, path: str) -> Merge:
    template = read_document(fresh.read_bytes(), path)
    wanted = wanted_of((entry.tree for entry, _ in template.entries()), detect_stack(LocalTree(root)))
    return merge(read_document((root / path).read_bytes(), path), wanted)


def revised_shared(base: bytes, yours: bytes, theirs: bytes, by_lines: bytes | None) -> Merge | None:
    """Return what a shared file becomes that both sides changed, when merging its lines is not good enough.

    Args:
        base: As the adopted revision has it.
        yours: As the repository has it.
        theirs: As the new revision has it.
        by_lines: What git made of it; nothing when there is a conflict.

    Returns:
        The merge by meaning; nothing when the lines are well merged, or when somebody has to look.
    """
    if by_lines is not None and _is_sound(by_lines):
        return None
    try:
        return revise(*map(read_document, (base, yours, theirs)))
    except DependabotError:
        return None


def _is_sound(content: bytes) -> bool:
    """Return whether GitHub would take a file; one that you wrote so that it does not is left to you."""
    try:
        return not list(overlapping([entry for entry, _ in read_document(content).entries()]))
    except DependabotError:
        return True
