from __future__ import annotations

import pytest

from mainstay.audit import online_checks
from mainstay.audit.checks import CHECKS
from mainstay.audit.lines import LINES, Line
from mainstay.audit.sop import TASKS

IDS = {check.id for check in CHECKS}


def test_every_line_of_the_sop_is_there() -> None:
    """Seven tasks, nine lines of the Review Checklist, six Outputs: as SOP-603 has them."""
    parts = [line.part for line in LINES]

    assert [parts.count(part) for part in ("Schedule", "Review checklist", "Outputs")] == [7, 9, 6]
    assert [line.text.partition(",")[0] for line in LINES[:7]] == list(TASKS)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.text)
def test_every_line_is_asked_for_three_times(line: Line) -> None:
    """Is it there, is it well made, is it kept: each by a check that exists."""
    assert line.exists
    assert line.correct
    assert line.alive
    assert set(line.checks) <= IDS


def test_alive_looks_beyond_the_first_day() -> None:
    """What is called alive changes with time: it asks GitHub, the store, the ledger, git or the clock."""
    alive = {check for line in LINES for check in line.alive}

    assert {check for check in alive if check[-3] != "2"} <= {"INC203"}
    assert len(alive & online_checks()) > 25


def test_every_check_stands_for_a_line() -> None:
    """A check that no line of the SOP wants would be an opinion."""
    assert IDS - {check for line in LINES for check in line.checks} == set()
