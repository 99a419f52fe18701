from __future__ import annotations

import re

from helpers.action_page import ACTION
from helpers.rendering import REPOSITORY
from mainstay.action.commands import COMMANDS
from mainstay.errors import ExitCode

PAGE = (REPOSITORY / "docs/action.md").read_text(encoding="utf-8")


def test_the_page_lists_every_command() -> None:
    """In the order of the code, and nothing that is gone; the other tables are made from action.yml."""
    section = PAGE.partition("## Commands\n")[2].partition("\n## ")[0]

    assert re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE) == ["command", *COMMANDS]


def test_the_action_names_every_result() -> None:
    """The output `result` is the name of an exit code."""
    results = {code.name.lower().replace("_", "-") for code in ExitCode}

    assert results == set(re.findall(r"[a-z-]+", ACTION["outputs"]["result"]["description"])) - {"or"}


def test_every_command_is_named_where_it_is_chosen() -> None:
    """The description of the input is what a reader of the Marketplace sees."""
    assert all(name in ACTION["inputs"]["command"]["description"] for name in COMMANDS)
