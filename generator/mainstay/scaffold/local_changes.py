"""What a repository changed in the files that the template manages, against its own revision."""

from __future__ import annotations

from pathlib import Path

from mainstay.scaffold.answers import ANSWERS_FILE
from mainstay.scaffold.renders import compared


def local_changes(path: Path, *, stat: bool = False, colour: bool = False) -> str:
    """Return the difference between a fresh render of the adopted revision and the repository; empty when none.

    Seeded files are left out: they are the repository's own. Line ends and newer pins count as no change.

    Raises:
        ScaffoldError: The repository or its revision cannot be read.
    """
    with compared(path, local=True) as comparison:
        before = {name: entry for name, entry in comparison.base.items() if name != ANSWERS_FILE}
        moved = set(comparison.git.renames(before, comparison.yours).values())
        after = {name: entry for name, entry in comparison.yours.items() if name in before or name in moved}
        shown = ("--stat=80",) if stat else ("--patch", f"--color={'always' if colour else 'never'}")
        return comparison.git.diff(before, after, *shown)
