from __future__ import annotations

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from helpers.rendering import REPOSITORY
from mainstay.action.commands import COMMANDS
from mainstay.errors import ExitCode

ACTION: dict[str, Any] = YAML(typ="safe").load(REPOSITORY / "action.yml")
PAGE = (REPOSITORY / "docs/action.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("heading", "names"),
    [("Commands", COMMANDS), ("Inputs", ACTION["inputs"]), ("Outputs", ACTION["outputs"])],
)
def test_the_page_lists_what_there_is(heading: str, names: dict[str, object]) -> None:
    """Each in its table, in the order of the code, and nothing that is gone."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    first_table = section.partition("\n\nSecrets")[0]

    assert [
        name for name in re.findall(r"^\| `([\w-]+)`", first_table, re.MULTILINE) if name != "command"
    ] == [name for name in names if name != "command"]


def test_the_page_and_the_action_name_every_result() -> None:
    """The output `result` is the name of an exit code."""
    results = {code.name.lower().replace("_", "-") for code in ExitCode}

    row = next(line for line in PAGE.splitlines() if line.startswith("| `result`"))
    assert results <= set(re.findall(r"`([\w-]+)`", row))
    assert all(word in ACTION["outputs"]["result"]["description"] for word in results)


def test_every_command_is_named_where_it_is_chosen() -> None:
    """The description of the input is what a reader of the Marketplace sees."""
    assert all(name in ACTION["inputs"]["command"]["description"] for name in COMMANDS)
