"""What `mainstay audit fix` changed, as a diff and a sentence."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from mainstay.audit.fixes import Plan
from mainstay.audit.fixes.change import Change
from mainstay.report.escape import visible
from mainstay.report.quantities import count_text


def fix_lines(plan: Plan, *, repaired: int | None, left: int) -> list[str]:
    """Return the diff, what could not be repaired, and the outcome in the last line.

    Args:
        plan: What is changed.
        repaired: How many findings are gone; nothing when nothing was written.
        left: How many stand.
    """
    lines = [visible(line) for change in plan.changes for line in _diff(change)]
    lines += [visible(f"not changed: {why}") for why in plan.refused]
    if plan.withheld:
        lines.append(f"{count_text(plan.withheld, 'finding')} can be repaired with --unsafe")
    files = count_text(len(plan.changes), "file")
    if repaired is None:
        lines.append(f"{files} would change; {count_text(left, 'finding')} now")
    else:
        lines.append(f"{files} changed; {count_text(repaired, 'finding')} repaired, {left:,} left")
    return lines


def _diff(change: Change) -> Iterator[str]:
    """Yield a unified diff without line ends; carriage returns are not shown as changes of every line."""
    before, after = (
        (text or b"").decode("utf-8", "replace").splitlines() for text in (change.before, change.after)
    )
    names = ("/dev/null" if change.before is None else f"a/{change.path}", f"b/{change.path}")
    yield from difflib.unified_diff(before, after, *names, lineterm="")
