from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fakes.github.faults import Fault
from fakes.github.repository import FakeRepository
from fakes.github.state import FakeGitHub
from mainstay.errors import GitHubError, GitHubFeatureOffError
from mainstay.platform.clock import FixedClock
from mainstay.platform.github import GitHub, Label, Protection, Rule, SecurityUpdates

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
BACKUP = ".github/workflows/backup.yml"


def test_the_repository_is_described(github: GitHub) -> None:
    """What is on and off is told only to an administrator; otherwise it is not known."""
    repository = github.about.repository()
    assert (repository.full_name, repository.default_branch, repository.private) == (
        "acme/shop",
        "main",
        True,
    )
    assert (repository.archived, repository.has_issues, repository.renamed_from) == (False, True, None)
    assert repository.pushed_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert repository.security is None


def test_an_administrator_sees_what_is_turned_on(shop: FakeRepository, github: GitHub) -> None:
    """By the names of GitHub's settings."""
    shop.security = {"secret_scanning": "enabled", "dependabot_security_updates": "disabled"}

    assert github.about.repository().security == shop.security


def test_the_repository_is_asked_for_once(fake: FakeGitHub, github: GitHub) -> None:
    """All groups of calls share what is known of it."""
    github.about.repository()
    github.about.labels()
    github.issues.find()

    assert fake.requests.count("GET /repos/acme/shop") == 1


def test_a_branch_is_described_or_absent(shop: FakeRepository, github: GitHub) -> None:
    """Names may hold slashes; a branch that is not there is None, not an error."""
    sha = shop.commit({"a": "1"}, "feature/one")
    shop.protection["feature/one"] = {}

    branch = github.about.branch("feature/one")

    assert branch is not None
    assert (branch.name, branch.sha, branch.protected) == ("feature/one", sha, True)
    assert github.about.branch("feature/two") is None


def test_rules_are_those_that_hold_on_the_branch(shop: FakeRepository, github: GitHub) -> None:
    """With their parameters; a branch without rules has none."""
    ruleset = {"ruleset_source_type": "Organization", "ruleset_source": "acme", "ruleset_id": 7}
    shop.rules["main"] = [{"type": "non_fast_forward", **ruleset}]

    assert github.about.rules("main") == (Rule(type="non_fast_forward", parameters={}, source="acme"),)
    assert github.about.rules("other") == ()


def test_classic_protection_is_read(shop: FakeRepository, github: GitHub) -> None:
    """A branch without it is None."""
    shop.commit({"a": "1"})
    assert github.about.protection("main") is None
    shop.protection["main"] = {
        "required_pull_request_reviews": {
            "required_approving_review_count": 2,
            "require_code_owner_reviews": True,
        },
        "enforce_admins": {"enabled": True, "url": "https://api.github.com/u"},
        "allow_force_pushes": {"enabled": False},
    }

    assert github.about.protection("main") == Protection(
        approvals=2,
        code_owner_reviews=True,
        required_checks=(),
        binds_admins=True,
        force_pushes=False,
        deletions=False,
    )


def test_a_protection_that_may_not_be_seen_is_not_absent(
    fake: FakeGitHub, shop: FakeRepository, github: GitHub
) -> None:
    """GitHub hides it with the same status as a branch that has none."""
    shop.commit({"a": "1"})
    fake.break_status("GET .*/protection", 404)

    with pytest.raises(GitHubError, match="does not show it to this token") as caught:
        github.about.protection("main")

    assert "administration: read" in (caught.value.hint or "")


def test_a_label_is_made_once(github: GitHub) -> None:
    """Names differ by more than case, to GitHub too."""
    github.about.create_label("Due soon", "ff0000", "less than a day")
    github.about.create_label("due SOON", "00ff00", "another")

    assert github.about.labels() == (Label(name="Due soon", color="ff0000", description="less than a day"),)


def test_releases_are_read(shop: FakeRepository, github: GitHub) -> None:
    """Newest first."""
    for tag in ("v1.0.0", "v1.1.0"):
        shop.releases.append({"tag_name": tag, "draft": False, "prerelease": False, "published_at": None})

    assert [release.tag for release in github.about.releases()] == ["v1.1.0", "v1.0.0"]


def test_the_rate_limit_is_read(github: GitHub) -> None:
    """As GitHub counts it for this token."""
    limit = github.about.rate_limit()

    assert (limit.limit, limit.remaining) == (1000, 990)
    assert limit.reset_at.tzinfo is not None


def test_dependabot_alerts_keep_who_dismissed_them_and_why(shop: FakeRepository, github: GitHub) -> None:
    """Of one state or of all."""
    shop.dependabot_alert("lodash", "critical", created_at="2026-11-01T00:00:00Z")
    shop.dependabot_alert(
        "left-pad",
        "low",
        state="dismissed",
        dismissed_by="ana",
        dismissed_at="2026-11-02T00:00:00Z",
        dismissed_reason="tolerable_risk",
        dismissed_comment="OPS-1",
    )

    (open_,) = github.alerts.dependabot("open")
    dismissed, _ = github.alerts.dependabot()

    assert (open_.package, open_.severity, open_.ecosystem) == ("lodash", "critical", "npm")
    assert (open_.manifest_path, open_.fixed_in) == ("package-lock.json", "9.9.9")
    assert open_.created_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert (dismissed.dismissed_by, dismissed.dismissed_reason) == ("ana", "tolerable_risk")
    assert dismissed.dismissed_comment == "OPS-1"


def test_scanning_alerts_are_counted_never_shown(shop: FakeRepository, github: GitHub) -> None:
    """A secret that was found stays at GitHub."""
    shop.secret_alerts = [
        {
            "number": 1,
            "state": "open",
            "secret_type": "aws_key",
            "secret": "AKIA",
            "html_url": "https://github.com/acme/shop/security/secret-scanning/1",
            "created_at": "2026-11-01T00:00:00Z",
        },
        {"number": 2, "state": "resolved", "secret_type": "aws_key", "secret": "AKIB"},
    ]
    rule = {"id": "py/sql-injection", "security_severity_level": "high"}
    created = "2026-11-01T00:00:00Z"
    shop.code_alerts = [
        {"number": 3, "state": "open", "rule": rule, "created_at": created, "tool": {"name": "CodeQL"}}
    ]

    (secret,), (code,) = github.alerts.secret_scanning(), github.alerts.code_scanning()

    assert (secret.number, secret.kind) == (1, "aws_key")
    assert (code.kind, code.severity) == ("py/sql-injection", "high")
    assert "AKI" not in repr(secret)


def test_a_feature_that_is_off_is_told_from_one_that_may_not_be_seen(
    fake: FakeGitHub, shop: FakeRepository, github: GitHub
) -> None:
    """Off is an answer that can be judged; forbidden is none."""
    shop.dependabot = shop.secret_alerts = shop.code_alerts = None
    for ask in (github.alerts.dependabot, github.alerts.secret_scanning, github.alerts.code_scanning):
        with pytest.raises(GitHubFeatureOffError, match="it is turned off"):
            ask()

    upgrade = "Upgrade to GitHub Pro or make this repository public to enable this feature."
    fake.fault("GET .*/rules/.*", Fault(status=403, message=upgrade))
    with pytest.raises(GitHubFeatureOffError, match="Upgrade to GitHub Pro"):
        github.about.rules("main")

    fake.denied = {"vulnerability-alerts: read"}
    with pytest.raises(GitHubError, match="forbids") as caught:
        github.alerts.dependabot()
    assert not isinstance(caught.value, GitHubFeatureOffError)


def test_security_updates_are_read(shop: FakeRepository, github: GitHub) -> None:
    """Whether Dependabot has paused itself is part of it."""
    shop.security_updates = {"enabled": True, "paused": True}

    assert github.alerts.security_updates() == SecurityUpdates(enabled=True, paused=True)


def test_runs_are_the_newest_of_one_workflow(shop: FakeRepository, github: GitHub) -> None:
    """By file name or id; narrowed by event, branch and result."""
    workflow = shop.workflow(BACKUP)
    shop.workflow(".github/workflows/audit.yml", state="disabled_inactivity")
    for day, conclusion in enumerate(["success", "failure", "success"], start=1):
        shop.run(BACKUP, created_at=f"2026-11-0{day}T02:17:00Z", conclusion=conclusion)
    shop.run(BACKUP, created_at="2026-11-05T00:00:00Z", event="workflow_dispatch", head_branch="topic")
    shop.run(".github/workflows/audit.yml")

    newest, *_ = runs = github.actions.runs("backup.yml")

    assert len(runs) == 4
    assert (newest.event, newest.head_branch, newest.path, newest.actor) == (
        "workflow_dispatch",
        "topic",
        BACKUP,
        "ana",
    )
    assert len(github.actions.runs(workflow["id"], event="schedule", branch="main")) == 3
    assert [run.created_at.day for run in github.actions.runs("backup.yml", status="success", at_most=2)] == [
        5,
        3,
    ]
    assert [each.state for each in github.actions.workflows()] == ["active", "disabled_inactivity"]


def test_a_workflow_that_never_was_is_an_error(github: GitHub) -> None:
    """GitHub shows nothing of it: that is not the same as no runs."""
    with pytest.raises(GitHubError, match="does not show it"):
        github.actions.runs("backup.yml")


def test_names_of_secrets_and_variables_include_the_shared_ones(shop: FakeRepository, github: GitHub) -> None:
    """A workflow reads both alike."""
    shop.secrets, shop.shared_secrets = {"DATABASE_URL"}, {"NPM_TOKEN"}
    shop.variables, shop.shared_variables = {"REGION": "x"}, {"STAGE": "y"}

    assert github.actions.secret_names() == {"DATABASE_URL", "NPM_TOKEN"}
    assert github.actions.variable_names() == {"REGION", "STAGE"}


def test_names_of_an_environment_are_its_own(shop: FakeRepository, github: GitHub) -> None:
    """What a job in it reads beside the repository's; an environment that is not there gives nothing."""
    shop.secrets = {"NPM_TOKEN"}
    shop.environments["backup"] = {"secrets": {"DATABASE_URL"}, "variables": {"REGION"}}

    assert github.actions.secret_names("backup") == {"DATABASE_URL"}
    assert github.actions.variable_names("backup") == {"REGION"}
    assert github.actions.secret_names("restore-drill") == frozenset()


def test_the_name_of_an_environment_may_hold_a_slash(shop: FakeRepository, github: GitHub) -> None:
    """Otherwise another one, or none, would be asked for."""
    shop.environments["blue/green"] = {"secrets": {"DATABASE_URL"}, "variables": set()}

    assert github.actions.secret_names("blue/green") == {"DATABASE_URL"}


def test_roles_and_accounts_are_looked_up(shop: FakeRepository, github: GitHub) -> None:
    """Somebody who does not exist has no role."""
    shop.collaborators = {"ana": "maintain"}

    assert github.people.role_of("ana") == "maintain"
    assert github.people.role_of("bo") == github.people.role_of("nobody") == "none"
    assert [person.login for person in github.people.collaborators()] == ["ana"]
    assert (github.people.user_exists("bo"), github.people.user_exists("nobody")) == (True, False)


def test_a_team_is_missing_only_when_the_others_can_be_seen(fake: FakeGitHub, github: GitHub) -> None:
    """GitHub hides a team as if there were none."""
    fake.teams = {"acme/dev"}
    assert (github.people.team_exists("acme", "dev"), github.people.team_exists("acme", "gone")) == (
        True,
        False,
    )

    fake.break_status("GET /orgs/.*", 404, 404)
    with pytest.raises(GitHubError, match="read the teams of an organisation"):
        github.people.team_exists("acme", "dev")


def test_files_are_read_byte_by_byte_at_a_ref(shop: FakeRepository, github: GitHub) -> None:
    """Also those that are no text, and those that are not there any more."""
    first = shop.commit({"docs/a b#?.md": b"\xff\x00", "x": "1"})
    shop.commit({"x": None})

    assert github.contents.file("docs/a b#?.md") == b"\xff\x00"
    assert github.contents.file("x", first) == b"1"
    assert github.contents.file("x") is None
    assert github.contents.file("x", "gone") is None


def test_a_large_file_is_read_whole(shop: FakeRepository, github: GitHub) -> None:
    """From 1 MB on GitHub leaves the content out of its answer: that is not an empty file."""
    shop.commit({"large": b"x" * (1 << 20)})

    content = github.contents.file("large")

    assert content is not None
    assert len(content) == 1 << 20


@pytest.mark.parametrize("path", ["../../user", "a/../b", "/etc/passwd", "", "a//b"])
def test_a_path_asks_for_nothing_else(fake: FakeGitHub, github: GitHub, path: str) -> None:
    """`..` would be taken for another request."""
    with pytest.raises(GitHubError, match="no name and no path"):
        github.contents.file(path)

    assert fake.requests == []


def test_a_tree_names_every_file(shop: FakeRepository, github: GitHub) -> None:
    """Of a branch."""
    shop.commit({"a/b": "12"})

    (entry,) = github.contents.tree("main")

    assert (entry.path, entry.kind, entry.mode, entry.size_bytes) == ("a/b", "blob", "100644", 2)


def test_commits_are_those_that_touch_a_path(shop: FakeRepository, github: GitHub) -> None:
    """Newest first, since a day, no more than asked for."""
    for day, files in enumerate([{"a": "1"}, {"b": "1"}, {"a": "2"}, {"a": "3"}], start=1):
        shop.commit(files, message=f"day {day}", at=f"2026-11-0{day}T00:00:00Z")

    commits = github.contents.commits(path="a")

    assert [commit.message for commit in commits] == ["day 4", "day 3", "day 1"]
    assert commits[0].author == "ana"
    assert len(github.contents.commits(at_most=2)) == 2
    since = datetime(2026, 11, 3, tzinfo=UTC)
    assert [commit.message for commit in github.contents.commits(since=since)] == ["day 4", "day 3"]


def test_issues_are_found_without_pull_requests(
    fake: FakeGitHub, shop: FakeRepository, github: GitHub
) -> None:
    """GitHub lists both; by label, state and last change, oldest first."""
    fake.clock = FixedClock(NOW)
    shop.issue("old", "b", "incident", state="closed", created_at="2026-11-01T00:00:00Z")
    shop.issue("new", None, "incident", "P1", assignees=["bo"], author="ana")
    shop.issue("other", "b")
    shop.pull("pull", "b", "incident")

    found = github.issues.find(label="incident")

    assert [issue.title for issue in found] == ["old", "new"]
    assert (found[1].body, found[1].labels, found[1].assignees) == ("", ("incident", "P1"), ("bo",))
    assert (found[1].author, found[1].author_is_bot) == ("ana", False)
    assert [issue.title for issue in github.issues.find(state="open")] == ["new", "other"]
    since = NOW - timedelta(days=1)
    assert [issue.title for issue in github.issues.find(label="incident", since=since)] == ["new"]


def test_what_happened_to_an_issue_is_told_in_order(shop: FakeRepository, github: GitHub) -> None:
    """Who labelled, assigned, renamed, closed."""
    shop.issue("t")
    shop.event(1, "labeled", label={"name": "P1", "color": "f00"}, actor="ana")
    shop.event(1, "assigned", assignee={"login": "bo"})
    shop.event(1, "renamed", rename={"from": "t", "to": "u"})
    shop.event(1, "closed", actor="ghost")

    labelled, assigned, renamed, closed = github.issues.events(1)

    assert (labelled.event, labelled.label, labelled.actor) == ("labeled", "P1", "ana")
    assert (assigned.assignee, renamed.renamed_from, closed.actor) == ("bo", "t", "ghost")


def test_pull_requests_tell_merged_from_closed(shop: FakeRepository, github: GitHub) -> None:
    """Those of Dependabot among them; newest first."""
    shop.pull("bump", "b", "dependencies", author="dependabot[bot]", head="dependabot/npm/x")
    shop.pull("merged", "b", state="closed", merged_at="2026-11-02T00:00:00Z", head="topic")

    merged, bump = github.pulls.find()

    assert (merged.merged, bump.merged) == (True, False)
    assert (bump.author, bump.head, bump.base, bump.labels) == (
        "dependabot[bot]",
        "dependabot/npm/x",
        "main",
        ("dependencies",),
    )
    assert [pull.number for pull in github.pulls.find(state="open")] == [1]
    assert [pull.number for pull in github.pulls.find(head="topic")] == [2]


def test_reviews_are_read(shop: FakeRepository, github: GitHub) -> None:
    """Who approved, and when."""
    shop.pull()
    user = {"login": "ana", "type": "User"}
    shop.reviews[1] = [{"user": user, "state": "APPROVED", "submitted_at": "2026-11-02T00:00:00Z"}]

    (review,) = github.pulls.reviews(1)

    assert (review.author, review.state) == ("ana", "APPROVED")
