from __future__ import annotations

import io
from pathlib import Path

import pytest

from fakes.github.server import github_server
from helpers.templates import commit
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
        inputs = {
            "GITHUB_WORKSPACE": str(root),
            "MAINSTAY_INPUT_COMMAND": "sop-update",
            "MAINSTAY_INPUT_PATH": ".",
        }
        log = io.StringIO()
        assert main({**inputs, **fake.environ()}, log) == ExitCode.OK, log.getvalue()
    (issue,) = fake.shop.open_issues
    return str(issue["body"])


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
