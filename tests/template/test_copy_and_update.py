from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from helpers.rendering import REPOSITORY, rendered
from helpers.templates import commit, git, write
from mainstay.platform import process
from mainstay.platform.process import Completed
from mainstay.policy import load_policy
from mainstay.scaffold import ANSWERS_FILE
from mainstay.scaffold.ownership import FILES

COPIER_YML: dict[str, Any] = YAML(typ="safe").load((REPOSITORY / "copier.yml").read_text(encoding="utf-8"))
QUESTIONS = {key: question for key, question in COPIER_YML.items() if not key.startswith("_")}
SOURCE = "gh:acme/sop-kit"


def files_of(folder: Path) -> list[str]:
    """Return every file of a copy."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return sorted(path.as_posix() for path in found if path.parts[0] != ".git")


@dataclass(frozen=True)
class Hub:
    """A GitHub of our own: `gh:acme/sop-kit` is a folder here, and copier runs as a program, without --trust."""

    folder: Path

    @property
    def template(self) -> Path:
        """The work tree of acme/sop-kit."""
        return self.folder / "acme/sop-kit.git"

    def release(self, tag: str, files: Mapping[str, str]) -> str:
        """Commit files to the template, tag that as a release, and return the commit."""
        commit(self.template, files, tag)
        git(self.template, "tag", "-a", tag, "-m", tag)
        return git(self.template, "rev-parse", "HEAD").strip()

    def copier(self, *words: str | Path, cwd: Path) -> Completed:
        """Run copier as people do, with neither their settings nor their cache."""
        environment = {
            "COPIER_CACHE_DIR": str(self.folder / "cache"),
            "COPIER_SETTINGS_PATH": str(self.folder / "no-settings.yml"),
            "GIT_CONFIG_GLOBAL": str(self.folder / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        return process.run([sys.executable, "-m", "copier", *words], cwd=cwd, env=environment)


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """A GitHub that holds the template of this work tree, released as v1.0.0."""
    hub = Hub(tmp_path / "github")
    shutil.copytree(REPOSITORY / "template", hub.template / "template")
    shutil.copy(REPOSITORY / "copier.yml", hub.template)
    rewrite = f'[url "{hub.folder.as_uri()}/"]\n\tinsteadOf = https://github.com/\n'
    identity = "[user]\n\tname = Test\n\temail = test@example.invalid\n[safe]\n\tdirectory = *\n"
    write(hub.folder, {"gitconfig": rewrite + identity})
    hub.release("v1.0.0", {})
    return hub


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An empty git repository."""
    return commit(tmp_path / "shop", {})


def test_copier_copy_gives_every_file_of_the_design(tmp_path: Path) -> None:
    """From this very repository, by copier's own command, without --trust: what the ownership table lists."""
    target = commit(tmp_path / "shop", {})
    environment = {
        "COPIER_CACHE_DIR": str(tmp_path / "cache"),
        "COPIER_SETTINGS_PATH": str(tmp_path / "none.yml"),
    }

    process.run(
        [sys.executable, "-m", "copier", "copy", "--defaults", "--vcs-ref", "HEAD", REPOSITORY, target],
        env=environment,
    )

    emitted = files_of(target)
    assert [path for path in emitted if not any(fnmatchcase(path, row.path) for row in FILES)] == []
    assert [row.path for row in FILES if not any(fnmatchcase(path, row.path) for path in emitted)] == []


def test_workflows_name_the_place_and_the_commit_that_the_template_came_from(hub: Hub, target: Path) -> None:
    """A fork points its users at its own Action; the full commit is the pin, the release its comment."""
    released = git(hub.template, "rev-parse", "HEAD").strip()

    hub.copier("copy", "--defaults", SOURCE, target, cwd=target)

    for workflow in sorted((target / ".github/workflows").iterdir()):
        used = re.findall(r"uses: (acme/sop-kit@\S+ # \S+)", workflow.read_text(encoding="utf-8"))
        assert set(used) == {f"acme/sop-kit@{released} # v1.0.0"}, workflow.name


def test_an_update_brings_changes_and_keeps_what_people_did(hub: Hub, target: Path) -> None:
    """Template and user edit different lines of one file; a seeded file that was deleted stays deleted."""
    hub.copier("copy", "--defaults", SOURCE, target, cwd=target)
    managed = target / "docs/incidents/template.md"
    seeded = ("docs/incidents/README.md", "docs/runbooks/README.md")
    ours = managed.read_text(encoding="utf-8")
    write(
        target,
        {
            "docs/incidents/template.md": ours + "\nAsk Ana about the ledger.\n",
            seeded[0]: "# Our incidents\n",
        },
    )
    (target / seeded[1]).unlink()
    commit(target, {})
    first_line = ours.partition("\n")[0]
    written = {
        f"template/{path}": (source.read_text(encoding="utf-8") + "\nNew in v1.1.0.\n")
        for path in (*seeded, "docs/incidents/response.md")
        for source in _sources(hub.template, path)
    }
    theirs = "\n".join([first_line, "", "Added by v1.1.0.", *ours.split("\n")[1:]])
    released = hub.release(
        "v1.1.0", {**_named(hub.template, written), "template/docs/incidents/template.md": theirs}
    )

    hub.copier("update", "--defaults", "-a", ANSWERS_FILE, cwd=target)

    merged = managed.read_text(encoding="utf-8")
    assert "\nAdded by v1.1.0.\n" in merged
    assert merged.endswith("\nAsk Ana about the ledger.\n")
    assert (target / "docs/incidents/response.md").read_text(encoding="utf-8").endswith("New in v1.1.0.\n")
    assert (target / seeded[0]).read_text(encoding="utf-8") == "# Our incidents\n"
    assert not (target / seeded[1]).exists()
    assert git(target, "ls-files", "--unmerged") == ""
    assert not list(target.rglob("*.rej"))
    assert released in (target / ".github/workflows/audit.yml").read_text(encoding="utf-8")
    recorded = YAML(typ="safe").load((target / ANSWERS_FILE).read_text(encoding="utf-8"))
    assert (recorded["_commit"], recorded["_src_path"]) == ("v1.1.0", SOURCE)


def _sources(template: Path, path: str) -> list[Path]:
    """Return the template file that `path` is made from."""
    return [file for suffix in ("", ".jinja") if (file := template / f"template/{path}{suffix}").is_file()]


def _named(template: Path, files: Mapping[str, str]) -> dict[str, str]:
    """Return the same contents under the names that the template's files have."""
    return {
        str(_sources(template, path.removeprefix("template/"))[0].relative_to(template)): text
        for path, text in files.items()
    }


def test_an_untouched_copy_updates_to_what_a_fresh_copy_is(hub: Hub, target: Path, tmp_path: Path) -> None:
    """Nothing lingers, nothing conflicts."""
    answers = ("--data", "platform=fly", "--data", "on_call=['@ana']", "--data", "project_name=shop")
    hub.copier("copy", "--defaults", *answers, SOURCE, target, cwd=target)
    commit(target, {})
    hub.release("v1.1.0", {"template/docs/maintenance/new.md": "# New\n"})
    fresh = commit(tmp_path / "fresh", {})

    hub.copier("update", "--defaults", "-a", ANSWERS_FILE, cwd=target)
    hub.copier("copy", "--defaults", *answers, SOURCE, fresh, cwd=fresh)

    assert files_of(target) == files_of(fresh)
    assert [
        path for path in files_of(fresh) if (target / path).read_bytes() != (fresh / path).read_bytes()
    ] == []


def test_another_template_s_answers_are_neither_changed_nor_taken_over(hub: Hub, target: Path) -> None:
    """Ours have a file of their own; `-a` keeps Copier from reading same-named answers of the other one."""
    foreign = "_src_path: gh:x/y\nproject_name: foreign\n"
    commit(target, {".copier-answers.yml": foreign})

    hub.copier("copy", "--defaults", "-a", ANSWERS_FILE, SOURCE, target, cwd=target)

    assert (target / ".copier-answers.yml").read_text(encoding="utf-8") == foreign
    assert "project_name: shop\n" in (target / ANSWERS_FILE).read_text(encoding="utf-8")


def test_the_questions_are_few_and_can_all_be_left_to_their_defaults() -> None:
    """An update must never stop to ask. What is computed is no question."""
    asked = {key: question for key, question in QUESTIONS.items() if question.get("when") is not False}

    assert len(asked) <= 20
    assert [key for key, question in QUESTIONS.items() if "default" not in question] == []
    assert [key for key, question in asked.items() if len(question.get("help", "").split()) < 6] == []
    assert [key for key, question in asked.items() if question.get("secret")] == []
    free = {
        key for key, question in asked.items() if not question.get("choices") and question["type"] == "str"
    }
    assert {key for key in free if "validator" not in asked[key]} == set()


def test_the_questions_stand_in_groups() -> None:
    """Whoever reads copier.yml finds each question below a heading, and what is computed at the end."""
    text = (REPOSITORY / "copier.yml").read_text(encoding="utf-8")
    groups: dict[str, list[str]] = {}
    for heading, key in re.findall(r"^(?:# --- (.+?) -+|([a-z]\w+):)$", text, re.MULTILINE):
        if heading:
            groups[heading] = []
        elif key in QUESTIONS:
            groups[list(groups)[-1]].append(key)

    assert [key for keys in groups.values() for key in keys] == list(QUESTIONS)
    assert all(0 < len(keys) <= 7 for keys in groups.values()), groups
    computed = [heading.startswith("Computed") for heading in groups]
    assert computed == sorted(computed)
    for heading, keys in groups.items():
        assert {QUESTIONS[key].get("when") is False for key in keys} == {heading.startswith("Computed")}


def test_the_template_needs_no_trust() -> None:
    """Having had tasks, migrations or extensions once is enough for an update to ask for --trust."""
    assert COPIER_YML.keys().isdisjoint(
        {"_tasks", "_migrations", "_jinja_extensions", "_external_data", "_secret_questions"}
    )
    assert COPIER_YML["_envops"]["undefined"] == "jinja2.StrictUndefined"
    assert COPIER_YML["_answers_file"] == ANSWERS_FILE


def _values(question: Mapping[str, Any]) -> list[object]:
    choices = question["choices"]
    values: list[object] = list(choices.values()) if isinstance(choices, dict) else choices
    return [values, values[:1]] if question.get("multiselect") else values


CHOICES = {key: _values(question) for key, question in QUESTIONS.items() if question.get("choices")}
OTHERS: dict[str, list[object]] = {
    "production_url": ["https://shop.example.com", ""],
    "status_page": ["", "https://status.example.com"],
    "dev_team": ["@acme/dev", ""],
    "on_call": [[], ["@ana", "@bo"]],
    "timezone": ["America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+3"],
    "project_name": ["Shop", "O'Brien's \"#1\": {shop} [x] & *co* | `$HOME` \\n %", "Größe 店"],
    "default_branch": ["main", "release/2026"],
}
ROUNDS = range(max(len(values) for values in CHOICES.values()))


def _answers(number: int) -> dict[str, object]:
    """Return one set of answers; over all rounds every value of every question is used."""
    return {key: values[number % len(values)] for key, values in (CHOICES | OTHERS).items()}


@pytest.mark.parametrize("number", ROUNDS)
def test_every_answer_renders_to_files_that_can_be_used(number: int) -> None:
    """Undefined variables are errors; what is YAML parses, the policy is valid, and no template mark is left."""
    folder = rendered(**_answers(number))

    for path in files_of(folder):
        text = (folder / path).read_bytes().decode("utf-8")
        assert "\r" not in text, path
        assert "\0" not in text, path
        assert not re.search(r"\[=|=\]|\[%|%\]|\[~|~\]", text), path
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        if path.endswith(".yml"):
            YAML(typ="safe").load(text)
    assert load_policy(folder).timezone == _answers(number)["timezone"]


def test_file_names_exist_on_every_system() -> None:
    """Windows refuses some characters and names, and takes two names that differ in case for one."""
    paths = files_of(rendered(database="postgresql"))

    parts = {part for path in paths for part in path.split("/")}
    assert [part for part in parts if not re.fullmatch(r"[A-Za-z0-9._-]*[A-Za-z0-9_-]", part)] == []
    assert [part for part in parts if re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)", part)] == []
    assert len({path.lower() for path in paths}) == len(paths)


def test_the_template_holds_text_only() -> None:
    """Copier resets a binary file to the template's bytes on every update, whoever changed it."""
    for path in (REPOSITORY / "template").rglob("*"):
        if path.is_file():
            assert "\0" not in path.read_bytes().decode("utf-8"), path
        assert not path.is_symlink(), path
