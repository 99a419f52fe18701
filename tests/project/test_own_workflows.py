"""Our own workflows, and the linters of workflows over all that are emitted: GitHub's own, and a second opinion."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from helpers.lint import actionlint, language_service
from helpers.pins import interfaces, pins
from helpers.rendering import REPOSITORY, rendered
from helpers.required import missing
from mainstay.platform.process import run

WORKFLOWS = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))
OWN: dict[str, Any] = YAML(typ="safe").load(REPOSITORY / "action.yml")
ANSWERS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "keys": {"backup_store": "s3://b/p", "backup_credentials": "keys"},
    "google": {"backup_store": "gs://b/p"},
    "azure": {"backup_store": "az://b/p"},
    "folder, mariadb": {"backup_store": "file:///srv/backups", "database": "mariadb"},
    "mongodb": {"database": "mongodb"},
    "no database": {"database": "none"},
}
_COMPANION = re.compile(r"uses: (OWNER/REPO@\S+)")


def jobs(file: Path) -> dict[str, Any]:
    """Return the jobs of a workflow."""
    found: dict[str, Any] = YAML(typ="safe").load(file)["jobs"]
    return found


def known(files: list[Path]) -> dict[str, Any]:
    """Return what every Action that the files name takes: ours by its own action.yml."""
    foreign = {f"{name}@{pin.split()[0]}": interfaces()[name] for name, pin in pins().items()}
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    ours = {"inputs": OWN["inputs"], "outputs": list(OWN["outputs"])}
    return {**foreign, **dict.fromkeys(_COMPANION.findall(text), ours)}


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_gate_waits_for_every_job(file: Path) -> None:
    """The last job of a workflow with several is what a branch is protected by: no job may be outside it."""
    names = list(jobs(file))
    if len(names) == 1:
        return

    *others, gate = names

    assert sorted(jobs(file)[gate]["needs"]) == sorted(others)
    assert jobs(file)[gate]["if"] == "always()"


def test_github_itself_finds_nothing_in_our_workflows() -> None:
    """Its language service, with the real inputs of every Action."""
    files = [*WORKFLOWS, REPOSITORY / "action.yml"]

    assert language_service(REPOSITORY, files, known(files)) == ""


def test_actionlint_finds_nothing_in_our_workflows() -> None:
    """Expressions, contexts, needs, cron."""
    assert actionlint(WORKFLOWS) == ""


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_github_itself_finds_nothing_in_what_is_emitted(answers: dict[str, Any]) -> None:
    """And neither does actionlint."""
    root = rendered(**answers)
    files = list((root / ".github/workflows").glob("*.yml"))

    assert language_service(root, files, known(files)) == ""
    assert actionlint(files) == ""


def test_the_linters_find_what_is_wrong(tmp_path: Path) -> None:
    """A misspelt input, a needed one that is missing, a context that does not exist."""
    file = tmp_path / "wrong.yml"
    file.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "      - uses: OWNER/REPO@main\n        with: {comand: audit}\n"
        "      - run: echo ${{ stepz.x }}\n"
    )

    said = language_service(tmp_path, [file], known([file]))

    assert re.search(r"wrong\.yml:7: .*comand", said)
    assert "command" in said.replace("comand", "")
    assert "stepz" in said
    assert "stepz" in actionlint([file])


def test_shell_of_the_action_and_of_our_workflows_is_clean() -> None:
    """The scripts that workflows and Action run: they parse, and shellcheck has nothing to warn of."""
    scripts = [
        *(REPOSITORY / "generator/mainstay/action").glob("*.sh"),
        *(REPOSITORY / "tests/workflows/stubs").glob("*.sh"),
        REPOSITORY / ".github/make-shop",
        REPOSITORY / ".github/tell",
        *(
            REPOSITORY / f"script/{name}"
            for name in ("pin", "pins", "release", "test-wheel", "test-workflows")
        ),
    ]

    for script in scripts:
        assert run(["sh", "-n", script]).stderr == ""
    shellcheck = shutil.which("shellcheck") or missing("linters", "shellcheck is not on PATH")
    # What is sourced is here too; bash runs the steps with -e, so that a `cd` that fails ends them.
    words = ["--shell=bash", "--severity=warning", "--exclude=SC1091,SC2164,SC2154"]
    assert run([shellcheck, *words, *scripts], check=False).stdout == ""
