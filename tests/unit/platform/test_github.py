from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.github_server import REPOSITORY, FakeGitHub, github_server
from mainstay.errors import GitHubError, UsageError
from mainstay.platform.github import WORKFLOW_USER, GitHubIssues, issues_of

LABEL = "sop-update"


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    """GitHub on this machine."""
    with github_server() as server:
        yield server


@pytest.fixture
def issues(fake: FakeGitHub) -> GitHubIssues:
    """Its issues, through the adapter."""
    return GitHubIssues(REPOSITORY, "token", fake.url, pause_seconds=0)


def test_only_open_issues_of_our_own_with_the_label_are_ours(fake: FakeGitHub, issues: GitHubIssues) -> None:
    """A copy of our issue by somebody else, and a pull request, are none of ours."""
    fake.add("ours", "b", LABEL, WORKFLOW_USER)
    fake.add("by somebody", "b", LABEL, "mallory")
    fake.add("other label", "b", "bug", WORKFLOW_USER)
    fake.add("pull request", "b", LABEL, WORKFLOW_USER, pull_request={"url": "u"})
    fake.add("closed", "b", LABEL, WORKFLOW_USER, state="closed")

    assert [issue.title for issue in issues.open_and_ours(LABEL)] == ["ours"]


def test_a_token_with_a_name_finds_what_it_wrote(fake: FakeGitHub, issues: GitHubIssues) -> None:
    """With a person's token our issues are that person's."""
    fake.login = "ana"
    fake.add("by the workflow", "b", LABEL, WORKFLOW_USER)
    fake.add("by ana", "b", LABEL, "ana")

    assert [issue.title for issue in issues.open_and_ours(LABEL)] == ["by ana"]


def test_an_issue_is_opened_edited_and_closed(fake: FakeGitHub, issues: GitHubIssues) -> None:
    """The whole life of an issue, as GitHub sees it."""
    opened = issues.create("title", "body", LABEL)
    issues.edit(opened.number, "new title", "new body")
    issues.close(opened.number, "done")

    assert fake.issues[0] | {"title": "new title", "body": "new body", "state": "closed"} == fake.issues[0]
    assert fake.issues[0]["state_reason"] == "completed"
    assert fake.comments == [(opened.number, "done")]


def test_reads_and_edits_are_tried_again(fake: FakeGitHub, issues: GitHubIssues) -> None:
    """A short failure of GitHub is nobody's business."""
    number = issues.create("t", "b", LABEL).number
    fake.faults = {"GET .*/issues": [502, 503], "PATCH .*": [502]}

    issues.edit(number, "new", "b")

    assert [issue.title for issue in issues.open_and_ours(LABEL)] == ["new"]


def test_an_issue_whose_answer_was_lost_is_not_opened_twice(fake: FakeGitHub, issues: GitHubIssues) -> None:
    """GitHub did it and failed to say so: the issue is found, not made again."""
    fake.faults = {"POST .*/issues": [-502]}

    opened = issues.create("t", "b", LABEL)

    assert opened.number == 1
    assert len(fake.issues) == 1
    assert fake.requests.count(f"POST /repos/{REPOSITORY}/issues") == 1


def test_an_issue_that_was_not_opened_is_an_error(fake: FakeGitHub, issues: GitHubIssues) -> None:
    """Nothing was created, so nothing is claimed."""
    fake.faults = {"POST .*/issues": [502]}

    with pytest.raises(GitHubError, match=r"cannot open an issue in acme/shop: GitHub failed \(502\)"):
        issues.create("t", "b", LABEL)

    assert fake.issues == []


@pytest.mark.parametrize(
    ("status", "message", "hint"),
    [
        (401, "does not accept the token", "GITHUB_TOKEN"),
        (403, "forbids it", "issues: write"),
        (404, "does not show it", "issues: write"),
        (410, "issues are turned off", "turn them on"),
        (422, r"refused \(422\)", None),
    ],
)
def test_a_refusal_says_what_is_missing(
    fake: FakeGitHub, issues: GitHubIssues, status: int, message: str, hint: str | None
) -> None:
    """The reader learns which permission to grant, not a status code."""
    fake.faults = {"POST .*/issues": [status]}

    with pytest.raises(GitHubError, match=message) as caught:
        issues.create("t", "b", LABEL)

    assert (hint or "") in (caught.value.hint or "")


def test_a_server_that_is_not_there_is_an_error() -> None:
    """No answer is not an empty answer."""
    gone = GitHubIssues(REPOSITORY, "token", "http://127.0.0.1:9", pause_seconds=0)

    with pytest.raises(GitHubError, match="gave no answer"):
        gone.open_and_ours(LABEL)


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITHUB_REPOSITORY"])
def test_what_a_workflow_has_to_give_is_named(fake: FakeGitHub, name: str) -> None:
    """A missing token is a mistake in the workflow, found before anything is asked."""
    with pytest.raises(UsageError, match=f"{name} is not set"):
        issues_of(fake.environ() | {name: ""})
