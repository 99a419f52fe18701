"""Keeps the demo and its machine apart: foreign settings stay out, and no file is left."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mainstay.platform.guard import temporary_folder

_FOREIGN = (
    "AWS_",
    "PG",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
)
"""Beginnings of variables that would point the demo at a database, a bucket or a repository of its caller."""


@contextmanager
def environment(settings: dict[str, str], *, without: tuple[str, ...] = ()) -> Iterator[None]:
    """Change this process's environment for a block: drop what begins with `without`, then set `settings`."""
    before = dict(os.environ)
    try:
        for name in before:
            if name.startswith(without):
                del os.environ[name]
        os.environ.update(settings)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def workshop() -> Iterator[Path]:
    """Yield a folder for every temporary file of this process; it is gone afterwards, even after SIGKILL."""
    outside = tempfile.tempdir
    with temporary_folder("mainstay-demo-") as folder:
        temporary = folder / "tmp"
        temporary.mkdir()
        with environment({"TMPDIR": str(temporary)}, without=_FOREIGN):
            tempfile.tempdir = str(temporary)
            try:
                yield folder
            finally:
                tempfile.tempdir = outside
