from __future__ import annotations

import re

import pytest

from helpers.rendering import REPOSITORY

PAGE = (REPOSITORY / "docs/security.md").read_text(encoding="utf-8")
ROWS = [
    line
    for table in re.findall(r"^\| Cannot \|.*\n\| ---.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    for line in table.splitlines()
]
_TEST = re.compile(r"\[`(test_\w+)`\]\(\.\./(tests/[\w/]+\.py)\)")


def test_the_page_has_a_table_for_each_of_them() -> None:
    """The tests below cannot pass over an empty page."""
    assert len(re.findall(r"^\| Cannot \|", PAGE, re.MULTILINE)) == 7
    assert len(ROWS) > 30


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:50])
def test_every_line_of_the_threat_model_is_held_by_a_test_that_exists(row: str) -> None:
    """By its name, in the file that is named."""
    held = _TEST.findall(row)

    assert held
    for name, file in held:
        assert f"def {name}(" in (REPOSITORY / file).read_text(encoding="utf-8"), name
