"""The table of docs/github.md: every request, from the rows that the client sends."""

from __future__ import annotations

from mainstay.platform.github.calls import CALLS, METADATA, NOT_FOR_WORKFLOWS, Call


def calls_table() -> str:
    """Return the requests as a table, those of one permission together, in the order of the code."""
    permissions = list(dict.fromkeys(call.permission for call in CALLS))
    ordered = sorted(CALLS, key=lambda call: permissions.index(call.permission))
    head = "| Permission | A workflow can have it | To | Request |\n| --- | --- | --- | --- |"
    return "\n".join([head, *map(_row, ordered)])


def _row(call: Call) -> str:
    can = "no" if call.permission in NOT_FOR_WORKFLOWS else "yes"
    can = "always" if call.permission == METADATA else can
    path = call.path.replace("/repos/{repository}", "…")
    return f"| `{call.permission}` | {can} | {call.what} | `{call.verb} {path}` |"


BLOCKS = {"calls": calls_table}
