"""Fresh copies of the template for tests: the real copier, in process, from the working tree."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import tempfile
from pathlib import Path
from unittest import mock

from copier import Settings, run_copy
from plumbum import local

from mainstay.platform.process import run

REPOSITORY = Path(__file__).resolve().parents[2]

_GIT_CONFIG = """\
[user]
\tname = Test
\temail = test@example.invalid
[init]
\tdefaultBranch = main
[safe]
\tdirectory = *
"""


def rendered(**answers: object) -> Path:
    """Return a fresh copy of the template for these answers, made once per process: look, do not touch."""
    return _rendered(json.dumps(answers, sort_keys=True))


def render(into: Path, **answers: object) -> Path:
    """Return `into`, now holding a fresh copy of the template for these answers: the caller may change it."""
    return shutil.copytree(rendered(**answers), into, dirs_exist_ok=True)


@functools.cache
def _rendered(answers: str) -> Path:
    target = (
        Path(tempfile.mkdtemp(dir=scratch_folder())) / "app"
    )  # the folder's name is the default project_name
    cache = mock.patch.dict(os.environ, {"COPIER_CACHE_DIR": str(scratch_folder() / "cache")})
    # plumbum, through which copier calls git, has its own copy of the environment.
    with cache, local.env(**git_environment()):
        run_copy(
            str(template_repository()),
            target,
            data=json.loads(answers),
            settings=Settings(),  # not those of whoever runs the tests
            defaults=True,
            vcs_ref="HEAD",
            quiet=True,
        )
    return target


@functools.cache
def template_repository() -> Path:
    """Return a git repository of what copier reads, as it is now: quicker to clone than all of this one."""
    folder = scratch_folder() / "template"
    shutil.copytree(REPOSITORY / "template", folder / "template")
    shutil.copy(REPOSITORY / "copier.yml", folder)
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "Template"]):
        run(["git", *command], cwd=folder, env=git_environment())
    return folder


def git_environment() -> dict[str, str]:
    """Return the variables that keep git from reading the configuration of whoever runs the tests."""
    path = scratch_folder() / "gitconfig"
    path.write_text(_GIT_CONFIG, encoding="utf-8")
    return {"GIT_CONFIG_GLOBAL": str(path), "GIT_CONFIG_NOSYSTEM": "1"}


@functools.cache
def scratch_folder() -> Path:
    """Return a folder that lasts as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="mainstay-rendered-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
