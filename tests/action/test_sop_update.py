from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.github.server import github_server
from fakes.github.state import FakeGitHub
from helpers.templates import commit, git
from helpers.updates import LINES, PAGE, Template, edited, new_template, put
from mainstay.action.__main__ import main
from mainstay.action.sop_update import preview
from mainstay.errors import ExitCode
from mainstay.scaffold import ANSWERS_FILE
from mainstay.scaffold.revision import Release

HOSTILE = "docs/@acme <img src=x> `#1` | ![x](https:::evil).md"


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A template, released as v1.0.0."""
    return new_template(tmp_path / "template")


def issue_after_a_run(root: Path) -> str:
    """Run the command of the Action and return the body of the issue that is open then."""
    with github_server() as fake:
        run_in(root, fake)
    (issue,) = fake.shop.open_issues
    return str(issue["body"])


def run_in(root: Path, fake: FakeGitHub, **more: str) -> str:
    """Run the command of the Action and return what it logged."""
    inputs = {
        "GITHUB_WORKSPACE": str(root),
        "MAINSTAY_INPUT_COMMAND": "sop-update",
        "MAINSTAY_INPUT_PATH": ".",
    }
    log = io.StringIO()
    assert main({**inputs, **fake.environ(), **more}, log) == ExitCode.OK, log.getvalue()
    return log.getvalue()


def test_the_issue_says_what_the_revision_changes_here(template: Template, tmp_path: Path) -> None:
    """Files, conflicts with their lines, and what a plain `copier update` would lose."""
    template.release("v1.0.1", {"docs/old.md": LINES.replace("line", "row")})
    app = template.adopt(tmp_path / "app")
    own = {PAGE: edited(LINES, 5, "mine"), "docs/old.md": "mine\n"}
    commit(put(app, own), {})
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs"), "docs/old.md": None, "docs/new.md": "x\n"})

    body = issue_after_a_run(app)

    assert "mainstay update --ref v1.1.0\n" in body
    assert f"- `{PAGE}` (line 5): you and the new revision changed the same lines\n" in body
    assert "- `docs/old.md`: you edited it, and the new revision does not have it" in body
    assert "- new: `docs/new.md`" in body
    assert "3 files change, 2 conflicts, and a plain `copier update` would lose work in 1 file." in body


def test_no_name_of_a_file_comes_alive_in_the_issue(template: Template, tmp_path: Path) -> None:
    """The template's file names are quoted, and nobody is notified by one."""
    app = template.adopt(tmp_path / "app")
    template.release("v1.1.0", {HOSTILE: "x\n"})

    body = issue_after_a_run(app)

    shown = HOSTILE.replace("|", "\\|")
    assert f"- new: ``{shown}``" in body


def test_a_preview_that_cannot_be_made_fails_nothing(template: Template, tmp_path: Path) -> None:
    """The issue says so, and why."""
    app = template.adopt(tmp_path / "app")
    template.release("v1.1.0", {"docs/new.md": "x\n"})
    (app / ANSWERS_FILE).write_text((app / ANSWERS_FILE).read_text().replace("v1.0.0", "v1.0.7"))

    body = issue_after_a_run(app)

    assert "The preview could not be made: the adopted revision cannot be rendered" in body


def test_a_bug_in_the_preview_fails_nothing_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release to come may need another Copier."""

    def broken(*_: object, **__: object) -> None:
        raise KeyError("<b>surprise</b>")

    monkeypatch.setattr("mainstay.action.sop_update.plan_update", broken)

    text = preview(tmp_path, Release(1, 1, 0))

    assert "could not be made: KeyError: '\\<b\\>surprise\\</b\\>'" in text


APP = {"MAINSTAY_UPDATE_TOKEN": "ghs_app0123456789abcdef", "GITHUB_REF_NAME": "main"}
BRANCH = "mainstay/sop-update"


@pytest.fixture
def app(template: Template, tmp_path: Path) -> Path:
    """A repository that has adopted v1.0.0, a shallow clone of a bare remote as in a workflow; v1.1.0 is out."""
    template.adopt(tmp_path / "app")
    git(tmp_path, "clone", "-q", "--bare", str(tmp_path / "app"), "remote.git")
    git(tmp_path, "clone", "-q", "--depth=1", (tmp_path / "remote.git").as_uri(), "work/app")
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs"), ".github/workflows/new.yml": "name: New\n"})
    return tmp_path / "work/app"


def remote_of(app: Path) -> Path:
    """Return the bare repository that the clone came from."""
    return app.parents[1] / "remote.git"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    """GitHub, which has seen the branches."""
    with github_server() as fake:
        for branch in ("main", BRANCH):
            fake.shop.git.branches[branch] = fake.shop.git.branches.get("main") or "1" * 40
        yield fake


def test_with_an_app_s_token_a_pull_request_brings_the_revision(app: Path, github: FakeGitHub) -> None:
    """Committed and pushed to a branch of its own; the work tree of the run is not touched, and no issue is open."""
    before = git(app, "status", "--short", "--branch")

    log = run_in(app, github, **APP)

    (pull,) = github.shop.pulls.values()
    assert (pull["title"], pull["head"]["ref"], pull["base"]["ref"]) == (
        "Update SOP-603 to v1.1.0",
        BRANCH,
        "main",
    )
    assert "- new: `.github/workflows/new.yml`" in pull["body"]
    assert github.shop.open_issues == []
    remote = remote_of(app)
    assert git(remote, "show", f"{BRANCH}:{PAGE}") == edited(LINES, 5, "theirs")
    assert git(remote, "rev-parse", f"{BRANCH}^") == git(remote, "rev-parse", "main")
    assert "_commit: v1.1.0" in git(remote, "show", f"{BRANCH}:{ANSWERS_FILE}")
    assert git(app, "status", "--short", "--branch") == before
    assert git(app, "worktree", "list").count("\n") == 1
    assert not (app / ".git/FETCH_HEAD").exists()
    assert APP["MAINSTAY_UPDATE_TOKEN"] not in log + (app / ".git/config").read_text()


def test_a_pull_request_is_refreshed_and_not_pushed_again_without_need(
    app: Path, template: Template, github: FakeGitHub
) -> None:
    """A second run changes nothing; a further release moves the same branch and the same pull request."""
    run_in(app, github, **APP)
    first = git(remote_of(app), "rev-parse", BRANCH)
    run_in(app, github, **APP)
    assert git(remote_of(app), "rev-parse", BRANCH) == first
    template.release("v1.2.0", {"docs/newest.md": "x\n"})

    run_in(app, github, **APP)

    (pull,) = github.shop.pulls.values()
    assert pull["title"] == "Update SOP-603 to v1.2.0"
    assert git(remote_of(app), "show", f"{BRANCH}:docs/newest.md") == "x\n"
    assert git(remote_of(app), "rev-parse", f"{BRANCH}^") == git(remote_of(app), "rev-parse", "main")


def test_what_somebody_committed_to_the_branch_is_not_overwritten(
    app: Path, template: Template, github: FakeGitHub, tmp_path: Path
) -> None:
    """They decided something there; the run says that it left the branch alone."""
    run_in(app, github, **APP)
    git(tmp_path, "clone", "-q", "-b", BRANCH, str(remote_of(app)), "own")
    commit(tmp_path / "own", {"own.txt": "mine\n"}, "Decide")
    git(tmp_path / "own", "push", "-q", "origin", BRANCH)
    template.release("v1.2.0", {"docs/newest.md": "x\n"})

    run_in(app, github, **APP)

    assert git(remote_of(app), "show", f"{BRANCH}:own.txt") == "mine\n"
    assert len(github.shop.pulls) == 1


def test_conflicts_are_an_issue_and_nothing_is_pushed(app: Path, github: FakeGitHub) -> None:
    """Markers never reach a branch."""
    commit(put(app, {PAGE: edited(LINES, 5, "mine")}), {})

    run_in(app, github, **APP)

    (issue,) = github.shop.open_issues
    assert f"- `{PAGE}` (line 5): you and the new revision changed the same lines" in issue["body"]
    assert github.shop.pulls == {}
    assert BRANCH not in git(remote_of(app), "branch", "--list", "--all")


def test_without_an_app_s_token_nothing_is_pushed(app: Path, github: FakeGitHub) -> None:
    """Nor with the workflow's own, which may change no workflow."""
    for token in ({}, {"MAINSTAY_UPDATE_TOKEN": github.environ()["GITHUB_TOKEN"]}):
        run_in(app, github, **token)

    assert len(github.shop.open_issues) == 1
    assert github.shop.pulls == {}
    assert BRANCH not in git(remote_of(app), "branch", "--list", "--all")


def test_a_remote_that_refuses_leaves_an_issue(app: Path, github: FakeGitHub) -> None:
    """The app may lack a permission: the run goes on, says so, and the issue is there."""
    hook = remote_of(app) / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'refusing to allow a GitHub App to update workflow' >&2\nexit 1\n")
    hook.chmod(0o755)

    run_in(app, github, **APP)

    assert len(github.shop.open_issues) == 1
    assert github.shop.pulls == {}


def test_a_pull_request_takes_the_place_of_the_issue_and_goes_when_the_revision_is_there(
    app: Path, github: FakeGitHub
) -> None:
    """One place says how things stand."""
    run_in(app, github)
    assert len(github.shop.open_issues) == 1
    run_in(app, github, **APP)
    assert github.shop.open_issues == []
    git(app, "pull", "-q", "--unshallow", "origin", BRANCH)

    run_in(app, github, **APP)

    assert [pull["state"] for pull in github.shop.pulls.values()] == ["closed"]
    assert github.shop.open_issues == []


def test_labels_that_dependabot_needs_are_made(app: Path, github: FakeGitHub) -> None:
    """Dependabot leaves out those that do not exist, without a word."""
    entry = "  - {package-ecosystem: npm, directory: /, schedule: {interval: daily}, labels: [dependencies, ops]}\n"
    put(app, {".github/dependabot.yml": f"version: 2\nupdates:\n{entry}"})
    github.shop.label("ops")

    run_in(app, github)

    assert {"dependencies", "ops"} <= set(github.shop.labels)
