"""Repairs .github/dependabot.yml: what `mainstay dependabot apply` would add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mainstay.audit.fixes.change import Change, Refused
from mainstay.audit.model import Finding
from mainstay.dependabot import plan_repository
from mainstay.errors import MainstayError
from mainstay.scaffold.companion import companion_action


def updates_configured(root: Path, _: Sequence[tuple[str, Finding]]) -> Iterator[Change | Refused]:
    """Yield the file with every update that the repository lacks."""
    try:
        plan = plan_repository(root, companion=companion_action(root))
    except MainstayError as error:
        yield Refused(error.message)
        return
    yield Change(plan.path, None if plan.new else plan.merge.before, plan.merge.after)
