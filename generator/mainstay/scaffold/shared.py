"""Files that the template and the user both have entries in: merged by meaning, so that nobody's work is refused."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mainstay.dependabot import DEPENDABOT, Merge, merge, read_document, wanted_of
from mainstay.dependabot.entries import SPELLINGS
from mainstay.errors import ScaffoldError
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
