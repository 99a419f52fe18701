"""The workflows that look at the repository itself: the audit, and the watch for a newer revision of the SOP.

What act does not do as GitHub does: it shows no annotation at a line of a pull request; they are read from the log.
"""

from __future__ import annotations

import json

from fakes.github.state import FakeGitHub
from helpers.act import Scene, runner_for
from helpers.templates import commit, git
from mainstay.scaffold import ANSWERS_FILE


def test_the_audit_of_a_pull_request_says_what_is_left_to_do(scene: Scene, github: FakeGitHub) -> None:
    """A fresh copy has nobody in it yet: the job is red, findings are at their lines and under Security.

    It is judged by its files: nothing is asked of GitHub.
    """
    runner = runner_for(scene, {}, (("fail-on: high", "fail-on: low"),), backup_store="s3://b/p")

    run = runner.run("audit.yml", "pull_request", variables={"CODE_SCANNING": "on"})

    assert (run.code, run.jobs) == (1, {"audit": "failure"}), run.log
    assert run.steps["audit", "Audit"] == "failure"
    assert "SOP-603 audit" in run.summary
    uploaded = json.loads((scene.folder / "stubs/uploaded.sarif").read_text())
    assert uploaded["runs"][0]["results"]
    assert any(command.properties.get("file") == ".github/mainstay.yml" for command in run.commands), run.log
    assert github.requests == []


def test_a_newer_revision_opens_one_issue(scene: Scene, github: FakeGitHub) -> None:
    """From the template's tags to the issue, twice: the second run finds the first one's issue."""
    template = scene.folder / "template"
    commit(template, {"copier.yml": "_subdirectory: template\n", "template/a.txt": "a\n"})
    git(template, "tag", "-a", "v1.0.0", "-m", "v1.0.0")
    commit(template, {"template/a.txt": "b\n"})
    git(template, "tag", "-a", "v1.1.0", "-m", "v1.1.0")
    runner = runner_for(scene, {}, backup_store="s3://b/p")
    (runner.root / ANSWERS_FILE).write_text(f"_src_path: {template}\n_commit: v1.0.0\n")
    commit(runner.root, {})

    runs = [runner.run("sop-update.yml", "schedule") for _ in range(2)]

    assert [(run.code, run.jobs) for run in runs] == [(0, {"update": "success"})] * 2, runs[0].log
    assert [issue["title"] for issue in github.shop.open_issues] == ["SOP revision v1.1.0 is available"]
