"""Events from what a command of the Action reported: the job that may write is not the job that did the work."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from mainstay.errors import UsageError
from mainstay.evidence.entry import Event, Fact

_GOOD = "ok"
AUDITED = "SOP-603"


def events_of(command: str, result: str, report: str, *, at: datetime, run_url: str | None) -> list[Event]:
    """Return what a command's outputs `result` and `report` say, as events.

    A command that failed before it could report is recorded too, as a failure of everything it was to do.

    Raises:
        UsageError: The command leaves no evidence, or the report is not JSON.
    """
    if command not in _MAKERS:
        raise UsageError(f"{command!r} leaves no evidence", hint=f"these do: {', '.join(_MAKERS)}")
    try:
        tree = json.loads(report) if report else {}
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the report of {command} is not JSON") from error
    tree = tree if isinstance(tree, dict) else {}
    kind, make = _MAKERS[command]
    made = list(make(tree, result)) or [("all", False, {"result": result})]
    return [
        Event(kind=kind, subject=subject, passed=passed, at=at, facts=facts, run_url=run_url)
        for subject, passed, facts in made
    ]


_Made = Iterator[tuple[str, bool, dict[str, Fact]]]


def _per_database(tree: Mapping[str, Any], _: str) -> _Made:
    """A database is in the report when its backup was taken; of a drill the report says whether it passed."""
    for name, told in tree.items():
        facts = _plain(told)
        yield str(name), bool(facts.get("passed", True)), facts


def _audit(tree: Mapping[str, Any], result: str) -> _Made:
    if tree:
        yield AUDITED, result == _GOOD, {"result": result, **_plain(tree)}


_MAKERS: dict[str, tuple[str, Callable[[Mapping[str, Any], str], _Made]]] = {
    "audit": ("audit", _audit),
    "backup": ("backup", _per_database),
    "restore-drill": ("drill", _per_database),
}
"""Command -> kind of evidence, and who reads its report."""


def _plain(told: object) -> dict[str, Fact]:
    """Return the figures and words at the top of a report; what nests deeper is no evidence."""
    fields = told.items() if isinstance(told, dict) else ()
    return {
        str(name): value
        for name, value in fields
        if value is None or isinstance(value, str | int | float | bool)
    }
