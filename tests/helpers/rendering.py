"""Fresh copies of the template for tests: the real copier, in process, from the working tree."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from unittest import mock

from copier import Settings, run_copy
from copier.errors import DirtyLocalWarning
from plumbum import local

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
    target = Path(tempfile.mkdtemp(dir=_scratch())) / "app"  # the folder's name is the default project_name
    environment = {"GIT_CONFIG_GLOBAL": str(_git_config()), "GIT_CONFIG_NOSYSTEM": "1"}
    cache = mock.patch.dict(os.environ, {"COPIER_CACHE_DIR": str(_scratch() / "cache")})
    # plumbum, through which copier calls git, has its own copy of the environment.
    with cache, local.env(**environment), warnings.catch_warnings():
        warnings.simplefilter("ignore", DirtyLocalWarning)
        run_copy(
            str(REPOSITORY),
            target,
            data=json.loads(answers),
            settings=Settings(),  # not those of whoever runs the tests
            defaults=True,
            vcs_ref="HEAD",  # with uncommitted changes; the default is the newest tag
            quiet=True,
        )
    return target


@functools.cache
def _scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mainstay-rendered-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _git_config() -> Path:
    path = _scratch() / "gitconfig"
    path.write_text(_GIT_CONFIG, encoding="utf-8")
    return path
