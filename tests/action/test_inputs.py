from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.action.inputs import read_inputs
from mainstay.errors import UsageError


def environ(workspace: Path, **inputs: str) -> dict[str, str]:
    """Return what `action.yml` passes on."""
    given = {"command": "audit", "path": "."} | {
        name.replace("_", "-"): value for name, value in inputs.items()
    }
    names = {f"MAINSTAY_INPUT_{name.upper().replace('-', '_')}": value for name, value in given.items()}
    return {"GITHUB_WORKSPACE": str(workspace), **names}


def test_inputs_are_read_from_the_environment(tmp_path: Path) -> None:
    """Empty ones mean what the policy says."""
    (tmp_path / "app").mkdir()

    inputs = read_inputs(environ(tmp_path, path="app", fail_on="low"))

    assert (inputs.command, inputs.root) == ("audit", tmp_path / "app")
    assert (inputs.database, inputs.fail_on) == (None, "low")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("command", "backup\nrestore-drill"),
        ("command", "--help"),
        ("command", "Audit"),
        ("command", ""),
        ("path", "-rf"),
        ("path", "/etc"),
        ("path", ".."),
        ("path", "a/../../b"),
        ("path", "a\n::error::x"),
        ("path", "missing"),
        ("path", "leads-out"),
        ("path", ""),
        ("database", "--all"),
        ("database", "app; rm -rf /"),
        ("database", "$(id)"),
        ("fail_on", "everything"),
    ],
)
def test_an_input_that_cannot_be_meant_is_refused(tmp_path: Path, name: str, value: str) -> None:
    """Nothing that looks like an option, spans lines or leads out of the workspace gets further."""
    (tmp_path / "leads-out").symlink_to("/")

    with pytest.raises(UsageError, match=f"input {name.replace('_', '-')}: "):
        read_inputs(environ(tmp_path, **{name: value}))
