"""The linters of workflows, Actions and dependabot.yml, offline, as they are run by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from mainstay.platform.process import run

_BIN = Path(sys.executable).parent
_ZIZMOR = ("--offline", "--no-config", "--no-progress", "--strict-collection", "--persona=auditor", "--quiet")


def zizmor(*paths: Path) -> str:
    """Return what zizmor finds as its strictest persona; nothing found is an empty text."""
    done = run([_BIN / "zizmor", *_ZIZMOR, *paths], check=False)
    if done.returncode == 0:
        return ""
    return f"zizmor ended with {done.returncode}\n{done.stdout}{done.stderr}"


def schema_errors(schema: str, files: Iterable[Path]) -> str:
    """Return what check-jsonschema finds against a schema that it ships; nothing found is an empty text."""
    done = run(
        [_BIN / "check-jsonschema", "--no-cache", "--builtin-schema", schema, *sorted(files)], check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
