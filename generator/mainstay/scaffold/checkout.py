"""Checks out of a template's repository what is rendered: it may hold much more, and every file costs time."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mainstay.errors import ProcessError
from mainstay.platform import process
from mainstay.platform.git import Repository

Clone = Callable[..., str]

_SUBDIRECTORY = re.compile(r"^_subdirectory: *(['\"]?)(?P<folder>[\w][\w.-]*)\1 *(?:#.*)?$", re.MULTILINE)
_REFERENCES = r"%[-+]? *(include|import|from|extends)[^[:alnum:]_][^%]*"
_SEARCHED = (0, 1)
"""What `git grep` ends with: something was found, nothing was."""
_ELSEWHERE = ("copier.yaml", ".gitmodules")


def checking_out_less(clone: Clone) -> Clone:
    """Return Copier's `clone` without the files that no render reads.

    The files at the top and the folder that copier.yml names are checked out. Everything is, as usual, where it cannot
    be told that nothing else is read; and for `HEAD` of a local template, whose uncommitted changes count.
    """

    def clone_less(url: str, ref: str = "HEAD", location: str | None = None) -> str:
        if ref == "HEAD" or location is None:
            return clone(url, ref, location)
        try:
            found = _check_out(_repository(url), ref, Path(location))
        except ProcessError:
            found = False
        if found:
            return location
        shutil.rmtree(location)
        Path(location).mkdir()
        return clone(url, ref, location)

    return clone_less


def _repository(url: str) -> Path:
    """Return where the repository lies on this machine: itself, or the mirror that Copier keeps of a remote one."""
    from copier import _vcs  # noqa: PLC0415 - loaded by now

    vcs: Any = _vcs
    path: Path = vcs._get_or_create_mirror(url) if vcs._is_remote(url) else Path(url)  # noqa: SLF001
    return path


def _check_out(repository: Path, ref: str, location: Path) -> bool:
    """Check out a revision's rendered files; return whether that was possible."""
    commit = Repository(repository).git(
        "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
    )
    folder = _rendered_folder(repository, commit)
    if folder is None:
        return False
    # Nothing is copied: the objects stay where they are.
    process.run(
        ["git", "clone", "--quiet", "--shared", "--no-checkout", "--template=", "--", repository, location]
    )
    patterns = location / ".git/info/sparse-checkout"
    patterns.parent.mkdir(exist_ok=True)
    patterns.write_text(f"/*\n!/*/\n/{folder}/\n")
    less = (
        "-c",
        "core.sparseCheckout=true",
        "-c",
        "core.sparseCheckoutCone=false",
        "-c",
        "core.fsmonitor=false",
    )
    Repository(location).git(*less, "checkout", "--quiet", "--detach", commit)
    return True


def _rendered_folder(repository: Path, commit: str) -> str | None:
    """Return the folder that a revision renders, or nothing when its templates may read other files."""
    git = Repository(repository).git
    if git("ls-tree", "--name-only", commit, "--", *_ELSEWHERE):
        return None
    settings = git("show", f"{commit}:copier.yml")
    found = _SUBDIRECTORY.search(settings)
    if found is None or "!include" in settings:
        return None
    folder = found["folder"]
    words = (
        "grep",
        "--text",
        "-h",
        "--only-matching",
        "--extended-regexp",
        "-e",
        _REFERENCES,
        commit,
        "--",
        folder,
    )
    search = process.run(["git", "-C", repository, *words], check=False)
    if search.returncode not in _SEARCHED:
        return None
    inside = re.compile(rf"% *[-+]? *\w+ +['\"]{re.escape(folder)}/(?!.*\.\.)")
    return folder if all(map(inside.match, search.stdout.splitlines())) else None
