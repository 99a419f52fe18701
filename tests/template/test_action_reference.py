from __future__ import annotations

import re
import shutil
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from copier import Settings, run_copy, run_update
from plumbum import local

from helpers.rendering import REPOSITORY
from mainstay.platform.git import Repository

_GIT_CONFIG = """\
[user]
\tname = Test
\temail = test@example.invalid
[init]
\tdefaultBranch = main
[url "file://{hosted}/"]
\tinsteadOf = https://github.com/
\tinsteadOf = ssh://git@github.com/
\tinsteadOf = git@github.com:
"""


@dataclass
class Forge:
    """A stand-in for github.com that git itself is sent to, and a working copy of the template in it."""

    template: Repository
    hosted: Path
    environment: dict[str, str]

    def release(self, tag: str, change: str) -> str:
        """Publish a revision of the template and return its full commit."""
        with (self.template.root / "template/docs/incidents/severity.md.jinja").open("a") as file:
            file.write(change)
        self.template.git("add", "--all")
        self.template.git("commit", "-q", "-m", tag)
        self.template.git("tag", "-a", tag, "-m", tag)
        self.template.git("push", "-q", "--follow-tags", str(self.hosted / "acme/mainstay.git"), "main")
        return self.template.git("rev-parse", "HEAD")

    def copy(self, source: str, target: Path, **data: Any) -> Repository:
        """Copy the newest release from `source` without any trust, and commit."""
        with local.env(**self.environment), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run_copy(source, target, data=data, defaults=True, quiet=True, settings=Settings(), unsafe=False)
        repository = Repository(target)
        for words in (["init", "-q"], ["add", "--all"], ["commit", "-q", "-m", "Adopt"]):
            repository.git(*words)
        return repository

    def update(self, target: Path) -> None:
        """Update to the newest release, without any trust."""
        with local.env(**self.environment), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run_update(
                target,
                answers_file=".copier-answers.mainstay.yml",
                defaults=True,
                overwrite=True,
                quiet=True,
                settings=Settings(),
                unsafe=False,
            )


@pytest.fixture
def forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Forge:
    """An empty github.com with a repository for the template."""
    hosted, checkout, config = tmp_path / "hosted", tmp_path / "mainstay", tmp_path / "gitconfig"
    config.write_text(_GIT_CONFIG.format(hosted=hosted))
    environment = {"GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1"}
    for name, value in {**environment, "COPIER_CACHE_DIR": str(tmp_path / "cache")}.items():
        monkeypatch.setenv(name, value)
    shutil.copytree(REPOSITORY / "template", checkout / "template")
    shutil.copy(REPOSITORY / "copier.yml", checkout)
    (hosted / "acme/mainstay.git").mkdir(parents=True)
    Repository(hosted / "acme/mainstay.git").git("init", "-q", "--bare")
    template = Repository(checkout)
    template.git("init", "-q")
    return Forge(template, hosted, environment)


def references(target: Path) -> dict[str, str]:
    """Return what each workflow runs as the companion Action: everything after `uses:` of its last step."""
    folder = target / ".github/workflows"
    return {
        path.name: re.findall(r"uses: (.*)", path.read_text())[-1] for path in sorted(folder.glob("*.yml"))
    }


def test_the_action_is_the_one_that_the_template_came_with(forge: Forge, tmp_path: Path) -> None:
    """Owner, repository, full commit and tag, however the address of the template was written."""
    commit = forge.release("v1.0.0", "\nOne.\n")
    sources = (
        "https://github.com/acme/mainstay.git",
        "git+https://github.com/acme/mainstay",
        "git@github.com:acme/mainstay.git",
    )

    for number, source in enumerate(sources):
        target = forge.copy(source, tmp_path / f"app-{number}").root

        assert len(references(target)) == 4, source
        assert set(references(target).values()) == {f"acme/mainstay@{commit} # v1.0.0"}, source


@pytest.mark.parametrize("source", ["gh:acme/mainstay", "git+ssh://git@github.com/acme/mainstay.git"])
def test_an_update_moves_the_action_and_keeps_what_a_user_wrote(
    forge: Forge, tmp_path: Path, source: str
) -> None:
    """The schedule is changed by the user, the Action by the update, in the same file."""
    first = forge.release("v1.0.0", "\nOne.\n")
    repository = forge.copy(source, tmp_path / "app")
    target, backup = repository.root, repository.root / ".github/workflows/backup.yml"
    assert set(references(target).values()) == {f"acme/mainstay@{first} # v1.0.0"}
    backup.write_text(backup.read_text().replace('"17 2 * * *"', '"47 3 * * *"'))
    repository.git("commit", "-q", "-a", "-m", "Back up later")

    second = forge.release("v1.1.0", "\nTwo.\n")
    forge.update(target)

    assert set(references(target).values()) == {f"acme/mainstay@{second} # v1.1.0"}
    assert '"47 3 * * *"' in backup.read_text()
    assert "<<<<<<<" not in backup.read_text()
    assert "dependency-name: acme/mainstay\n" in (target / ".github/dependabot.yml").read_text()
    assert "\nTwo.\n" in (target / "docs/incidents/severity.md").read_text()
