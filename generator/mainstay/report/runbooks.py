"""`mainstay runbook`: problems and lists as text and as JSON. The JSON is a contract."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Any

from mainstay.report.backups import columns
from mainstay.report.escape import visible
from mainstay.report.quantities import count_text
from mainstay.runbooks.model import Problem, RunbookFolder
from mainstay.runbooks.repository import Listed

SCHEMA_VERSION = 1
_HEADER = ("ID", "TITLE", "OWNER", "SEVERITY", "REVIEWED", "EXERCISED")


def lint_lines(folder: RunbookFolder, problems: Sequence[Problem]) -> list[str]:
    """Return one line per problem and per file that could not be read; the verdict comes last."""
    lines = [
        f"{problem.path}:{problem.line}  {'due: ' if problem.due else ''}{problem.message}; fix: {problem.fix}"
        for problem in problems
    ]
    lines += [f"unread  {why}" for why in folder.unread]
    return [visible(line) for line in [*lines, _verdict(folder, problems)]]


def _verdict(folder: RunbookFolder, problems: Sequence[Problem]) -> str:
    books = count_text(len(folder.books), "runbook")
    wrong = sum(not problem.due for problem in problems)
    due = f", {len(problems) - wrong} due" if len(problems) > wrong else ""
    if wrong:
        return f"failed: {count_text(wrong, 'problem')}{due} in {books}"
    return f"{books} read, others not" if folder.unread else f"passed: {books}{due}"


def lint_summary(folder: RunbookFolder, problems: Sequence[Problem]) -> dict[str, Any]:
    """Return what was found for `--json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "runbooks": len(folder.books),
        "problems": [dataclasses.asdict(problem) for problem in problems],
        "unread": list(folder.unread),
    }


def list_lines(rows: Sequence[Listed], today: date) -> list[str]:
    """Return a table of runbooks for a person."""
    if not rows:
        return ["no runbooks"]
    cells = [
        (
            row.id,
            row.title,
            row.owner,
            " ".join(row.severities),
            _age(row.reviewed, today),
            _age(row.exercised, today),
        )
        for row in rows
    ]
    return [visible(line) for line in columns([_HEADER, *cells])]


def list_summary(rows: Sequence[Listed], unread: Sequence[str], today: date) -> dict[str, Any]:
    """Return the runbooks for `--json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "runbooks": [
            {
                **dataclasses.asdict(row),
                "reviewed": str(row.reviewed) if row.reviewed else None,
                "exercised": str(row.exercised) if row.exercised else None,
                "reviewed_age_days": (today - row.reviewed).days if row.reviewed else None,
                "exercised_age_days": (today - row.exercised).days if row.exercised else None,
            }
            for row in rows
        ],
        "unread": list(unread),
    }


def _age(day: date | None, today: date) -> str:
    return f"{(today - day).days}d ago" if day else "never"
