"""The first day: a copy of the template that was just merged, on a GitHub that knows nothing of it yet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from helpers.alive import NAME, World, alive
from helpers.audits import ACTION, NOW, change, findings, having
from helpers.memory_github import MemoryGitHub
from helpers.rendering import render
from mainstay.audit import Outcome
from mainstay.platform.github import Branch, Commit, Repository

TODO = {
    "BK201": "take the first backup",
    "DEP201": "let Dependabot look for the first time",
    "DEP204": "create the labels",
    "INC205": "hold a first exercise",
    "MNT201": "open the first checklists",
    "ONC101": "put people on call",
    "ONC102": "fill the roles",
    "RB203": "read the runbooks",
    "SOP204": "let the audit record itself",
    "WF203": "set the secrets",
    "WF204": "protect the default branch",
}
"""What only a person can do, and who is told: check -> what it takes."""


def fresh(into: Path) -> World:
    """Return a world on the day of `mainstay init`: no runs, no issues, no labels, no secrets, no backup, no ledger."""
    living = alive(into / "living")
    root = render(into / "repository", backup_store=f"file://{into}/store", ecosystems=["github-actions"])
    for path in sorted((root / ".github/workflows").glob("*.yml")):
        for _ in range(path.read_text(encoding="utf-8").count("OWNER/REPO@")):
            change(root, str(path.relative_to(root)), "OWNER/REPO", ACTION.partition("@")[0])
    (into / "store").mkdir(mode=0o700)
    flows = [each for each in living.github.workflows if not each.path.startswith("dynamic/")]
    merged = [Commit(sha="a" * 40, author="ana", authored_at=NOW, committed_at=NOW, message="Adopt", url="u")]
    github = MemoryGitHub(
        repository=Repository(
            full_name=NAME,
            default_branch="main",
            private=True,
            archived=False,
            has_issues=True,
            pushed_at=NOW,
            url=f"https://github.com/{NAME}",
        ),
        branch=Branch(name="main", sha="a" * 40, protected=False),
        workflows=flows,
        roles={"ana": "admin"},
        commits={each.path: merged for each in flows},
    )
    return replace(living, root=root, store=into / "store", github=github)


def test_a_fresh_repository_has_only_what_a_human_must_still_do(tmp_path: Path) -> None:
    """Secrets, roster, first backup, first run: each with its fix, and nothing that cannot be read."""
    report = fresh(tmp_path).audit()

    assert having(report, Outcome.FAIL) == set(TODO)
    assert report.incomplete == ()
    assert all(len(finding.fix) > len("fix it") for finding in findings(report))
    assert {each.check.id for each in report.results if each.outcome is Outcome.ERROR} == set()


def test_what_needs_a_first_time_waits_for_it(tmp_path: Path) -> None:
    """Neither a drill before the first backup, nor a scheduled run before its first hour, is asked for."""
    report = fresh(tmp_path).audit()

    assert {"BK203", "BK210", "WF202", "RB202", "ROLL201"} & having(report, Outcome.FAIL) == set()
