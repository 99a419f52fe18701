"""docs/backups.md tells what the code does: its words, levels and figures are the code's."""

from __future__ import annotations

import re

from helpers.policies import policy
from helpers.rendering import REPOSITORY
from mainstay.backup import State
from mainstay.backup.records import LEVELS
from mainstay.cli.backup import VERBS

PAGE = (REPOSITORY / "docs/backups.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE)


def test_every_state_is_explained_with_its_exit_code() -> None:
    """In the order of their gravity."""
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d) \|$", section("Ask how the backups stand"), re.MULTILINE)

    assert rows == [(state.value, str(int(state.exit_code))) for state in State]


def test_every_level_is_explained() -> None:
    """In the order of what they claim."""
    assert first_cells(section("Verify a backup")) == list(LEVELS)


def test_every_verb_is_shown() -> None:
    """A reader finds each one by its task."""
    assert {verb for verb in VERBS if f"\nmainstay backup {verb}" in PAGE} == set(VERBS)


def test_the_retention_example_follows_the_emitted_policy() -> None:
    """The figures in the sentence above the table are those that the template writes."""
    backups = policy().backups
    assert backups

    figures = ", ".join(f"{name}: {count}" for name, count in backups.keep.model_dump().items())
    assert f"`{figures}`" in section("Prune old backups")
