from __future__ import annotations

from pathlib import Path

import pytest

from helpers.rendering import REPOSITORY, rendered

TESTS = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("test_*.py")))
OWN = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))
EMITTED = sorted(
    {
        path.name: path
        for answers in ({}, {"database": "none"}, {"database": "mariadb"})
        for path in (rendered(**answers) / ".github/workflows").glob("*.yml")
    }.values()
)


@pytest.mark.parametrize("path", [*OWN, *EMITTED], ids=lambda path: path.name)
def test_every_workflow_is_run_somewhere_here(path: Path) -> None:
    """What is emitted or ours and not run under act is not finished."""
    assert f'.run("{path.name}"' in TESTS.replace("\n        ", "")
