"""The linters of workflows, Actions and dependabot.yml, offline, as they are run by hand."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from helpers.rendering import REPOSITORY
from helpers.required import missing
from mainstay.platform.process import run

LINTERS = REPOSITORY / ".linters"
"""What `script/linters` installs."""
_BIN = Path(sys.executable).parent
_LANGUAGE_SERVICE = Path(__file__).with_name("language_service.mjs")
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


def actionlint(files: Iterable[Path]) -> str:
    """Return what actionlint finds in workflows; nothing found is an empty text."""
    program = LINTERS / "bin/actionlint"
    if not program.exists():
        missing("linters", "script/linters did not install actionlint")
    done = run([program, "-no-color", "-shellcheck=", "-pyflakes=", *sorted(files)], check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def language_service(root: Path, files: Iterable[Path], actions: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what GitHub's own language service finds in workflows and `action.yml`; nothing is an empty text.

    Args:
        root: The repository that local reusable workflows are read from.
        files: What is looked at.
        actions: `owner/name@ref` -> the inputs and outputs that it has.
    """
    node = shutil.which("node")
    if not node or not (LINTERS / "node_modules/@actions/languageservice").exists():
        missing("linters", "script/linters did not install the language service")
    question = {
        "root": str(root),
        "linters": str(LINTERS),
        "files": [str(file) for file in sorted(files)],
        "actions": actions,
    }
    done = run([node, _LANGUAGE_SERVICE], stdin=json.dumps(question), check=False)
    return done.stdout if done.returncode == 0 else f"node ended with {done.returncode}\n{done.stderr}"
