"""What a workflow asks for. Inputs arrive as environment variables, and each is checked before it is used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mainstay.action.commands import COMMANDS
from mainstay.errors import UsageError

_SEE = "docs/action.md"
_ALLOWED = {
    "command": ("|".join(COMMANDS), f"one of {', '.join(COMMANDS)}"),
    # No leading hyphen: no input may be taken for an option. No control characters: no input spans lines.
    "path": (r"[^-/\\\x00-\x1f\x7f][^\\\x00-\x1f\x7f]{0,400}", "a folder, relative to the workspace"),
    "database": ("([a-z][a-z0-9-]{0,40})?", "the name of a database in the policy"),
    "fail-on": ("(low|medium|high|critical)?", "low, medium, high or critical"),
}
"""Input -> the whole of what it may be, and how to say so."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is asked for.

    Attributes:
        command: Key of `mainstay.action.commands.COMMANDS`.
        root: Folder of the repository, below the workspace.
        database: Only this one of the policy's databases.
        fail_on: Severity that overrides the policy's.
    """

    command: str
    root: Path
    database: str | None
    fail_on: str | None


def read_inputs(environ: Mapping[str, str]) -> Inputs:
    """Return the inputs.

    Raises:
        UsageError: One of them is not what it may be.
    """
    given = {name: _checked(name, environ) for name in _ALLOWED}
    workspace = Path(environ.get("GITHUB_WORKSPACE") or ".").resolve()
    root = (workspace / given["path"]).resolve()
    if not (root.is_relative_to(workspace) and root.is_dir()):
        raise UsageError(
            f"input path: {given['path']!r} is no folder of the workspace",
            hint="does actions/checkout run before this step?",
            see=_SEE,
        )
    return Inputs(given["command"], root, given["database"] or None, given["fail-on"] or None)


def _checked(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get("MAINSTAY_INPUT_" + name.upper().replace("-", "_"), "")
    pattern, meaning = _ALLOWED[name]
    if not re.fullmatch(pattern, value):
        raise UsageError(f"input {name}: {value[:100]!r} is not {meaning}", see=_SEE)
    return value
