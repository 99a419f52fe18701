from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import helpers.pins
from helpers.pins import interfaces, newest_release, pin, pins, wrong_inputs
from helpers.rendering import REPOSITORY, rendered
from mainstay.platform.git import Repository
from mainstay.platform.process import run

STORES = [
    {"backup_store": f"{store}/p", "backup_credentials": how}
    for store in ("s3://b", "gs://b", "az://b", "file://")
    for how in ("oidc", "keys")
]


def test_a_changed_pin_reaches_every_workflow(tmp_path: Path) -> None:
    """One line of the table changes; `script/pins` writes it wherever the Action is used, and nothing else."""
    for part in (".github", "template/.github", "script", "requirements"):
        shutil.copytree(REPOSITORY / part, tmp_path / part)
    workflows = [*tmp_path.rglob("*.yml"), *tmp_path.rglob("*.yml.jinja")]
    table = tmp_path / "requirements/actions.txt"
    (old,) = [line for line in table.read_text().splitlines() if line.startswith("actions/checkout@")]
    new = f"actions/checkout@{'0' * 40} # v99.0.0"
    before = {path: path.read_text() for path in workflows}
    table.write_text(table.read_text().replace(old, new))

    run([tmp_path / "script/pins"])

    assert sum(old in text for text in before.values()) > 4
    assert {path: path.read_text() for path in workflows} == {
        path: text.replace(old, new) for path, text in before.items()
    }


def test_what_every_pinned_action_takes_is_known() -> None:
    """Both tables are about the same Actions."""
    assert interfaces().keys() == pins().keys()


def test_every_step_gives_an_action_what_it_takes() -> None:
    """No misspelt input, none that is needed is missing: in every emitted workflow and in our own."""
    folders = [
        REPOSITORY / ".github/workflows",
        *(rendered(**answers) / ".github/workflows" for answers in STORES),
    ]
    steps = [step for folder in folders for step in _steps(folder)]
    known = interfaces()
    foreign = [
        (step, known[name]) for step in steps if (name := step.get("uses", "").partition("@")[0]) in known
    ]

    assert foreign
    assert [
        (step["uses"], wrong) for step, interface in foreign if (wrong := wrong_inputs(step, interface))
    ] == []


def test_an_action_is_pinned_from_its_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit and not the tag object, of the newest release and of no tag that moves, with inputs and outputs."""
    clone = Repository(tmp_path / "clone")
    (clone.root / "sub").mkdir(parents=True)
    action = "inputs:\n  a: {required: true}\n  b: {default: x}\noutputs:\n  c: {}\n"
    (clone.root / "sub/action.yml").write_text(action)
    for words in (["init", "-q"], ["add", "--all"], ["commit", "-q", "-m", "one"]):
        clone.git(*words)
    for tag in ("v1.9.0", "v1.10.0", "v2"):
        clone.git("tag", "-a", tag, "-m", tag)
    for name, text in {"TABLE": "# Heading\n", "INTERFACES": "{}"}.items():
        (tmp_path / name).write_text(text)
        monkeypatch.setattr(helpers.pins, name, tmp_path / name)

    pin("acme/tool/sub", clone, newest_release(clone))

    head = clone.git("rev-parse", "HEAD")
    assert (tmp_path / "TABLE").read_text() == f"# Heading\nacme/tool/sub@{head} # v1.10.0\n"
    interface = interfaces()["acme/tool/sub"]
    assert interface == {"inputs": {"a": {"required": True}, "b": {"default": "x"}}, "outputs": ["c"]}
    assert wrong_inputs({"with": {"d": 1}}, interface) == ["unknown input d", "missing input a"]


def _steps(folder: Path) -> Iterator[dict[str, Any]]:
    for file in folder.glob("*.yml"):
        for job in YAML(typ="safe").load(file)["jobs"].values():
            yield from job.get("steps", [])
