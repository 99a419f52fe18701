from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.templates import FILES, commit, git, write
from mainstay.errors import ScaffoldError, UsageError
from mainstay.scaffold import ANSWERS_FILE, InvalidAnswerError, OnExisting, TemplateSource, init_target

EMITTED = (ANSWERS_FILE, "docs/about.md", "scripts/run.sh")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> TemplateSource:
    """A small template in git."""
    folder = write(tmp_path_factory.mktemp("template"), FILES)
    (folder / "template/scripts/run.sh").chmod(0o755)
    return TemplateSource(str(commit(folder, {})), "HEAD")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A git repository with one commit."""
    return commit(tmp_path / "shop", {"README.md": "# Shop\n"})


def snapshot(root: Path) -> dict[str, bytes]:
    """Return the content of every file outside .git."""
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_the_template_is_written_and_every_file_is_told(source: TemplateSource, target: Path) -> None:
    """Content, file modes and answers arrive; the folder's name is the project's."""
    result = init_target(target, {}, source)

    assert result.created == EMITTED
    assert (result.kept, result.overwritten, result.unchanged) == ((), (), ())
    assert (target / "docs/about.md").read_text(encoding="utf-8") == "# shop\n"
    assert os.access(target / "scripts/run.sh", os.X_OK)
    assert result.answers["project_name"] == "shop"
    assert not list(target.rglob("*.mainstay-part"))


def test_from_a_subfolder_the_top_of_the_repository_is_used(source: TemplateSource, target: Path) -> None:
    """Workflows only work at the top."""
    write(target, {"api/main.py": ""})
    git(target, "add", "-A")
    git(target, "commit", "-qm", "x")

    assert init_target(target / "api", {}, source).root == target
    assert (target / ANSWERS_FILE).is_file()


def test_a_repository_without_a_commit_is_fine(source: TemplateSource, tmp_path: Path) -> None:
    """The first commit may hold the SOP."""
    git(write(tmp_path / "new", {"main.py": "x"}), "init", "-q")

    assert init_target(tmp_path / "new", {}, source).created == EMITTED


def test_a_dry_run_tells_the_same_and_writes_nothing(source: TemplateSource, target: Path) -> None:
    """So that people can look first."""
    before = snapshot(target)

    result = init_target(target, {}, source, dry_run=True)

    assert result.created == EMITTED
    assert snapshot(target) == before


def test_outside_a_git_repository_nothing_is_written(source: TemplateSource, tmp_path: Path) -> None:
    """Without git nothing could be merged later."""
    with pytest.raises(ScaffoldError, match="is not in a git repository") as caught:
        init_target(tmp_path, {}, source)

    assert caught.value.hint == "make it one first: git init"
    assert snapshot(tmp_path) == {}


def test_uncommitted_work_is_listed_and_left_alone(source: TemplateSource, target: Path) -> None:
    """What the template brings must be told apart from what somebody was doing."""
    write(target, {"README.md": "# Shop, edited\n", "new file.txt": "x"})
    before = snapshot(target)

    with pytest.raises(ScaffoldError, match="work that is not committed") as caught:
        init_target(target, {}, source)

    assert "\n  README.md\n  new file.txt" in caught.value.message
    assert "git stash" in str(caught.value.hint)
    assert snapshot(target) == before


def test_a_repository_that_has_the_template_is_sent_to_copier_update(
    source: TemplateSource, target: Path
) -> None:
    """A second copy would lose edits that an update merges."""
    commit(target, {ANSWERS_FILE: "_commit: v1.0.0\n"})

    with pytest.raises(ScaffoldError, match="has the template already") as caught:
        init_target(target, {}, source)

    assert caught.value.hint == "bring it up to date: mainstay plan, then mainstay update"


def test_answers_of_another_template_stay_untouched_and_unread(source: TemplateSource, target: Path) -> None:
    """Copier alone would take over same-named answers, or overwrite the file without asking."""
    commit(target, {".copier-answers.yml": "_src_path: gh:x/y\nproject_name: foreign\n"})

    result = init_target(target, {}, source)

    assert (target / ".copier-answers.yml").read_text(
        encoding="utf-8"
    ) == "_src_path: gh:x/y\nproject_name: foreign\n"
    assert result.answers["project_name"] == "shop"
    assert any(".copier-answers.yml belongs to another template" in note for note in result.notes)


def test_files_with_other_content_stop_everything(source: TemplateSource, target: Path) -> None:
    """They are listed before anything is written, with both ways out."""
    commit(target, {"docs/about.md": "# Mine\n", "scripts/run.sh": "#!/bin/sh\n"})
    before = snapshot(target)

    with pytest.raises(ScaffoldError, match="exist with other content") as caught:
        init_target(target, {}, source)

    assert caught.value.message.splitlines()[1:] == ["  docs/about.md"]
    assert "--keep-existing" in str(caught.value.hint)
    assert "--overwrite" in str(caught.value.hint)
    assert snapshot(target) == before


def test_files_can_be_kept(source: TemplateSource, target: Path) -> None:
    """Theirs stays, the rest arrives, and the next update's trouble is announced."""
    commit(target, {"docs/about.md": "# Mine\n", "scripts/run.sh": "#!/bin/sh\n"})

    result = init_target(target, {}, source, on_existing=OnExisting.KEEP)

    assert (result.created, result.kept, result.unchanged) == (
        (ANSWERS_FILE,),
        ("docs/about.md",),
        ("scripts/run.sh",),
    )
    assert (target / "docs/about.md").read_text(encoding="utf-8") == "# Mine\n"
    assert any("may conflict in the next update" in note for note in result.notes)


def test_files_can_be_overwritten_when_git_has_them(source: TemplateSource, target: Path) -> None:
    """Only then can they be brought back."""
    commit(target, {"docs/about.md": "# Mine\n"})

    result = init_target(target, {}, source, on_existing=OnExisting.OVERWRITE)

    assert result.overwritten == ("docs/about.md",)
    assert (target / "docs/about.md").read_text(encoding="utf-8") == "# shop\n"


@pytest.mark.parametrize("committed", [True, False])
def test_files_that_git_does_not_have_are_not_overwritten(
    source: TemplateSource, tmp_path: Path, *, committed: bool
) -> None:
    """An ignored file, or one in a repository without a commit, would be gone."""
    root = write(tmp_path / "shop", {".gitignore": "docs/\n", "docs/about.md": "# Mine\n"})
    git(root, "init", "-q")
    if committed:
        commit(root, {})
    before = snapshot(root)

    with pytest.raises(ScaffoldError, match="git could not bring these files back") as caught:
        init_target(root, {}, source, on_existing=OnExisting.OVERWRITE)

    assert "docs/about.md" in caught.value.message
    assert snapshot(root) == before


def test_emitted_files_that_git_ignores_are_mentioned(source: TemplateSource, target: Path) -> None:
    """They would not be committed, and an update would delete them."""
    commit(target, {".gitignore": "scripts/\n"})

    result = init_target(target, {}, source)

    assert "git ignores files of the template, so they will not be committed: scripts/run.sh" in result.notes


@pytest.mark.parametrize("obstacle", ["link", "file", "folder", "broken link"])
def test_what_stands_in_the_way_is_never_written_through(
    source: TemplateSource, target: Path, tmp_path: Path, obstacle: str
) -> None:
    """A link could lead out of the repository."""
    outside = tmp_path / "outside"
    outside.mkdir()
    if obstacle == "link":
        (target / "docs").symlink_to(outside)
    elif obstacle == "file":
        (target / "docs").write_text("x", encoding="utf-8")
    elif obstacle == "folder":
        write(target, {"docs/about.md/inner.txt": "x"})
    else:
        write(target, {"docs/x.md": "x"})
        (target / "docs/about.md").symlink_to(outside / "nothing")
    commit(target, {})

    with pytest.raises(ScaffoldError):
        init_target(target, {}, source, on_existing=OnExisting.OVERWRITE)

    assert not (target / ANSWERS_FILE).exists()
    assert list(outside.iterdir()) == []


def test_a_failure_while_writing_takes_back_what_was_written(
    source: TemplateSource, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a template would look like a whole one."""
    commit(target, {"docs/about.md": "# Mine\n"})
    before = snapshot(target)
    replace = Path.replace

    def full_disk(self: Path, to: Path) -> Path:
        if to.name == "run.sh":
            raise OSError(28, "No space left on device", str(to))
        return replace(self, to)

    monkeypatch.setattr(Path, "replace", full_disk)

    with pytest.raises(ScaffoldError, match="No space left on device; nothing was changed"):
        init_target(target, {}, source, on_existing=OnExisting.OVERWRITE)

    assert snapshot(target) == before
    assert not (target / "scripts").exists()


@pytest.mark.parametrize(
    ("answers", "hint"), [({"platfrom": "fly"}, "did you mean platform?"), ({"_commit": "v9"}, "")]
)
def test_an_answer_that_no_question_asks_for_is_refused(
    source: TemplateSource, target: Path, answers: dict[str, object], hint: str
) -> None:
    """Copier takes it in silence: a typing error would leave the default in place."""
    with pytest.raises(UsageError, match="the template asks no question") as caught:
        init_target(target, answers, source)

    assert hint in str(caught.value.hint)
    assert not (target / ANSWERS_FILE).exists()


@pytest.mark.parametrize(
    ("answers", "key", "message"),
    [
        ({"platform": "moon"}, "platform", "platform: 'moon' is not in ['other', 'fly']"),
        ({"timezone": "Mars"}, "timezone", "timezone: Only UTC."),
    ],
)
def test_an_answer_that_is_not_valid_names_its_question(
    source: TemplateSource, target: Path, answers: dict[str, object], key: str, message: str
) -> None:
    """So that it can be asked again."""
    with pytest.raises(InvalidAnswerError) as caught:
        init_target(target, answers, source)

    assert (caught.value.key, caught.value.message) == (key, message)


def test_a_template_that_cannot_be_fetched_is_an_error_with_git_s_reason(
    target: Path, tmp_path: Path
) -> None:
    """The address or the ref is wrong, or nobody may read it."""
    with pytest.raises(ScaffoldError, match="cannot be fetched"):
        init_target(target, {}, TemplateSource(f"git+file://{tmp_path}/nowhere"))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"copier.yml": "_tasks: [touch /tmp/owned]\n", "a.txt": "x"}, "wants to run code here"),
        ({"copier.yml": "a: {type: str, default: x}\n", "a.txt": "x"}, "is not the mainstay template"),
        ({"copier.yml": "a: [", "a.txt": "x"}, "cannot be rendered"),
        ({**FILES, "template/bad.md.jinja": "[[ nobody ]]"}, "cannot be rendered"),
        ({"a.txt": "x"}, "is not the mainstay template"),
    ],
)
def test_another_kind_of_template_changes_nothing(
    target: Path, tmp_path: Path, files: dict[str, str], message: str
) -> None:
    """Tasks are never run, and what is no mainstay template is not copied."""
    other = TemplateSource(str(commit(tmp_path / "other", files)), "HEAD")
    before = snapshot(target)

    with pytest.raises(ScaffoldError, match=message):
        init_target(target, {}, other)

    assert snapshot(target) == before
