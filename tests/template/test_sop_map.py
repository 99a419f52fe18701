from __future__ import annotations

import re

import pytest

from helpers.markdown import Markdown
from helpers.rendering import REPOSITORY, rendered
from mainstay.policy import load_policy
from mainstay.policy.tables import TABLES

MAP = Markdown(REPOSITORY / "docs/sop-603.md")
CHECKS = Markdown(REPOSITORY / "docs/checks.md")
REPLACED = {"docs/incidents/YYYY-MM-DD-incident-title.md", "scripts/backup-database.ts"}


def cited(shape: str) -> set[str]:
    """Return what the map cites between backticks in this shape."""
    return set(re.findall(rf"`({shape})`", MAP.text))


def test_cited_files_exist() -> None:
    """Every file of a target repository that the map names is emitted, and the heading it names is there."""
    target = rendered()

    paths = cited(r"(?:docs|scripts|\.github)/[^`\s]*") - REPLACED
    missing = [path for path in paths if not (target / path.partition("#")[0]).exists()]

    assert len(paths) > 20
    assert missing == []


def test_cited_project_files_exist() -> None:
    """Every file of this project that the map names is there."""
    paths = cited(r"(?:generator|tests|template)/[^`\s]+")

    assert [path for path in paths if not (REPOSITORY / path).exists()] == []


def test_cited_checks_exist() -> None:
    """Every check that the map names is one of the audit."""
    known = {heading for heading in CHECKS.headings if re.fullmatch(r"[A-Z]+\d{3}", heading)}

    named = set(re.findall(r"\b(?!SOP-)[A-Z]{2,5}[123]\d{2}\b", MAP.text))

    assert len(named) > 20
    assert named <= known


def test_cited_tables_exist() -> None:
    """Every table of the policy that the map names is one that `mainstay sync` writes."""
    assert cited("[a-z]+-[a-z]+") & set(TABLES) == {"patch-deadlines", "severity-matrix", "severity-examples"}


def test_every_task_and_checklist_line_is_mapped() -> None:
    """The map names every task of the schedule and every line of the checklists."""
    maintenance = load_policy(rendered()).maintenance
    weekly, lists = maintenance.checklists.weekly, maintenance.checklists
    entries = [*weekly.monday, *weekly.wednesday, *weekly.friday, *lists.monthly, *lists.quarterly]

    wanted = [task.name for task in maintenance.tasks] + [entry.item for entry in entries]

    assert [name for name in wanted if name not in MAP.text] == []


@pytest.mark.parametrize(("prefix", "count"), [("D", 24), ("", 36)])
def test_every_known_defect_is_answered(prefix: str, count: int) -> None:
    """Each defect of the SOP that was found stands in a table with what is done about it."""
    rows = [line.split("|")[1] for line in MAP.text.splitlines() if re.match(r"\| D?\d+[,:]", line)]
    numbers = [number for row in rows for number in re.findall(r"(D?\d+)\b", row.partition(":")[0])]

    assert [number for number in numbers if number.startswith("D") == bool(prefix)] == [
        f"{prefix}{number}" for number in range(1, count + 1)
    ]


def test_links_of_the_map_resolve() -> None:
    """Every relative link of the map leads to a file."""
    assert [link for link, path, _ in MAP.links() if not path.exists()] == []
