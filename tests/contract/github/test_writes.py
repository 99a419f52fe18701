from __future__ import annotations

import threading
from functools import partial

import pytest

from fakes.github.faults import BAD_GATEWAY, LOST
from fakes.github.repository import FakeRepository
from fakes.github.state import REPOSITORY, TOKEN, FakeGitHub
from mainstay.errors import GitHubError
from mainstay.platform.github import WORKFLOW_USER, GitHub, connect

LEDGER = ("mainstay-evidence", "evidence/ledger.jsonl")


def append(github: GitHub, *lines: str) -> str | None:
    return github.writer.append(*LEDGER, lambda _: lines, message="Record a backup")


def numbered(word: str, text: str) -> list[str]:
    """Return a line that says how many come before it."""
    return [f"{text.count(chr(10))} {word}"]


def test_only_open_issues_of_our_own_with_the_label_are_ours(shop: FakeRepository, github: GitHub) -> None:
    """A copy of our issue by somebody else, and a pull request, are none of ours."""
    shop.issue("ours", "b", "sop-update")
    shop.issue("by somebody", "b", "sop-update", author="mallory")
    shop.issue("other label", "b", "bug")
    shop.issue("closed", "b", "sop-update", state="closed")
    shop.pull("pull request", "b", "sop-update")

    assert [issue.title for issue in github.issues.open_and_ours("sop-update")] == ["ours"]


def test_a_token_with_a_name_finds_what_it_wrote(
    fake: FakeGitHub, shop: FakeRepository, github: GitHub
) -> None:
    """With a person's token our issues are that person's."""
    fake.login = "ana"
    shop.issue("by the workflow", "b", "sop-update", author=WORKFLOW_USER)
    shop.issue("by ana", "b", "sop-update", author="ana")

    assert [issue.title for issue in github.issues.open_and_ours("sop-update")] == ["by ana"]


def test_an_issue_is_opened_edited_and_closed(shop: FakeRepository, github: GitHub) -> None:
    """The whole life of an issue, as GitHub sees it."""
    opened = github.issues.create("title", "body", "sop-update")
    github.issues.edit(opened.number, "new title", "new body")
    github.issues.close(opened.number, "done")

    (issue,) = shop.all_issues
    assert (issue["title"], issue["body"]) == ("new title", "new body")
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert shop.said == [(opened.number, "done")]
    assert [event["event"] for event in shop.events[1]] == ["renamed", "closed"]


def test_an_issue_is_labelled_assigned_and_reopened(shop: FakeRepository, github: GitHub) -> None:
    """A label that is not on it can be taken off."""
    number = github.issues.open("t", "b", labels=["incident", "P1"], assignees=["ana"]).number

    github.issues.add_labels(number, ["acknowledged"])
    github.issues.remove_label(number, "P1")
    github.issues.remove_label(number, "P1")
    github.issues.assign(number, ["bo"])
    github.issues.set_state(number, "closed", "not_planned")
    github.issues.set_state(number, "open")

    issue = github.issues.get(number)
    assert issue.labels == ("incident", "acknowledged")
    assert issue.assignees == ("ana", "bo")
    assert issue.state == "open"
    assert shop.labels.keys() == {"incident", "p1"}


def test_action_items_stand_under_their_incident(github: GitHub) -> None:
    """By number, not by the id that GitHub asks for."""
    incident, action = (github.issues.open(title, "b").number for title in ("incident", "action"))

    github.issues.add_sub_issue(incident, action)

    assert [issue.title for issue in github.issues.sub_issues(incident)] == ["action"]


def test_comments_can_be_replaced(shop: FakeRepository, github: GitHub) -> None:
    """Our own status comment is kept up to date in place."""
    shop.issue()
    comment = github.issues.comment(1, "first")

    github.issues.edit_comment(comment.id, "second")

    assert [(each.body, each.author) for each in github.issues.comments(1)] == [("second", WORKFLOW_USER)]


@pytest.mark.parametrize("again", [False, True], ids=["once", "among others"])
def test_what_was_made_though_the_answer_was_lost_is_not_made_twice(
    fake: FakeGitHub, shop: FakeRepository, github: GitHub, *, again: bool
) -> None:
    """Issue, comment, sub-issue, pull request: each is looked for, and found."""
    if again:
        shop.issue("incident", "b")
        shop.issue("theirs", "b", author="mallory")
    shop.commit({"a": "1"})
    shop.commit({"a": "2"}, "topic")
    before = len(shop.issues)
    fake.fault("POST .*", LOST, LOST, LOST, LOST, LOST)

    opened = github.issues.open("theirs", "b")
    child = github.issues.open("action", "b")
    comment = github.issues.comment(opened.number, "hello")
    github.issues.add_sub_issue(opened.number, child.number)
    pull = github.pulls.create(title="t", body="b", head="topic", base="main")

    assert fake.faults == []
    assert len(shop.issues) == before + 2
    assert opened.author == WORKFLOW_USER
    assert shop.said == [(opened.number, "hello")]
    assert comment.id == shop.comments[opened.number][0]["id"]
    assert shop.children == {opened.number: [child.number]}
    assert [*shop.pulls] == [pull.number]


def test_what_was_not_made_is_an_error(fake: FakeGitHub, shop: FakeRepository, github: GitHub) -> None:
    """Nothing was created, so nothing is claimed. It was asked for once."""
    fake.fault("POST .*/issues", BAD_GATEWAY)

    with pytest.raises(GitHubError, match=r"cannot open an issue in acme/shop: GitHub failed \(502\)"):
        github.issues.create("t", "b", "sop-update")

    assert shop.issues == {}
    assert fake.requests.count("POST /repos/acme/shop/issues") == 1


def test_a_pull_request_that_is_open_already_is_returned(shop: FakeRepository, github: GitHub) -> None:
    """And can be edited, and closed."""
    sha = shop.commit({"a": "1"})
    github.writer.create_branch("sop/update", sha)
    github.writer.create_branch("sop/update", sha)

    first, second = (
        github.pulls.create(title=title, body="b", head="sop/update", base="main", draft=True)
        for title in ("one", "two")
    )
    github.pulls.edit(first.number, title="two", state="closed")

    assert first.number == second.number
    assert first.draft
    (pull,) = github.pulls.find()
    assert (pull.title, pull.state, pull.merged) == ("two", "closed", False)


def test_a_branch_elsewhere_is_not_taken_for_ours(shop: FakeRepository, github: GitHub) -> None:
    """The same name at another commit is somebody else's."""
    first = shop.commit({"a": "1"}, "topic")
    shop.commit({"a": "2"}, "topic")

    with pytest.raises(GitHubError, match="begin a branch"):
        github.writer.create_branch("topic", first)


def test_files_are_committed_onto_a_branch(shop: FakeRepository, github: GitHub) -> None:
    """Bytes as they are; None deletes; the rest of the tree stays."""
    shop.commit({"kept": "1", "dropped": "1"}, "topic")

    sha = github.writer.commit("topic", {"docs/a.md": b"\xff", "dropped": None}, message="Change")

    assert shop.git.branches["topic"] == sha
    assert {entry.path for entry in github.contents.tree("topic")} == {"kept", "docs/a.md"}
    assert github.contents.file("docs/a.md", "topic") == b"\xff"


def test_the_first_line_begins_a_branch_without_a_parent(shop: FakeRepository, github: GitHub) -> None:
    """The ledger has no history in common with the code."""
    shop.commit({"code": "1"})

    sha = append(github, "one")
    append(github, "two", "three")

    assert sha is not None
    assert shop.git.commits[sha].parents == ()
    assert shop.git.text(*LEDGER) == "one\ntwo\nthree\n"
    assert len([*shop.git.history(shop.git.branches[LEDGER[0]])]) == 2


def test_nothing_to_add_makes_no_commit(fake: FakeGitHub, github: GitHub) -> None:
    """And no request that writes."""
    assert append(github) is None
    assert [request for request in fake.requests if not request.startswith("GET")] == []


def test_a_line_that_was_cut_off_stays_a_line_of_its_own(shop: FakeRepository, github: GitHub) -> None:
    """What is there is never joined with what is new, nor changed."""
    shop.commit({LEDGER[1]: "half", "other": "x"}, LEDGER[0])

    append(github, "one")

    assert shop.git.text(*LEDGER) == "half\none\n"
    assert shop.git.text(LEDGER[0], "other") == "x"


def test_a_file_that_is_no_text_is_left_alone(shop: FakeRepository, github: GitHub) -> None:
    """It may be repaired by hand; it is not made worse."""
    shop.commit({LEDGER[1]: b"\xff"}, LEDGER[0])

    with pytest.raises(GitHubError, match="not UTF-8"):
        append(github, "one")


@pytest.mark.parametrize("started", [False, True], ids=["no branch yet", "a branch"])
def test_writers_at_the_same_time_all_get_through(
    fake: FakeGitHub, shop: FakeRepository, *, started: bool
) -> None:
    """Five at once, each following on what is there: no line is lost, none is there twice, the count is unbroken."""
    if started:
        shop.commit({LEDGER[1]: "0 start\n"}, LEDGER[0])
    failures: list[BaseException] = []
    together = threading.Barrier(5)

    def write(name: str) -> None:
        github = connect(REPOSITORY, TOKEN, fake.url, pause_seconds=0.001)
        github.about.repository()
        together.wait()
        try:
            for turn in range(2):
                github.writer.append(*LEDGER, partial(numbered, f"{name}{turn}"), message="m")
        except GitHubError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcde"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    lines = (shop.git.text(*LEDGER) or "").splitlines()
    assert [int(line.split()[0]) for line in lines] == [*range(10 + started)]
    assert {line.split()[1] for line in lines} - {"start"} == {
        f"{name}{turn}" for name in "abcde" for turn in (0, 1)
    }
    refused = [
        request
        for request in fake.requests
        if request.startswith(("PATCH", "POST /repos/acme/shop/git/refs"))
    ]
    assert len(refused) > 10, "nobody was in anybody's way: this shows nothing"


@pytest.mark.parametrize("between", [False, True], ids=["alone", "another writer in between"])
def test_a_line_whose_answer_was_lost_is_not_added_twice(
    fake: FakeGitHub, shop: FakeRepository, github: GitHub, *, between: bool
) -> None:
    """Also when somebody else has written after it before we look again."""
    append(github, "one")
    fake.fault("PATCH .*/git/refs/.*", LOST)
    turns: list[str | None] = []

    def meanwhile(_: float) -> None:
        if between and not turns:
            turns.append(append(github, "theirs"))

    slow = connect(REPOSITORY, TOKEN, fake.url, pause_seconds=0, sleep=meanwhile)
    append(slow, "two")

    lines = (shop.git.text(*LEDGER) or "").splitlines()
    assert lines.count("two") == 1
    assert lines == ["one", "two", *(["theirs"] if between else [])]


def test_a_branch_that_may_not_be_moved_is_said_at_once(
    fake: FakeGitHub, shop: FakeRepository, github: GitHub
) -> None:
    """A rule of the repository forbids it: trying again changes nothing."""
    append(github, "one")
    shop.rules[LEDGER[0]] = [{"type": "update"}]

    with pytest.raises(GitHubError, match="Repository rule violations found"):
        append(github, "two")

    assert len([request for request in fake.requests if request.startswith("PATCH")]) == 1


def test_what_is_written_does_not_follow_a_rename(
    fake: FakeGitHub, shop: FakeRepository, github: GitHub
) -> None:
    """Reading goes on under the new name, and says so; writing wants to be told."""
    shop.issue("t", state="closed")
    shop.issue("u")
    fake.rename("acme/shop", "acme/store")

    assert github.about.repository().renamed_from == "acme/shop"
    assert [issue.title for issue in github.issues.find(state="closed")] == ["t"]
    with pytest.raises(GitHubError, match="it is acme/store now"):
        github.issues.open("t", "b")
