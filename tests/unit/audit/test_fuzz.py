from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.audits import NOW
from mainstay.audit import Outcome
from mainstay.audit.checks import CHECKS
from mainstay.audit.engine import Facts, evaluate
from mainstay.audit.facts import PROVIDERS, Online, Root
from mainstay.audit.facts.files import MAX_READ_BYTES, RepositoryFiles
from mainstay.audit.model import NotAsked
from mainstay.audit.waivers import WaiverUse
from mainstay.platform.clock import Clock, FixedClock

FILES = [
    ".github/dependabot.yml",
    ".github/mainstay.yml",
    ".github/workflows/backup.yml",
    ".github/ISSUE_TEMPLATE/incident.yml",
    ".copier-answers.mainstay.yml",
    "docs/runbooks/rb-01-site-down.md",
    "docs/incidents/2026-10-01-x.md",
    "docs/incidents/response.md",
]
KEYS = st.sampled_from(
    """updates package-ecosystem directory directories schedule interval cronjob cooldown default-days groups
    update-types ignore dependency-name multi-ecosystem-groups multi-ecosystem-group on jobs steps uses run with command
    if continue-on-error permissions concurrency name description body type attributes options version team databases
    backups audit waivers id title owner alerts last_reviewed""".split()  # noqa: SIM905 - thirty quoted words hide the words
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 9),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(
        ["npm", "/", "*", "weekly", "push", "schedule", "backup", "dropdown", "2026-11-02", "${{ x }}"]
    ),
)
TREES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


class Memory(RepositoryFiles):
    """A repository in which every file holds the same text."""

    content: str

    def text(self, path: str, limit_bytes: int = MAX_READ_BYTES) -> str:
        """Return the text, whatever the file."""
        assert path in self
        assert len(self.content) < limit_bytes
        return self.content


def outcomes(content: str) -> dict[str, str]:
    """Return the checks that ended in an error, with the error."""
    files = Memory(Path("/nowhere"), tuple(FILES))
    object.__setattr__(files, "content", content)
    facts = Facts({RepositoryFiles: files, Clock: FixedClock(NOW), WaiverUse: WaiverUse(())}, PROVIDERS)
    for kind in (Online, Root):  # what strangers write on GitHub is in test_hostile.py
        facts.refuse(kind, NotAsked("not asked"))
    results = [evaluate(check, facts) for check in CHECKS]
    return {
        result.check.id: result.reason
        for result in results
        if result.outcome is Outcome.ERROR or "Error:" in result.reason
    }


@settings(max_examples=100, deadline=None)
@given(TREES)
def test_no_tree_makes_a_check_crash(tree: Any) -> None:
    """Every key may hold anything: a list for a text, a number for a mapping, nothing at all."""
    text = json.dumps(tree)

    assert outcomes(text) == {}
    assert outcomes(f"---\n{text}\n---\n# A\n") == {}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dictionaries(KEYS, TREES, max_size=8), max_size=3), st.dictionaries(KEYS, TREES, max_size=6)
)
def test_no_entry_and_no_job_makes_a_check_crash(entries: list[dict[str, Any]], job: dict[str, Any]) -> None:
    """The same one level deeper, where the checks look."""
    updates = [{"package-ecosystem": "npm", "directory": "/"} | entry for entry in entries]
    steps = [{"uses": "a/b@v1", "with": {"command": "backup"}} | job]

    text = json.dumps(
        {"version": 2, "updates": updates, "on": job, "jobs": {"a": {"steps": steps} | job}, "name": "x"}
    )

    assert outcomes(text) == {}
