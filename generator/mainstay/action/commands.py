"""The commands of the Action. Each calls the facades that the command line calls too, and returns what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mainstay.action.inputs import Inputs
    from mainstay.action.outcome import Outcome

    Command = Callable[[Inputs, Mapping[str, str]], Outcome]

COMMANDS = {
    "audit": "mainstay.action.audit:audit",
    "backup": "mainstay.action.backups:backup",
    "evidence": "mainstay.action.evidence:evidence",
    "prune": "mainstay.action.prune:prune",
    "restore-drill": "mainstay.action.backups:restore_drill",
    "sop-update": "mainstay.action.sop_update:sop_update",
}
"""Input `command` -> where it is defined. A new command is one line here and one function."""


def command_named(name: str) -> Command:
    """Return the command, importing its module now: the audit needs no database driver."""
    module, _, function = COMMANDS[name].partition(":")
    command: Command = getattr(import_module(module), function)
    return command
