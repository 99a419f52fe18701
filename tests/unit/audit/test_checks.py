from __future__ import annotations

from pathlib import Path

import pytest

from helpers.audits import Break, audit, findings, having, healthy, result
from helpers.breaks import BROKEN
from helpers.mutations import ALIVE
from mainstay.audit import Outcome, online_checks
from mainstay.audit.checks import CHECKS

OFFLINE = {check.id for check in CHECKS} - online_checks()
NO_HISTORY = {"RB211"}
"""What needs a git repository, and is judged where there is one."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A healthy repository that the test may break."""
    return healthy(tmp_path / "repository")


ALONG = {"SOP101": {"WF102"}, "ROLL101": {"RB104"}}
"""Without a policy nothing is waived: what was accepted is back. The index names a page that is gone."""


def test_every_check_has_a_break() -> None:
    """A new check is not done before something that it finds stands in a table."""
    assert {row[0] for row in BROKEN} | {row[0] for row in ALIVE} == {check.id for check in CHECKS}


def test_a_healthy_repository_has_no_finding(repository: Path) -> None:
    """Every check that needs no network passes; the one finding that the policy waives stays visible."""
    report = audit(repository)

    assert findings(report) == []
    assert having(report, Outcome.PASS) == OFFLINE - NO_HISTORY - {"WF102"}
    assert {each.check.id for each in report.not_asked} == online_checks()
    assert [waived.reason for waived in result(report, "WF102").waived] == [
        "The platform team pins this one (OPS-7)"
    ]


@pytest.mark.parametrize(
    ("check_id", "words", "breaks"), BROKEN, ids=[f"{row[0]}-{n}" for n, row in enumerate(BROKEN)]
)
def test_each_break_is_named_by_its_check(repository: Path, check_id: str, words: str, breaks: Break) -> None:
    """A healthy repository that is broken in one way fails the one check that watches it."""
    breaks(repository)

    report = audit(repository)

    assert any(words in finding.message for finding in result(report, check_id).findings), result(
        report, check_id
    )
    assert having(report, Outcome.FAIL, Outcome.ERROR) == {check_id} | ALONG.get(check_id, set())
    assert all(finding.fix and finding.key for finding in findings(report))
