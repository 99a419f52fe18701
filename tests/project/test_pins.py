from __future__ import annotations

import shutil
from pathlib import Path

from helpers.rendering import REPOSITORY
from mainstay.platform.process import run


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
