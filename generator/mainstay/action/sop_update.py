"""`command: sop-update`."""

from __future__ import annotations

from collections.abc import Mapping

from mainstay.action.inputs import Inputs
from mainstay.action.outcome import Outcome
from mainstay.platform.git import remote_tags
from mainstay.platform.github import issues_of
from mainstay.scaffold.revision import newest_release, read_adopted, reconcile_issue


def sop_update(inputs: Inputs, environ: Mapping[str, str]) -> Outcome:
    """Keep one issue open while a newer revision of the SOP exists."""
    adopted = read_adopted(inputs.root)
    newest = newest_release(remote_tags(adopted.git_url))
    done = reconcile_issue(adopted, newest, issues_of(environ))
    return Outcome(
        done.verdict,
        details=f"Issue: {done.issue_url}" if done.issue_url else "",
        report={
            "adopted": adopted.revision,
            "newest": str(newest) if newest else None,
            "issue": done.issue_url,
        },
    )
