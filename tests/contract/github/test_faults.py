from __future__ import annotations

import gc
import re
from collections.abc import Callable

import pytest

from fakes.github import faults
from fakes.github.faults import Fault, limited
from fakes.github.repository import FakeRepository
from fakes.github.routing import ROUTES
from fakes.github.state import REPOSITORY, TOKEN, FakeGitHub
from mainstay.errors import GitHubAnswerLostError, GitHubError, MainstayError, UsageError
from mainstay.platform.clock import SystemClock
from mainstay.platform.github import GitHub, connect, github_of, labels_of
from mainstay.platform.github.calls import CALLS, METADATA, NOT_FOR_WORKFLOWS, Call

ASK: dict[str, Callable[[GitHub], object]] = {
    "GET …": lambda github: github.about.repository(),
    "GET /user": lambda github: github.issues.open_and_ours("x"),
    "GET /rate_limit": lambda github: github.about.rate_limit(),
    "GET …/branches/{branch}": lambda github: github.about.branch("main"),
    "GET …/rules/branches/{branch}": lambda github: github.about.rules("main"),
    "GET …/branches/{branch}/protection": lambda github: github.about.protection("main"),
    "GET …/releases": lambda github: github.about.releases(),
    "GET …/labels": lambda github: github.about.labels(),
    "POST …/labels": lambda github: github.about.create_label("x", "ffffff", ""),
    "GET …/dependabot/alerts": lambda github: github.alerts.dependabot(),
    "GET …/secret-scanning/alerts": lambda github: github.alerts.secret_scanning(),
    "GET …/code-scanning/alerts": lambda github: github.alerts.code_scanning(),
    "GET …/automated-security-fixes": lambda github: github.alerts.security_updates(),
    "GET …/pulls": lambda github: github.pulls.find(),
    "GET …/pulls/{pull_number}/reviews": lambda github: github.pulls.reviews(3),
    "POST …/pulls": lambda github: github.pulls.create(title="t", body="b", head="topic", base="main"),
    "PATCH …/pulls/{pull_number}": lambda github: github.pulls.edit(3, title="t"),
    "GET …/issues": lambda github: github.issues.find(),
    "GET …/issues/{issue_number}": lambda github: github.issues.get(1),
    "GET …/issues/{issue_number}/comments": lambda github: github.issues.comments(1),
    "GET …/issues/{issue_number}/events": lambda github: github.issues.events(1),
    "GET …/issues/{issue_number}/sub_issues": lambda github: github.issues.sub_issues(1),
    "POST …/issues": lambda github: github.issues.open("new", "b"),
    "PATCH …/issues/{issue_number}": lambda github: github.issues.edit(1, "t", "b"),
    "POST …/issues/{issue_number}/comments": lambda github: github.issues.comment(1, "b"),
    "PATCH …/issues/comments/{comment_id}": lambda github: github.issues.edit_comment(
        github.issues.comments(1)[0].id, "b"
    ),
    "POST …/issues/{issue_number}/labels": lambda github: github.issues.add_labels(1, ["x"]),
    "DELETE …/issues/{issue_number}/labels/{name}": lambda github: github.issues.remove_label(1, "bug"),
    "POST …/issues/{issue_number}/assignees": lambda github: github.issues.assign(1, ["ana"]),
    "POST …/issues/{issue_number}/sub_issues": lambda github: github.issues.add_sub_issue(1, 2),
    "GET …/actions/workflows": lambda github: github.actions.workflows(),
    "GET …/actions/workflows/{workflow_id}/runs": lambda github: github.actions.runs("backup.yml"),
    "GET …/actions/secrets": lambda github: github.actions.secret_names(),
    "GET …/actions/organization-secrets": lambda github: github.actions.secret_names(),
    "GET …/actions/variables": lambda github: github.actions.variable_names(),
    "GET …/actions/organization-variables": lambda github: github.actions.variable_names(),
    "GET …/environments/{environment_name}": lambda github: github.actions.secret_names("backup"),
    "GET …/environments/{environment_name}/secrets": lambda github: github.actions.secret_names("backup"),
    "GET …/environments/{environment_name}/variables": lambda github: github.actions.variable_names("backup"),
    "GET …/collaborators": lambda github: github.people.collaborators(),
    "GET …/collaborators/{username}/permission": lambda github: github.people.role_of("ana"),
    "GET /users/{username}": lambda github: github.people.user_exists("ana"),
    "GET /orgs/{org}/teams/{team_slug}": lambda github: github.people.team_exists("acme", "dev"),
    "GET /orgs/{org}/teams": lambda github: github.people.team_exists("acme", "gone"),
    "GET …/contents/{path}": lambda github: github.contents.file("a"),
    "GET …/commits": lambda github: github.contents.commits(),
    "GET …/git/ref/{ref}": lambda github: github.writer.append("main", "l", lambda _: ["x"], message="m"),
    "GET …/git/commits/{commit_sha}": lambda github: github.writer.append(
        "main", "l", lambda _: ["x"], message="m"
    ),
    "GET …/git/trees/{tree_sha}": lambda github: github.contents.tree("main"),
    "GET …/git/blobs/{file_sha}": lambda github: github.writer.append(
        "main", "a", lambda _: ["x"], message="m"
    ),
    "POST …/git/blobs": lambda github: github.writer.commit("main", {"b": b"1"}, message="m"),
    "POST …/git/trees": lambda github: github.writer.commit("main", {"b": b"1"}, message="m"),
    "POST …/git/commits": lambda github: github.writer.commit("main", {"b": b"1"}, message="m"),
    "POST …/git/refs": lambda github: github.writer.append("new", "l", lambda _: ["x"], message="m"),
    "PATCH …/git/refs/{ref}": lambda github: github.writer.append("main", "l", lambda _: ["x"], message="m"),
}
"""Each request that mainstay makes, and something to do that makes it."""


@pytest.fixture(autouse=True)
def scene(fake: FakeGitHub, shop: FakeRepository) -> None:
    """Something of everything, so that each call finds what it asks for."""
    fake.login = "ana"
    shop.commit({"a": "1"})
    shop.commit({"a": "2"}, "topic")
    shop.issue("t", "b", "bug")
    shop.issue("child")
    shop.pull(head="other")
    shop.comment(1, "c")
    shop.workflow(".github/workflows/backup.yml")
    shop.environments["backup"] = {"secrets": {"DATABASE_URL"}, "variables": {"REGION"}}
    shop.protection["main"] = {}
    shop.security_updates = {"enabled": True, "paused": False}
    fake.teams = {"acme/dev"}


def request_of(call: Call) -> str:
    return f"{call.verb} {call.path}".replace("/repos/{repository}", "…")


def pattern_of(call: Call) -> str:
    path = re.sub(r"\\\{\w+\\\}", ".+", re.escape(call.path.replace("{repository}", REPOSITORY)))
    return f"{call.verb} {path}"


EACH = pytest.mark.parametrize("call", CALLS, ids=request_of)


def test_everything_that_is_asked_can_be_answered() -> None:
    """The table of calls, the fake and these tests know the same requests."""
    routes = {f"{verb} {path}".replace("/repos/{owner}/{repo}", "…") for verb, path in ROUTES}

    assert {request_of(call) for call in CALLS} == routes == set(ASK)


@EACH
def test_each_call_is_made_as_github_describes_it(fake: FakeGitHub, github: GitHub, call: Call) -> None:
    """The referee has seen request and reply; the version of the API is asked for by name."""
    ASK[request_of(call)](github)

    assert any(re.fullmatch(pattern_of(call), request) for request in fake.requests)
    assert {headers["X-GitHub-Api-Version"] for headers in fake.headers} == {"2022-11-28"}


def asked_afresh(fake: FakeGitHub, call: Call, fault: Fault) -> GitHubError:
    """Return how a call fails, when the answer is always the same fault."""
    fake.faults = []
    fake.fault(pattern_of(call), *[fault] * 20)
    github = connect(REPOSITORY, TOKEN, fake.url, pause_seconds=0)
    with pytest.raises(GitHubError) as caught:
        ASK[request_of(call)](github)
    return caught.value


@EACH
def test_no_refusal_passes_for_an_answer(fake: FakeGitHub, call: Call) -> None:
    """Each says what could not be done; 403 and 404 name the permission. Only what GitHub calls absent is absent."""
    for status in (401, 403, 404, 410, 422, 502):
        error = asked_afresh(fake, call, Fault(status=status, message="No."))

        assert error.message.startswith("cannot ")
        assert TOKEN not in f"{error.message} {error.hint}"
        if status in {403, 404} and call.permission != METADATA:
            assert call.permission in (error.hint or "")
            assert ("no workflow can have" in (error.hint or "")) == (call.permission in NOT_FOR_WORKFLOWS)


READS = pytest.mark.parametrize("call", [call for call in CALLS if call.verb == "GET"], ids=request_of)


@READS
def test_an_answer_that_makes_no_sense_is_none(fake: FakeGitHub, call: Call) -> None:
    """Neither is half of one, a page for people or another thing: nobody sees an empty list."""
    for garbage in (b'[{"number": 1', b"<html>Unicorn!</html>", b"[null]", b'{"message": 1}'):
        error = asked_afresh(fake, call, Fault(garbage=garbage))

        assert "makes no sense" in error.message


def test_an_answer_that_is_too_deep_is_none(fake: FakeGitHub, github: GitHub) -> None:
    """It ends in the error that the audit knows, not in one of Python's."""
    fake.fault("GET .*/labels", Fault(garbage=b"[" * 9999))
    gc.disable()  # down there nobody's callback has room
    try:
        with pytest.raises(GitHubError, match="makes no sense"):
            github.about.labels()
    finally:
        gc.enable()


@READS
def test_an_answer_that_is_cut_off_is_asked_for_again(fake: FakeGitHub, call: Call) -> None:
    """Five times in all, and then it is none."""
    error = asked_afresh(fake, call, faults.CUT)

    assert "gave no answer" in error.message
    assert len(fake.faults) == 15


def test_reads_and_edits_are_tried_again(fake: FakeGitHub, shop: FakeRepository, github: GitHub) -> None:
    """A short failure of GitHub is nobody's business."""
    fake.break_status("GET .*/issues", 502, 503)
    fake.break_status("PATCH .*", 502, -500, 504)

    github.issues.edit(1, "new", "b")

    assert github.issues.find()[0].title == "new"
    assert [event["event"] for event in shop.events[1]] == ["renamed"]


@pytest.mark.parametrize("verb", ["GET", "PATCH", "POST"])
@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_is_waited_for_as_long_as_github_asks(
    fake: FakeGitHub, shop: FakeRepository, github: GitHub, waits: list[float], verb: str, status: int
) -> None:
    """Whatever is asked: nothing was done, so nothing is done twice. Without a time it is a minute."""
    fake.fault(f"{verb} .*/issues.*", limited(status, retry_after=4), limited(status))

    ask: dict[str, Callable[[], object]] = {
        "GET": lambda: github.issues.get(1),
        "PATCH": lambda: github.issues.edit(1, "t", "b"),
        "POST": lambda: github.issues.open("once", "b"),
    }
    ask[verb]()

    assert waits == [4, 60]
    assert fake.faults == []
    assert len([issue for issue in shop.all_issues if issue["title"] == "once"]) == (verb == "POST")


@pytest.mark.parametrize("status", [403, 429])
def test_the_end_of_the_hourly_limit_is_waited_for(
    fake: FakeGitHub, github: GitHub, waits: list[float], status: int
) -> None:
    """GitHub names the second in which it ends, not how long that is."""
    reset = int(SystemClock().now().timestamp()) + 30
    fake.fault("GET .*/labels", limited(status, reset=reset))

    github.about.labels()

    (wait,) = waits
    assert 20 < wait <= 31


@pytest.mark.parametrize(
    "fault",
    [
        limited(403, retry_after=3600),
        limited(429, retry_after=121),
        limited(403, reset=4102444800),
        limited(429, reset=4102444800),
    ],
    ids=["secondary", "too many", "hourly", "hourly, too many"],
)
def test_nobody_sleeps_for_an_hour(
    fake: FakeGitHub, github: GitHub, waits: list[float], fault: Fault
) -> None:
    """A job that waits costs money and ends in a time-out: this one says why it stops."""
    fake.fault("GET .*/labels", fault)

    with pytest.raises(GitHubError, match="rate limit is used up"):
        github.about.labels()

    assert waits == []


def test_a_limit_that_never_ends_is_given_up(fake: FakeGitHub, github: GitHub, waits: list[float]) -> None:
    """After five tries."""
    fake.fault("GET .*/labels", *[limited(403, retry_after=1)] * 9)

    with pytest.raises(GitHubError, match="rate limit"):
        github.about.labels()

    assert waits == [1, 1, 1, 1]


def test_a_missing_permission_is_asked_for_once(fake: FakeGitHub, github: GitHub, waits: list[float]) -> None:
    """It would be missing the second time as well."""
    fake.denied = {"issues: read"}

    with pytest.raises(GitHubError, match="forbids") as caught:
        github.about.labels()

    assert "permissions: issues: read" in (caught.value.hint or "")
    assert (waits, fake.requests.count("GET /repos/acme/shop/labels")) == ([], 1)


def test_a_run_has_a_budget_of_requests(fake: FakeGitHub) -> None:
    """An audit must not use up what the workflows of the repository need. Retries count."""
    github = connect(REPOSITORY, TOKEN, fake.url, pause_seconds=0, requests_at_most=4)
    fake.break_status("GET .*/labels", 502)

    github.about.labels()
    github.about.releases()
    with pytest.raises(GitHubError, match="all 4 requests of this run are made"):
        github.about.releases()

    assert len(fake.requests) == 4


def test_lists_are_read_to_their_end(shop: FakeRepository, github: GitHub) -> None:
    """By page number, by cursor, and beside a count."""
    for number in range(230):
        shop.issue(f"issue {number}")
        shop.dependabot_alert(f"package-{number}")
        shop.run(
            ".github/workflows/backup.yml", created_at=f"2026-11-01T00:{number // 60:02}:{number % 60:02}Z"
        )

    assert len(github.issues.find()) == 232
    assert len({alert.number for alert in github.alerts.dependabot()}) == 230
    assert len({run.id for run in github.actions.runs("backup.yml", at_most=1000)}) == 230
    assert [run.number for run in github.actions.runs("backup.yml", at_most=150)] == [*range(230, 80, -1)]


def test_a_list_that_github_cuts_off_is_not_complete(shop: FakeRepository, github: GitHub) -> None:
    """Of a list that is narrowed down it gives a thousand at most, and counts them all."""
    shop.runs_at_most = 4
    for _ in range(5):
        shop.run(".github/workflows/backup.yml")

    assert len(github.actions.runs("backup.yml", at_most=4, status="success")) == 4
    assert len(github.actions.runs("backup.yml")) == 5
    with pytest.raises(GitHubError, match="GitHub gave 4 of 5"):
        github.actions.runs("backup.yml", status="success")


def test_a_list_without_an_end_is_given_up(fake: FakeGitHub, shop: FakeRepository) -> None:
    """The budget is the shorter of the two fuses."""
    github = connect(REPOSITORY, TOKEN, fake.url, pause_seconds=0, requests_at_most=3)
    for number in range(300):
        shop.label(f"l{number}")

    with pytest.raises(GitHubError, match="requests of this run"):
        github.about.labels()


def test_a_tree_that_is_cut_off_is_none(fake: FakeGitHub, github: GitHub) -> None:
    """GitHub says so, in a field."""
    fake.fault(".*/git/trees/.*", Fault(garbage=b'{"tree": [], "truncated": true}'))

    with pytest.raises(GitHubError, match="only a part"):
        github.contents.tree("main")


@pytest.mark.parametrize(
    "location", ["https://example.com/user", "http://127.0.0.1:9/user", "file:///etc/passwd"]
)
def test_nothing_is_sent_to_another_server(fake: FakeGitHub, github: GitHub, location: str) -> None:
    """Neither by a redirect nor by the address of a next page: the token would go with it."""
    github.about.repository()
    fake.fault("GET .*/labels", Fault(status=301, headers={"location": location}))
    with pytest.raises(MainstayError):
        github.about.labels()

    fake.fault("GET .*/labels", Fault(garbage=b"[]", headers={"link": f'<{location}>; rel="next"'}))
    with pytest.raises(MainstayError):
        github.about.labels()


def test_issues_that_are_turned_off_are_said(shop: FakeRepository, github: GitHub) -> None:
    """With what to do."""
    shop.has_issues = False

    with pytest.raises(GitHubError, match="turned off") as caught:
        github.issues.find()

    assert "settings" in (caught.value.hint or "")


def test_a_slow_answer_is_none(fake: FakeGitHub) -> None:
    """A server that hangs does not hang the run."""
    github = connect(REPOSITORY, TOKEN, fake.url, pause_seconds=0, timeout_seconds=1, sleep=lambda _: None)
    fake.fault("POST .*/issues", Fault(slow_seconds=1.5, status=502))

    with pytest.raises(GitHubAnswerLostError, match=r"gave no answer \(ReadTimeout\)"):
        github.issues.open("late", "b")


def test_a_server_that_is_not_there_is_an_error() -> None:
    """No answer is not an empty answer."""
    gone = connect(REPOSITORY, TOKEN, "http://127.0.0.1:9", pause_seconds=0)

    with pytest.raises(GitHubError, match="gave no answer"):
        gone.issues.open_and_ours("x")


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITHUB_REPOSITORY"])
def test_what_a_workflow_has_to_give_is_named(fake: FakeGitHub, name: str) -> None:
    """A missing token is a mistake in the workflow, found before anything is asked."""
    with pytest.raises(UsageError, match=f"{name} is not set"):
        github_of(fake.environ() | {name: ""})


@pytest.mark.parametrize("name", ["shop", "acme/shop/x", "../shop", "acme/..", "acme/sh op", ""])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    """It would ask for something else."""
    with pytest.raises(UsageError):
        connect(name, TOKEN)


def test_labels_come_from_the_environment(fake: FakeGitHub, shop: FakeRepository) -> None:
    """As a workflow gives it, address of the API and all."""
    shop.label("deps")

    assert labels_of(fake.environ()) == {"deps"}
