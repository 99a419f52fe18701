from __future__ import annotations

from pathlib import Path

import pytest

from helpers.commands import mainstay
from helpers.rendering import render


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A copy of the template whose policy gives five minutes to acknowledge a total outage."""
    target = render(tmp_path / "app")
    policy = target / ".github/mainstay.yml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("acknowledge: 15m", "acknowledge: 5m"), encoding="utf-8")
    return target


def test_check_names_the_documents_that_disagree_and_ends_with_1(changed: Path) -> None:
    """For CI: nothing is written."""
    before = (changed / "docs/incidents/severity.md").read_bytes()

    done = mainstay("sync", "--check", cwd=changed)

    assert (done.returncode, done.stdout) == (1, "differs: docs/incidents/severity.md\n")
    assert (changed / "docs/incidents/severity.md").read_bytes() == before


def test_sync_rewrites_them_and_then_has_nothing_to_do(changed: Path) -> None:
    """The second run and the check agree."""
    first = mainstay("sync", changed, cwd=changed.parent)
    second = mainstay("sync", changed, cwd=changed.parent)

    assert (first.returncode, first.stdout) == (0, "rewritten: docs/incidents/severity.md\n")
    assert second.stdout == "every table agrees with the policy\n"
    assert mainstay("sync", "--check", cwd=changed).returncode == 0


def test_without_a_policy_there_is_nothing_to_follow(tmp_path: Path) -> None:
    """Ends with 2 and says how to get one."""
    done = mainstay("sync", cwd=tmp_path)

    assert done.returncode == 2
    assert "does not exist" in done.stderr
    assert "mainstay init" in done.stderr


def test_a_broken_marker_is_named_with_its_line(changed: Path) -> None:
    """Nothing is guessed about where a table ends."""
    (changed / "docs/odd.md").write_text("# Odd\n<!-- mainstay:roster -->\n", encoding="utf-8")

    done = mainstay("sync", cwd=changed)

    assert done.returncode == 1
    assert "docs/odd.md: line 2: the marker mainstay:roster is not closed" in done.stderr
