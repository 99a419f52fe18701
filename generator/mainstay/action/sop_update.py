"""`command: sop-update`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mainstay.action.inputs import Inputs
from mainstay.action.outcome import Outcome, explain
from mainstay.action.outputs import cell
from mainstay.dependabot.labels import create_labels
from mainstay.errors import MainstayError
from mainstay.platform.git import remote_tags
from mainstay.platform.github import github_of, issues_of
from mainstay.platform.redact import redact
from mainstay.report.escape import markdown_text
from mainstay.report.update_markdown import plan_markdown
from mainstay.scaffold.plan import plan_update
from mainstay.scaffold.proposal import BRANCH, propose
from mainstay.scaffold.revision import (
    Adopted,
    Draft,
    Reconciled,
    Release,
    newer,
    newest_release,
    read_adopted,
    reconcile_issue,
    reconcile_pull_request,
)

TOKEN = "MAINSTAY_UPDATE_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable: an app's token that may write contents, workflows and pull requests."""

_ISSUE_CHARACTERS = 60_000
"""GitHub refuses an issue of more than 65,536 characters."""


def sop_update(inputs: Inputs, environ: Mapping[str, str]) -> Outcome:
    """Keep one issue open while a newer revision of the SOP exists, or one pull request that brings it."""
    adopted = read_adopted(inputs.root)
    newest = newest_release(remote_tags(adopted.git_url))
    notes: list[str] = []
    done = _proposed(inputs.root, adopted, newest, environ, notes.append) or reconcile_issue(
        adopted, newest, issues_of(environ), preview=lambda release: preview(inputs.root, release)
    )
    notes += _labels_made(inputs.root, environ)
    addresses = {"Issue": done.issue_url, "Pull request": done.pull_request_url}
    return Outcome(
        done.verdict,
        details="\n\n".join(
            [*(f"{kind}: {url}" for kind, url in addresses.items() if url), *map(cell, notes)]
        ),
        report={
            "adopted": adopted.revision,
            "newest": str(newest) if newest else None,
            "issue": done.issue_url,
            "pull_request": done.pull_request_url,
        },
    )


def _proposed(
    root: Path,
    adopted: Adopted,
    newest: Release | None,
    environ: Mapping[str, str],
    say: Callable[[str], object],
) -> Reconciled | None:
    """Return what was done when an app's token is there and the revision merges by itself; an issue does otherwise.

    GITHUB_TOKEN is never pushed with: GitHub lets it change no workflow, and what it pushes starts none.
    """
    token, release = environ.get(TOKEN, ""), newer(adopted, newest)
    if not token or token == environ.get("GITHUB_TOKEN"):
        return None
    app = github_of({**environ, "GITHUB_TOKEN": token})
    if release is None:
        for pull in app.pulls.find(state="open", head=BRANCH):
            app.pulls.edit(pull.number, state="closed")
        return None
    try:
        proposal = propose(root, release, environ.get("GITHUB_SERVER_URL") or "https://github.com", token)
        if proposal.why_not:
            say(
                f"{'The pull request is not refreshed' if proposal.branch else 'No pull request'}: {proposal.why_not}."
            )
        if proposal.branch is None:
            return None
        base = environ.get("GITHUB_REF_NAME") or app.about.repository().default_branch
        draft = Draft(proposal.branch, base, preview(root, release))
        return reconcile_pull_request(adopted, release, draft, app.pulls, issues_of(environ))
    except MainstayError as error:
        say(f"No pull request: {explain(error)}")
        return None


def _labels_made(root: Path, environ: Mapping[str, str]) -> list[str]:
    """Make the labels that dependabot.yml names, for Dependabot ignores missing ones; say what could not be done."""
    try:
        made = create_labels(root, github_of(environ).about)
    except MainstayError as error:
        return [f"Whether the labels in dependabot.yml exist is not known: {error.message}"]
    return [f"Labels made for Dependabot: {', '.join(made)}"] if made else []


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
