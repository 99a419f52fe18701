"""Evidence as the workflows write it; how act differs from GitHub stands in test_backup_workflows.py."""

from __future__ import annotations

from fakes.github.state import REPOSITORY, TOKEN, FakeGitHub
from helpers.act import Scene, runner_for
from mainstay.evidence import BRANCH, PATH, parse_ledger
from mainstay.platform.github import connect

TWO_JOBS = """\
on: workflow_dispatch
jobs:
  record:
    strategy:
      matrix:
        include:
          - {{command: backup, report: '{{"app": {{"id": "20261123T030000Z-1af1fdcf", "size_bytes": 5}}}}'}}
          - {{command: audit, report: '{{"high": 0}}'}}
    runs-on: ubuntu-24.04
    steps:
      - uses: {companion}
        with: {{command: evidence}}
        env:
          GITHUB_TOKEN: ${{{{ github.token }}}}
          MAINSTAY_EVIDENCE_COMMAND: ${{{{ matrix.command }}}}
          MAINSTAY_EVIDENCE_RESULT: ok
          MAINSTAY_EVIDENCE_REPORT: ${{{{ matrix.report }}}}
"""


def test_two_jobs_at_once_lose_no_line(scene: Scene, github: FakeGitHub) -> None:
    """Both read the same ledger, one is first, the other begins again; the chain is whole."""
    runner = runner_for(scene, {}, backup_store="s3://b/p")
    (companion,) = runner.companions
    workflow = runner.root / ".github/workflows/record.yml"
    workflow.write_text(TWO_JOBS.format(companion=companion))

    run = runner.run("record.yml")

    assert run.code == 0, run.log
    text = connect(REPOSITORY, TOKEN, github.url, pause_seconds=0).contents.file(PATH, BRANCH)
    assert text is not None
    ledger = parse_ledger(text.decode())
    assert ledger.breaks == ()
    assert sorted(entry.kind for entry in ledger.entries) == ["audit", "backup"]
