from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mainstay.errors import ScaffoldError
from mainstay.platform.github import Issue
from mainstay.scaffold.answers import ANSWERS_FILE
from mainstay.scaffold.revision import (
    LABEL,
    MARKER,
    Adopted,
    Release,
    newest_release,
    read_adopted,
    reconcile_issue,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ADOPTED = Adopted("https://github.com/acme/mainstay.git", "v1.2.0")


@dataclass
class FakeIssues:
    """Issues in memory."""

    issues: list[Issue] = field(default_factory=list)
    closed: dict[int, str] = field(default_factory=dict)
    edits: int = 0

    def open_and_ours(self, label: str) -> list[Issue]:
        """Return what is open."""
        assert label == LABEL
        return [issue for issue in self.issues if issue.number not in self.closed]

    def create(self, title: str, body: str, label: str) -> Issue:
        """Open an issue."""
        assert label == LABEL
        number = len(self.issues) + 1
        url = f"https://github.com/acme/shop/issues/{number}"
        self.issues.append(
            Issue(number, title, body, url, author="ana", state="open", created_at=NOW, updated_at=NOW)
        )
        return self.issues[-1]

    def edit(self, number: int, title: str, body: str) -> None:
        """Replace both texts."""
        self.edits += 1
        self.issues[number - 1] = replace(self.issues[number - 1], title=title, body=body)

    def close(self, number: int, comment: str) -> None:
        """Close with a comment."""
        self.closed[number] = comment


def answers(folder: Path, text: str) -> Path:
    """Return the folder with this answers file in it."""
    (folder / ANSWERS_FILE).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("source", "git_url", "repository"),
    [
        ("gh:acme/mainstay", "https://github.com/acme/mainstay.git", "acme/mainstay"),
        ("gh:/acme/mainstay.git", "https://github.com/acme/mainstay.git", "acme/mainstay"),
        ("gl:acme/mainstay", "https://gitlab.com/acme/mainstay.git", None),
        ("git+https://github.com/acme/mainstay", "https://github.com/acme/mainstay", "acme/mainstay"),
        ("git@github.com:acme/mainstay.git", "git@github.com:acme/mainstay.git", "acme/mainstay"),
        ("git+ssh://git@github.com/acme/m", "ssh://git@github.com/acme/m", "acme/m"),
        ("https://evilgithub.com/a/b", "https://evilgithub.com/a/b", None),
        ("/srv/github.com/a/b", "/srv/github.com/a/b", None),
    ],
)
def test_the_template_is_asked_where_it_was_copied_from(
    tmp_path: Path, source: str, git_url: str, repository: str | None
) -> None:
    """Copier's short forms become addresses that git knows; only github.com has compare pages."""
    adopted = read_adopted(answers(tmp_path, f"_src_path: '{source}'\n_commit: v1.2.0\n"))

    assert (adopted.git_url, adopted.revision, adopted.github_repository) == (git_url, "v1.2.0", repository)


@pytest.mark.parametrize(
    "text",
    [
        "_src_path: gh:a/b\n",
        "_commit: v1.0.0\n",
        "_src_path: gh:a/b\n_commit: 'v1 `x`'\n",
        "- no mapping\n",
        "a: [\n",
    ],
)
def test_answers_that_do_not_say_are_an_error(tmp_path: Path, text: str) -> None:
    """What cannot be compared is never called current."""
    with pytest.raises(ScaffoldError):
        read_adopted(answers(tmp_path, text))


def test_a_repository_without_answers_is_told_to_adopt_first(tmp_path: Path) -> None:
    """There is nothing to compare."""
    with pytest.raises(ScaffoldError, match="does not exist"):
        read_adopted(tmp_path)


def test_the_newest_release_is_the_highest_version() -> None:
    """Numbers are compared as numbers; pre-releases and floating names are no releases."""
    assert newest_release(["v1.9.0", "v1.10.0", "v2.0.0-rc1", "v3", "nightly", "v1.2"]) == Release(1, 10, 0)
    assert newest_release(["main"]) is None


def test_a_newer_release_opens_one_issue_with_the_commands() -> None:
    """A second look changes nothing."""
    issues = FakeIssues()

    first = reconcile_issue(ADOPTED, Release(1, 3, 0), issues)
    second = reconcile_issue(ADOPTED, Release(1, 3, 0), issues)

    (issue,) = issues.issues
    assert issue.title == "SOP revision v1.3.0 is available"
    assert f"copier update -a {ANSWERS_FILE} --vcs-ref v1.3.0" in issue.body
    assert "mainstay update --ref v1.3.0" in issue.body
    assert "https://github.com/acme/mainstay/compare/v1.2.0...v1.3.0" in issue.body
    assert first == second
    assert (first.issue_url, issues.edits) == (issue.url, 0)


def test_an_even_newer_release_refreshes_the_issue() -> None:
    """It stays one issue, whatever its title was changed to."""
    issues = FakeIssues()
    reconcile_issue(ADOPTED, Release(1, 3, 0), issues)
    issues.edit(1, "please somebody do this", issues.issues[0].body)

    reconcile_issue(ADOPTED, Release(2, 0, 0), issues)

    (issue,) = issues.issues
    assert issue.title == "SOP revision v2.0.0 is available"
    assert "v2.0.0" in issue.body


@pytest.mark.parametrize("newest", [Release(1, 2, 0), Release(1, 1, 9), None])
def test_the_issue_closes_when_no_release_is_newer(newest: Release | None) -> None:
    """With a comment that says why."""
    issues = FakeIssues()
    reconcile_issue(replace(ADOPTED, revision="v1.1.0"), Release(1, 2, 0), issues)

    done = reconcile_issue(ADOPTED, newest, issues)

    assert issues.closed == {1: "This repository has adopted v1.2.0. No release is newer."}
    assert (done.verdict, done.issue_url) == ("SOP revision v1.2.0 is current; no release is newer", None)


def test_a_second_issue_of_ours_is_closed() -> None:
    """Two runs at once may have opened two; the older stays."""
    issues = FakeIssues()
    reconcile_issue(ADOPTED, Release(1, 3, 0), issues)
    issues.create("twin", issues.issues[0].body, LABEL)

    reconcile_issue(ADOPTED, Release(1, 3, 0), issues)

    assert issues.closed == {2: "The same is said in #1."}


def test_an_issue_without_our_marker_is_left_alone() -> None:
    """Some other automation may use the same label and the same user."""
    issues = FakeIssues()
    issues.create("not about this", "hello", LABEL)

    reconcile_issue(ADOPTED, Release(1, 3, 0), issues)

    assert [MARKER in issue.body for issue in issues.issues] == [False, True]
    assert issues.closed == {}


@pytest.mark.parametrize(
    ("revision", "newer"), [("v1.2.0-3-gabc1234", False), ("abc1234", True), ("v1.1.0-9-g0123abc", True)]
)
def test_a_revision_between_releases_is_judged_by_the_release_below_it(revision: str, newer: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """And a bare commit is older than any release, for nobody can tell."""
    done = reconcile_issue(replace(ADOPTED, revision=revision), Release(1, 2, 0), FakeIssues())

    assert (done.issue_url is not None) == newer


def test_the_password_of_a_template_address_is_not_shown() -> None:
    """Somebody may have copied with a token in the address."""
    issues = FakeIssues()
    adopted = Adopted("https://ana:s3cret@github.com/acme/mainstay.git", "v1.2.0")

    reconcile_issue(adopted, Release(1, 3, 0), issues)

    assert "s3cret" not in issues.issues[0].body
    assert "https://github.com/acme/mainstay/compare" in issues.issues[0].body
