"""An update for people: what changes, what needs them, and last what it comes to. At most 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from mainstay.report.escape import visible
from mainstay.report.quantities import count_text
from mainstay.scaffold.plan import Conflict, Plan

_WIDTH = 80


def plan_text(plan: Plan) -> str:
    """Return what an update would do."""
    return "\n".join([*_changes(plan), *_needs(plan), verdict(plan)]) + "\n"


def done_text(plan: Plan) -> str:
    """Return what an update did."""
    lines = [*_changes(plan), *_left(plan), verdict(plan, "changed")]
    if plan.count:
        lines.append(
            "Next: look at `git diff`, then git add -A && git commit" if not plan.conflicts else _DECIDE
        )
    return "\n".join(lines) + "\n"


_DECIDE = "Next: edit each file with a conflict, git add it, then git commit"


def verdict(plan: Plan, would: str = "would change") -> str:
    """Return the line that it comes to; `would` says whether it is done."""
    if not plan.count:
        return f"{visible(plan.adopted)} is current: nothing {would}"
    parts = [
        f"{count_text(plan.count, 'file')} {would}",
        count_text(len(plan.conflicts), "conflict") if plan.conflicts else "no conflict",
    ]
    if plan.losses and would == "would change":
        parts.append(f"`copier update` would lose work in {count_text(len(plan.losses), 'file')}")
    return f"{visible(plan.adopted)} -> {visible(plan.offered)}: {', '.join(parts)}"


def changes(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield what happens to each file, a word and a path."""
    conflicted = {conflict.path for conflict in plan.conflicts}
    yield from (("new", path) for path in plan.created)
    yield from (("conflict" if path in conflicted else "changed", path) for path in plan.changed)
    yield from (("deleted", path) for path in plan.deleted)
    yield from (("renamed", f"{old} -> {new}") for old, new in sorted(plan.renamed.items()))


def conflict_lines(conflict: Conflict) -> str:
    """Return where the markers of a conflict are, in words."""
    if not conflict.lines:
        return ""
    more = f" and {len(conflict.lines) - 1} more" if len(conflict.lines) > 1 else ""
    return f"line {conflict.lines[0]}{more}"


def _changes(plan: Plan) -> Iterator[str]:
    for word, path in changes(plan):
        yield f"  {word:<10}{visible(path)}"
    for key, value in plan.answers.items():
        yield from _wrapped(f"answer    {key}: {visible(str(value))}", "  ")
    for note in plan.notes:
        yield from _wrapped(f"note: {visible(note)}", "")
    if plan.count:
        yield ""


def _left(plan: Plan) -> Iterator[str]:
    if plan.conflicts:
        yield "These hold conflict markers now:"
        for conflict in plan.conflicts:
            yield f"  {visible(conflict.path)}, {conflict_lines(conflict)}"
            yield from _wrapped(visible(conflict.why), "    ")
        yield ""


def _needs(plan: Plan) -> Iterator[str]:
    if plan.losses:
        yield "A plain `copier update` would lose this without a word:"
        for loss in plan.losses:
            yield f"  {visible(loss.path)}"
            yield from _wrapped(visible(loss.why), "    ")
            yield from _wrapped(f"mainstay update {loss.instead}", "    ")
        yield ""
    if plan.conflicts:
        yield "These need you:"
        for conflict in plan.conflicts:
            at = conflict_lines(conflict)
            yield f"  {visible(conflict.path)}" + (f", {at}" if at else "")
            yield from _wrapped(visible(conflict.why), "    ")
            yield from _wrapped(_way_out(conflict), "    ")
        yield ""


def _way_out(conflict: Conflict) -> str:
    if conflict.undecided:
        return "choose: --keep leaves yours, --accept-loss takes what the template has"
    return "mainstay update leaves conflict markers: edit, git add, commit; or --keep, --accept-loss"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
