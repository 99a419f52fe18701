"""The sample application: a small repository as teams have them, made from the files in `data/bookshop`."""

from __future__ import annotations

import shutil
from pathlib import Path

from mainstay.platform import process
from mainstay.platform.git import Repository

_FILES = Path(__file__).with_name("data") / "bookshop"
_SETTINGS = {
    # The caller's identity, signing keys and hooks have no part in a repository that is thrown away.
    "user.name": "mainstay demo",
    "user.email": "demo@example.invalid",
    "commit.gpgsign": "false",
    "core.hooksPath": "/dev/null",
    "core.autocrlf": "false",
}


def make_application(root: Path) -> Repository:
    """Return the repository of the sample application, committed, at the new folder `root`."""
    shutil.copytree(_FILES, root)
    repository = new_repository(root)
    commit_all(repository, "Sell books")
    return repository


def new_repository(root: Path) -> Repository:
    """Return a new repository without a commit in the folder `root`."""
    process.run(["git", "init", "--quiet", "--template=", "--initial-branch=main", root])
    repository = Repository(root)
    for key, value in _SETTINGS.items():
        repository.git("config", key, value)
    return repository


def commit_all(repository: Repository, message: str) -> None:
    """Commit everything that is in the work tree."""
    repository.git("add", "--all")
    repository.git("commit", "--quiet", f"--message={message}")
