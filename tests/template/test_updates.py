from __future__ import annotations

from pathlib import Path

import pytest

from helpers.templates import commit, git
from helpers.updates import LINES, PAGE, Template, copier_update, edited, files_of, new_template, put
from mainstay.dependabot import DEPENDABOT
from mainstay.errors import ScaffoldError, UsageError
from mainstay.platform.git import GitError
from mainstay.scaffold import ANSWERS_FILE
from mainstay.scaffold.local_changes import local_changes
from mainstay.scaffold.losses import LossKind
from mainstay.scaffold.plan import Choices, Conflict, plan_update
from mainstay.scaffold.update import UndecidedError, update_target

ICON = "docs/icon.bin"
CI = ".github/workflows/ci.yml"
SHELL = "scripts/run.sh"
SHA = {
    version: f"{version[1:].replace('.', '')}" * 10 + "a" * 10 for version in ("v1.0.0", "v1.1.0", "v1.2.0")
}


def workflow(version: str, name: str = "CI") -> str:
    """Return a workflow that pins an action at a version."""
    return (
        f"name: {name}\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@{SHA[version]} # {version}\n"
    )


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A template with a page of thirty lines, a script, a binary file and a workflow; released as v1.0.0."""
    template = new_template(tmp_path / "template")
    template.release("v1.0.1", {ICON: b"\0one", CI: workflow("v1.0.0")})
    return template


@pytest.fixture
def app(template: Template, tmp_path: Path) -> Path:
    """A repository that has adopted it."""
    return template.adopt(tmp_path / "app", project_name="app")


def save(app: Path, files: dict[str, str | bytes | None]) -> Path:
    """Change files of the repository and commit."""
    return commit(put(app, files), {})


def losses(app: Path) -> dict[str, LossKind]:
    """Return what the plan says that a plain `copier update` would lose."""
    return {loss.path: loss.kind for loss in plan_update(app).losses}


def test_a_clean_update_is_what_copier_would_do_and_what_a_fresh_copy_is(
    template: Template, app: Path, tmp_path: Path
) -> None:
    """Files come, change, move and go; nobody edited anything, so all three ways end in the same bytes."""
    other = template.adopt(tmp_path / "other" / "app", project_name="app")
    template.release("v1.1.0", {PAGE: None, "docs/new/page.md": LINES + "end\n", SHELL: None, "x.md": "x\n"})

    plan = plan_update(app)
    done = update_target(app)
    copier_update(other)
    fresh = template.adopt(tmp_path / "fresh" / "app", project_name="app")

    assert (plan.created, plan.deleted, plan.renamed) == (("x.md",), (SHELL,), {PAGE: "docs/new/page.md"})
    assert (plan.clean, plan.changed) == (True, (ANSWERS_FILE,))
    assert done == plan
    assert files_of(app) == files_of(fresh) == files_of(other)
    assert not (app / "scripts").exists()


def test_a_plan_touches_nothing(template: Template, app: Path) -> None:
    """Neither the work tree, nor the index, nor the objects of the repository."""
    save(app, {PAGE: edited(LINES, 5, "mine")})
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs")})
    before = {path: path.read_bytes() for path in app.rglob("*") if path.is_file()}

    plan_update(app)

    assert {path: path.read_bytes() for path in app.rglob("*") if path.is_file()} == before


def test_nothing_to_do_is_said_and_done(app: Path) -> None:
    """The newest release is the one that is adopted."""
    save(app, {PAGE: edited(LINES, 5, "mine"), ICON: b"\0mine"})

    plan = plan_update(app)

    assert (plan.count, plan.clean, plan.offered) == (0, True, "v1.0.1")
    assert update_target(app) == plan
    assert git(app, "status", "--short") == ""


def test_edits_of_other_lines_are_merged(template: Template, app: Path) -> None:
    """The oldest promise."""
    save(app, {PAGE: edited(LINES, 28, "mine")})
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs")})

    done = update_target(app)

    assert done.clean
    assert (app / PAGE).read_text() == edited(edited(LINES, 28, "mine"), 5, "theirs")


def test_a_conflict_is_named_marked_and_left_to_the_index(template: Template, app: Path) -> None:
    """Copier would end with 0; here git itself refuses to commit until somebody has decided."""
    save(app, {PAGE: edited(LINES, 5, "mine")})
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs"), "x.md": "x\n"})

    plan = plan_update(app)
    done = update_target(app)

    assert plan.conflicts == (Conflict(PAGE, "you and the new revision changed the same lines", (5,)),)
    assert done == plan
    assert git(app, "diff", "--name-only", "--diff-filter=U").split() == [PAGE]
    assert "<<<<<<< yours\nmine 5\n=======\ntheirs 5\n>>>>>>> template-v1.1.0\n" in (app / PAGE).read_text()
    assert [path for path in files_of(app) if path != PAGE and b"<<<<<<<" in files_of(app)[path]] == []
    with pytest.raises(ScaffoldError, match="not decided yet") as refused:
        update_target(app)
    assert PAGE in refused.value.message


@pytest.mark.parametrize(("side", "expected"), [("keep", "mine"), ("accept_loss", "theirs")])
def test_a_conflict_can_be_decided_beforehand(
    template: Template, app: Path, side: str, expected: str
) -> None:
    """One word per file, and no markers."""
    save(app, {PAGE: edited(LINES, 5, "mine")})
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs")})

    done = update_target(app, choices=Choices(**{side: [PAGE]}))

    assert done.conflicts == ()
    assert (app / PAGE).read_text() == edited(LINES, 5, expected)


def test_markers_that_were_committed_stop_an_update(template: Template, app: Path) -> None:
    """A second merge would nest them."""
    save(app, {PAGE: "<<<<<<< before updating\na\n=======\nb\n>>>>>>> after updating\n"})
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs")})

    with pytest.raises(ScaffoldError, match="holds the conflict markers"):
        plan_update(app)


def test_an_edited_file_that_the_template_deletes_is_not_lost(template: Template, app: Path) -> None:
    """Refused until somebody chooses; both choices do what they say."""
    save(app, {PAGE: edited(LINES, 5, "mine")})
    template.release("v1.1.0", {PAGE: None, "x.md": "x\n"})

    assert losses(app) == {PAGE: LossKind.DELETED}
    with pytest.raises(UndecidedError, match=PAGE):
        update_target(app)
    assert git(app, "status", "--short") == ""
    update_target(app, choices=Choices(keep=[PAGE]))
    assert (app / PAGE).read_text() == edited(LINES, 5, "mine")
    git(app, "checkout", "-q", ".")
    git(app, "clean", "-qfd")
    update_target(app, choices=Choices(accept_loss=[PAGE]))
    assert not (app / PAGE).exists()


def test_an_edited_file_that_an_answer_turns_off_is_not_lost(template: Template, app: Path) -> None:
    """`--data` takes files away as a new revision does."""
    conditional = "_exclude: [\"{% if platform == 'fly' %}docs/page.md{% endif %}\"]\n"
    text = (template.folder / "copier.yml").read_text()
    put(template.folder, {"copier.yml": text + conditional})
    template.release("v1.1.0", {})
    update_target(app)
    save(app, {PAGE: edited(LINES, 5, "mine")})

    plan = plan_update(app, answers={"platform": "fly"})

    assert {loss.path: loss.kind for loss in plan.losses} == {PAGE: LossKind.DELETED}
    assert plan.answers == {"platform": "fly"}
    with pytest.raises(UndecidedError):
        update_target(app, answers={"platform": "fly"})
    assert (app / PAGE).read_text() == edited(LINES, 5, "mine")
    update_target(app, answers={"platform": "fly"}, choices=Choices(accept_loss=[PAGE]))
    assert not (app / PAGE).exists()
    assert "platform: fly" in (app / ANSWERS_FILE).read_text()


def test_an_answer_that_is_no_choice_any_more_is_named(template: Template, tmp_path: Path) -> None:
    """Copier puts the default in its place without a word; here the plan shows it, and another can be given."""
    app = template.adopt(tmp_path / "flying", project_name="app", platform="fly")
    text = (template.folder / "copier.yml").read_text()
    put(template.folder, {"copier.yml": text.replace("choices: [other, fly]", "choices: [other, render]")})
    template.release("v1.1.0", {})

    assert plan_update(app).answers == {"platform": "other"}
    assert plan_update(app, answers={"platform": "render"}).answers == {"platform": "render"}
    update_target(app)
    assert "platform: other" in (app / ANSWERS_FILE).read_text()


def test_edits_follow_a_file_that_the_template_renames(template: Template, app: Path) -> None:
    """Copier writes the new name without them."""
    save(app, {PAGE: edited(LINES, 28, "mine")})
    template.release("v1.1.0", {PAGE: None, "docs/moved.md": edited(LINES, 5, "theirs")})

    assert losses(app) == {PAGE: LossKind.RENAMED}
    update_target(app)

    assert not (app / PAGE).exists()
    assert (app / "docs/moved.md").read_text() == edited(edited(LINES, 28, "mine"), 5, "theirs")


def test_changes_follow_a_file_that_you_renamed(template: Template, app: Path) -> None:
    """Copier neither brings them nor says so."""
    save(app, {PAGE: None, "docs/ours.md": edited(LINES, 28, "mine")})
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs")})

    assert losses(app) == {PAGE: LossKind.MISSED}
    update_target(app)

    assert not (app / PAGE).exists()
    assert (app / "docs/ours.md").read_text() == edited(edited(LINES, 28, "mine"), 5, "theirs")


@pytest.mark.parametrize("theirs", [LINES, edited(LINES, 5, "theirs")])
def test_a_file_that_both_renamed_keeps_your_name(template: Template, app: Path, theirs: str) -> None:
    """And holds the edits of both, once."""
    save(app, {PAGE: None, "docs/ours.md": edited(LINES, 28, "mine")})
    template.release("v1.1.0", {PAGE: None, "docs/moved.md": theirs})

    done = update_target(app)

    assert done.conflicts == ()
    assert (app / "docs/ours.md").read_text() == edited(theirs, 28, "mine")
    assert not (app / "docs/moved.md").exists()


def test_an_edited_binary_stays(template: Template, app: Path) -> None:
    """Copier puts the template's bytes back whenever it runs."""
    save(app, {ICON: b"\0mine"})
    template.release("v1.1.0", {"x.md": "x\n"})

    assert losses(app) == {ICON: LossKind.BINARY}
    update_target(app)

    assert (app / ICON).read_bytes() == b"\0mine"


def test_a_binary_that_both_changed_needs_a_choice(template: Template, app: Path) -> None:
    """No markers can be put into it."""
    save(app, {ICON: b"\0mine"})
    template.release("v1.1.0", {ICON: b"\0theirs"})

    assert losses(app) == {ICON: LossKind.BINARY}
    with pytest.raises(UndecidedError, match="no text"):
        update_target(app)
    assert (app / ICON).read_bytes() == b"\0mine"
    update_target(app, choices=Choices(accept_loss=[ICON]))
    assert (app / ICON).read_bytes() == b"\0theirs"


def test_an_emitted_file_that_git_ignores_is_merged_like_any_other(template: Template, app: Path) -> None:
    """Copier deletes it, even when nothing changed."""
    git(app, "rm", "-q", "--cached", PAGE)
    save(app, {".gitignore": f"{PAGE}\n", PAGE: edited(LINES, 28, "mine")})
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs")})

    assert losses(app) == {PAGE: LossKind.IGNORED}
    update_target(app)

    assert (app / PAGE).read_text() == edited(edited(LINES, 28, "mine"), 5, "theirs")


def test_a_deleted_file_stays_deleted(template: Template, app: Path) -> None:
    """Also when the template goes on with it; the plan says so."""
    save(app, {SHELL: None})
    template.release("v1.1.0", {SHELL: "#!/bin/sh\necho new\n", "x.md": "x\n"})

    plan = plan_update(app)
    update_target(app)

    assert plan.clean
    assert f"{SHELL}: you deleted it, so it stays deleted" in plan.notes
    assert not (app / SHELL).exists()


def test_a_file_that_both_added_is_a_conflict(template: Template, app: Path) -> None:
    """Neither is overwritten."""
    save(app, {"x.md": "mine\n"})
    template.release("v1.1.0", {"x.md": "theirs\n"})

    done = update_target(app)

    assert [conflict.path for conflict in done.conflicts] == ["x.md"]
    assert "mine" in (app / "x.md").read_text()


def test_another_template_s_answers_file_is_left_alone(template: Template, app: Path) -> None:
    """And the plan says that it was seen."""
    foreign = "_src_path: gh:x/y\nproject_name: foreign\n"
    save(app, {".copier-answers.yml": foreign})
    template.release("v1.1.0", {"x.md": "x\n"})

    plan = plan_update(app)
    update_target(app)

    assert ".copier-answers.yml belongs to another template and is left alone" in plan.notes
    assert (app / ".copier-answers.yml").read_text() == foreign
    assert "project_name: app" in (app / ANSWERS_FILE).read_text()


def test_seeded_files_are_respected(template: Template, app: Path) -> None:
    """Yours once they are there, gone once you deleted them; one that is new in a revision still comes."""
    seeded = ("docs/incidents/README.md", "docs/runbooks/README.md")
    template.release("v1.1.0", dict.fromkeys(seeded, "# Seed\n"))
    update_target(app)
    assert [(app / path).read_text() for path in seeded] == ["# Seed\n", "# Seed\n"]
    save(app, {seeded[0]: "# Ours\n", seeded[1]: None})
    template.release("v1.2.0", dict.fromkeys(seeded, "# Other seed\n"))

    plan = plan_update(app)
    update_target(app)

    assert (plan.clean, plan.changed) == (True, (ANSWERS_FILE,))
    assert (app / seeded[0]).read_text() == "# Ours\n"
    assert not (app / seeded[1]).exists()


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [("v1.1.0", "v1.2.0", "v1.2.0"), ("v1.2.0", "v1.1.0", "v1.2.0"), ("v1.1.0", "v1.1.0", "v1.1.0")],
)
def test_the_newer_pin_of_an_action_wins_without_a_conflict(
    template: Template, app: Path, mine: str, theirs: str, expected: str
) -> None:
    """Dependabot moved it here, the template moved it there."""
    save(app, {CI: workflow(mine)})
    template.release("v1.3.0", {CI: workflow(theirs, "Checks")})

    done = update_target(app)

    assert done.clean
    assert (app / CI).read_text() == workflow(expected, "Checks")
    assert len(done.notes) == (expected != theirs)


def test_a_workflow_whose_pin_dependabot_moved_may_go(template: Template, app: Path) -> None:
    """A bump is no work that would be lost."""
    save(app, {CI: workflow("v1.1.0")})
    template.release("v1.3.0", {CI: None})

    update_target(app)

    assert not (app / CI).exists()


def test_pins_without_a_version_are_left_to_people(template: Template, app: Path) -> None:
    """Nobody can tell which commit is the newer one."""
    save(app, {CI: workflow("v1.1.0").replace(" # v1.1.0", "")})
    template.release("v1.3.0", {CI: workflow("v1.2.0")})

    assert [conflict.path for conflict in plan_update(app).conflicts] == [CI]


BOTS = """\
version: 2
updates:
  - package-ecosystem: npm
    directory: /
    schedule:
      interval: weekly
      timezone: UTC
    cooldown:
      default-days: 7
"""
IMAGES = BOTS.partition("updates:\n")[2].replace("npm", "docker")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_dependabot_yml_that_both_changed_is_merged_by_meaning(
    template: Template, app: Path, newline: str
) -> None:
    """The same lines changed, and both added the same entry: no conflict, no second entry, and it is said."""
    template.release("v1.1.0", {DEPENDABOT: BOTS})
    update_target(app)
    mine = BOTS.replace("weekly", "daily # says the board") + "\n" + IMAGES.replace("weekly", "monthly")
    save(app, {DEPENDABOT: mine.replace("\n", newline)})
    theirs = BOTS.replace("UTC", "Europe/Berlin").replace("weekly", "monthly") + "\n" + IMAGES
    template.release("v1.2.0", {DEPENDABOT: theirs})

    plan = plan_update(app)
    done = update_target(app)

    assert done == plan
    assert plan.clean
    expected = mine.replace("UTC", "Europe/Berlin", 1)
    assert (app / DEPENDABOT).read_bytes().decode() == expected.replace("\n", newline)
    assert plan.notes == (
        f"{DEPENDABOT}:7 npm in /: schedule.timezone is what the new revision has",
        f"{DEPENDABOT}: npm in /: the template changes schedule.interval; yours stays",
    )


def test_lines_that_merge_into_a_second_entry_are_merged_by_meaning(template: Template, app: Path) -> None:
    """Git sees no conflict where you put an entry at the top and the template the same one at the end."""
    template.release("v1.1.0", {DEPENDABOT: BOTS + "# the end\n"})
    update_target(app)
    mine = BOTS.replace("updates:\n", "updates:\n" + IMAGES) + "# the end\n"
    save(app, {DEPENDABOT: mine})
    template.release("v1.2.0", {DEPENDABOT: BOTS + IMAGES + "# the end\n"})

    assert update_target(app).clean

    assert (app / DEPENDABOT).read_text() == mine


def test_a_dependabot_yml_that_cannot_be_merged_by_meaning_has_markers(template: Template, app: Path) -> None:
    """Written in brackets, or broken: a person looks; and a choice can be made beforehand."""
    template.release("v1.1.0", {DEPENDABOT: BOTS})
    update_target(app)
    mine = "version: 2\nupdates: [{package-ecosystem: npm, directory: /}]\n"
    save(app, {DEPENDABOT: mine})
    template.release("v1.2.0", {DEPENDABOT: BOTS.replace("weekly", "monthly")})

    assert [conflict.path for conflict in plan_update(app).conflicts] == [DEPENDABOT]
    assert update_target(app, choices=Choices(keep=[DEPENDABOT])).conflicts == ()
    assert (app / DEPENDABOT).read_text() == mine


@pytest.mark.parametrize("line_ends", ["committed", "by checkout"])
def test_crlf_line_ends_are_no_edit(template: Template, app: Path, line_ends: str) -> None:
    """An update keeps them; a real edit among them is merged."""
    mine = edited(LINES, 28, "mine").replace("\n", "\r\n")
    git(app, "config", "core.autocrlf", "false" if line_ends == "committed" else "true")
    save(app, {PAGE: mine})
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs")})

    done = update_target(app)

    assert done.clean
    assert (app / PAGE).read_bytes().decode() == edited(edited(LINES, 28, "mine"), 5, "theirs").replace(
        "\n", "\r\n"
    )
    assert git(app, "diff", "--numstat", "--", PAGE).split()[:2] == ["1", "1"]


def test_a_copy_in_a_folder_of_a_repository_is_updated_there(template: Template, tmp_path: Path) -> None:
    """A monorepo adopts the SOP per service."""
    root = commit(tmp_path / "mono", {"README.md": "# Mono\n"})
    other = template.adopt(tmp_path / "other", project_name="app")
    put(root / "services/shop", files_of(other))
    commit(root, {"services/shop/docs/page.md": edited(LINES, 28, "mine")})
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs"), SHELL: None, "x.md": "x\n"})

    done = update_target(root / "services/shop")

    assert done.clean
    assert (root / "services/shop" / PAGE).read_text() == edited(edited(LINES, 28, "mine"), 5, "theirs")
    assert git(root, "status", "--short", "--untracked-files=all").split() == [
        "M",
        f"services/shop/{ANSWERS_FILE}",
        "M",
        f"services/shop/{PAGE}",
        "D",
        f"services/shop/{SHELL}",
        "??",
        "services/shop/x.md",
    ]


def test_a_mode_that_the_template_changes_arrives(template: Template, app: Path) -> None:
    """A script becomes executable."""
    (template.folder / "template" / SHELL).chmod(0o755)
    template.release("v1.1.0", {})

    update_target(app)

    assert (app / SHELL).stat().st_mode & 0o111


def test_what_cannot_be_updated_is_refused_with_the_reason(
    template: Template, app: Path, tmp_path: Path
) -> None:
    """A dirty tree, no git, no answers file, a revision that is gone, a choice about nothing."""
    template.release("v1.1.0", {"x.md": "x\n"})
    put(app, {"own.txt": "not committed\n"})
    with pytest.raises(ScaffoldError, match=r"own\.txt"):
        update_target(app)
    (app / "own.txt").unlink()
    with pytest.raises(UsageError, match="needs no choice"):
        update_target(app, choices=Choices(keep=["x.md"]))
    (tmp_path / "bare").mkdir()
    with pytest.raises(ScaffoldError, match="not in a git repository"):
        plan_update(tmp_path / "bare")
    with pytest.raises(ScaffoldError, match="does not exist"):
        plan_update(template.folder)
    answers = (app / ANSWERS_FILE).read_text()
    save(app, {ANSWERS_FILE: answers.replace("v1.0.1", "v9.9.9")})
    with pytest.raises(ScaffoldError, match="adopted revision cannot be rendered"):
        plan_update(app)


def test_an_older_release_is_not_taken_for_an_update(template: Template, app: Path) -> None:
    """A repository may be ahead of the releases; going back has to be asked for."""
    put(template.folder, {"template/x.md": "x\n"})
    commit(template.folder, {})
    update_target(app, ref="HEAD")
    commit(app, {})

    with pytest.raises(ScaffoldError, match=r"the newest release is v1\.0\.1"):
        plan_update(app)
    assert plan_update(app, ref="v1.0.1").deleted == ("x.md",)


def test_the_diff_shows_what_you_changed_and_nothing_else(template: Template, app: Path) -> None:
    """Not your own files, not line ends, not moved pins; a renamed file with its edit."""
    assert local_changes(app) == ""
    save(
        app,
        {PAGE: edited(LINES, 5, "mine"), "own.md": "own\n", CI: workflow("v1.1.0"), SHELL: "#!/bin/sh\r\n"},
    )

    changed = local_changes(app)

    assert [line for line in changed.splitlines() if line.startswith(("+", "-"))] == [
        f"--- a/{PAGE}",
        f"+++ b/{PAGE}",
        "-line 5",
        "+mine 5",
    ]
    assert "1 file changed, 1 insertion(+), 1 deletion(-)" in local_changes(app, stat=True)
    save(app, {PAGE: None, "docs/ours.md": LINES})
    assert "rename to docs/ours.md" in local_changes(app)
    assert template.folder.is_dir()


def test_a_workflow_that_still_runs_the_action_of_the_old_owner_is_said(tmp_path: Path) -> None:
    """Where `_src_path` was changed to a fork, both revisions are rendered with the fork: the old line is kept."""
    kit = "[% set found = _src_path.split('/')[-2:] | join('/') %]"
    kit = kit.replace("[%", "{%").replace("%]", "%}")
    text = f"{kit}name: CI\njobs:\n  a:\n    steps:\n      - uses: [[ found ]]@{'a' * 40} # v1.0.0\n"
    original = new_template(tmp_path / "github.com/acme/kit")
    original.release("v1.0.1", {f"{CI}.jinja": text})
    app = original.adopt(tmp_path / "app", project_name="app")
    fork = tmp_path / "github.com/fork/kit"
    git(tmp_path, "clone", "-q", str(original.folder), str(fork))
    answers = (app / ANSWERS_FILE).read_text().replace("/acme/kit", "/fork/kit")
    save(app, {ANSWERS_FILE: answers})

    assert plan_update(app).notes == (
        f"{CI} runs the Action acme/kit, and the template comes from fork/kit: one of them is to change",
    )


def test_a_git_that_cannot_merge_trees_is_named(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clear words instead of git's usage text."""
    monkeypatch.setattr("mainstay.platform.git_trees.OLDEST_GIT", (99, 1))

    with pytest.raises(GitError, match="cannot merge without a work tree") as refused:
        plan_update(app)
    assert refused.value.hint == "install git 99.1 or newer"
