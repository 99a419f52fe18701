"""An update as Markdown, for the one issue about it. Nothing in it comes alive that a repository wrote."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.report.escape import markdown_code, markdown_text
from mainstay.report.quantities import count_text
from mainstay.report.update_text import changes, conflict_lines
from mainstay.scaffold.plan import Plan

_SHOWN = 40
"""Rows per list. GitHub cuts an issue at 65,536 characters."""


def plan_markdown(plan: Plan) -> str:
    """Return what an update would do, the parts that need a person first."""
    return "\n\n".join(_parts(plan)) + "\n"


def _parts(plan: Plan) -> Iterator[str]:
    yield "## What it changes here"
    yield _summary(plan)
    if plan.conflicts:
        rows = [
            f"{markdown_code(conflict.path)}{_at(conflict_lines(conflict))}: {markdown_text(conflict.why)}"
            for conflict in plan.conflicts
        ]
        yield "### Conflicts\n\n" + _listed(rows)
    if plan.losses:
        rows = [
            f"{markdown_code(loss.path)}: {markdown_text(loss.why)}. `mainstay update` {loss.instead}."
            for loss in plan.losses
        ]
        yield "### What a plain `copier update` would lose without a word\n\n" + _listed(rows)
    if plan.count:
        yield "### Files\n\n" + _listed([f"{word}: {markdown_code(path)}" for word, path in changes(plan)])
    if plan.answers:
        rows = [f"{markdown_code(key)}: {markdown_code(str(value))}" for key, value in plan.answers.items()]
        yield "### Answers that are new or change\n\n" + _listed(rows)
    if plan.notes:
        yield "### Notes\n\n" + _listed([markdown_text(note) for note in plan.notes])


def _summary(plan: Plan) -> str:
    if plan.clean:
        return f"{count_text(plan.count, 'file')} change. No conflict, and nothing of yours is lost."
    return (
        f"{count_text(plan.count, 'file')} change, {count_text(len(plan.conflicts), 'conflict')}, and a plain "
        f"`copier update` would lose work in {count_text(len(plan.losses), 'file')}."
    )


def _at(where: str) -> str:
    return f" ({where})" if where else ""


def _listed(rows: list[str]) -> str:
    more = [f"- and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
    return "\n".join([*(f"- {row}" for row in rows[:_SHOWN]), *more])
