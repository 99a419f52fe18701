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
_MARKDOWN = {
    "default": True,
    "MD013": {"line_length": 220, "tables": False, "code_blocks": False},
    "MD024": {"siblings_only": True},
    "MD025": {"front_matter_title": ""},  # a runbook has its title at the top and as its heading
}
_NOT_OF_PIECES = (
    "SC2016",  # a dollar sign between single quotes is meant: jq, SQL, names of mongorestore
    "SC2034",  # a variable that a later block uses
    "SC2154",  # a variable that the block under Variables declares: `mainstay runbook lint` sees to that
    "SC2329",  # a function that a later block calls
)


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
    """Return what actionlint finds in workflows; nothing found is an empty text.

    GitHub has had the permission to read alerts since September 2026, the newest release does not know it yet.
    """
    new = ["-ignore", 'unknown permission scope "vulnerability-alerts"']
    done = run(
        [_linter("bin/actionlint"), "-no-color", "-shellcheck=", "-pyflakes=", *new, *sorted(files)],
        check=False,
    )
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


def markdownlint(folder: Path) -> str:
    """Return what markdownlint finds in the pages of a folder; nothing found is an empty text."""
    (folder / ".markdownlint-cli2.jsonc").write_text(json.dumps({"config": _MARKDOWN}), encoding="utf-8")
    done = run([_linter("node_modules/.bin/markdownlint-cli2"), "*.md"], cwd=folder, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def shellcheck(files: Iterable[Path]) -> str:
    """Return what shellcheck finds in pieces of bash; nothing found is an empty text."""
    program = shutil.which("shellcheck") or missing(
        "linters", "there is no shellcheck: it is a Debian package"
    )
    words = [program, "--shell=bash", f"--exclude={','.join(_NOT_OF_PIECES)}", "--format=gcc"]
    done = run([*words, *sorted(files)], check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def bash_errors(files: Iterable[Path]) -> str:
    """Return what bash cannot parse; nothing is an empty text."""
    loop = 'for file; do bash -n "$file" || failed=1; done; exit "${failed:-0}"'
    done = run(["bash", "-c", loop, "bash", *sorted(files)], check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def javascript_errors(files: Iterable[Path]) -> str:
    """Return what node cannot parse as a module; nothing is an empty text."""
    node = shutil.which("node") or missing("linters", "there is no node")
    found = [run([node, "--check", file], check=False) for file in sorted(files)]
    return "".join(done.stderr for done in found if done.returncode)


def _linter(name: str) -> Path:
    program = LINTERS / name
    return (
        program if program.exists() else missing("linters", f"script/linters did not install {program.name}")
    )
