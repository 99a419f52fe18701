"""A small template in git, for tests about Copier that need not wait for the real one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mainstay.platform import process

ANSWERS_LINE = "[[ _copier_answers | to_nice_yaml ]]\n"
COPIER_YML = """\
_answers_file: .copier-answers.mainstay.yml
_subdirectory: template
_envops: {variable_start_string: "[[", variable_end_string: "]]", undefined: jinja2.StrictUndefined}
project_name: {type: str, default: app}
platform: {type: str, default: other, choices: [other, fly]}
timezone: {type: str, default: UTC, validator: "{% if timezone != 'UTC' %}Only UTC.{% endif %}"}
"""
FILES = {
    "copier.yml": COPIER_YML,
    "template/[[ _copier_conf.answers_file ]].jinja": ANSWERS_LINE,
    "template/docs/about.md.jinja": "# [[ project_name ]]\n",
    "template/scripts/run.sh": "#!/bin/sh\n",
}


def git(root: Path, *words: str) -> str:
    """Run git in a folder, as somebody, and return its output."""
    identity = (
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.invalid",
        "-c",
        "init.defaultBranch=main",
    )
    return process.run(["git", *identity, "-C", root, *words]).stdout


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder and return it."""
    root.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="")
    return root


def commit(root: Path, files: Mapping[str, str], subject: str = "Change") -> Path:
    """Write files below a folder, commit everything there, and return it; the repository is made when needed."""
    write(root, files)
    if not (root / ".git").exists():
        git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", subject)
    return root
