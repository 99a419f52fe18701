"""`command: sop-update`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mainstay.action.inputs import Inputs
from mainstay.action.outcome import Outcome
from mainstay.errors import MainstayError
from mainstay.platform.git import remote_tags
from mainstay.platform.github import issues_of
from mainstay.platform.redact import redact
from mainstay.report.escape import markdown_text
from mainstay.report.update_markdown import plan_markdown
from mainstay.scaffold.plan import plan_update
from mainstay.scaffold.revision import Release, newest_release, read_adopted, reconcile_issue

_ISSUE_CHARACTERS = 60_000
"""GitHub refuses an issue of more than 65,536 characters."""


def sop_update(inputs: Inputs, environ: Mapping[str, str]) -> Outcome:
    """Keep one issue open while a newer revision of the SOP exists, with what it changes in this repository."""
    adopted = read_adopted(inputs.root)
    newest = newest_release(remote_tags(adopted.git_url))
    done = reconcile_issue(
        adopted, newest, issues_of(environ), preview=lambda release: preview(inputs.root, release)
    )
    return Outcome(
        done.verdict,
        details=f"Issue: {done.issue_url}" if done.issue_url else "",
        report={
            "adopted": adopted.revision,
            "newest": str(newest) if newest else None,
            "issue": done.issue_url,
        },
    )


def preview(root: Path, release: Release) -> str:
    """Return what the release changes here, as Markdown; or why that is not known. It never fails the run."""
    try:
        text = plan_markdown(plan_update(root, ref=str(release)))
    except MainstayError as error:
        return _not_made(error.message)
    except Exception as error:  # noqa: BLE001 - a release to come may break what this one relies on
        return _not_made(f"{type(error).__name__}: {error}")
    return text if len(text) <= _ISSUE_CHARACTERS else _not_made("it is longer than an issue may be")


def _not_made(why: str) -> str:
    said = markdown_text(redact(why)[:1000])
    return f"## What it changes here\n\nThe preview could not be made: {said}\n\n`mainstay plan` makes it.\n"
