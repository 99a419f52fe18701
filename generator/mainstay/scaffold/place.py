"""Writes files into a work tree, all or none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from mainstay.errors import ScaffoldError


def place_files(fresh: Path, root: Path, paths: Sequence[str]) -> None:
    """Copy `paths` from `fresh` to `root` with their modes. When one fails, everything is as it was before.

    Raises:
        ScaffoldError: A file cannot be written.
    """
    undo: list[Callable[[], object]] = []
    try:
        for path in paths:
            _place(fresh / path, root / path, undo)
    except BaseException as error:
        for step in reversed(undo):
            step()
        if isinstance(error, OSError):
            raise ScaffoldError(
                f"{error.filename or root} cannot be written: {error.strerror}; nothing was changed"
            ) from error
        raise


def _place(source: Path, target: Path, undo: list[Callable[[], object]]) -> None:
    for folder in reversed([above for above in target.parents if not above.exists()]):
        folder.mkdir()
        undo.append(folder.rmdir)
    undo.append(_restoring(target))
    part = target.with_name(f".{target.name}.mainstay-part")
    try:
        shutil.copyfile(source, part)
        shutil.copymode(source, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _restoring(target: Path) -> Callable[[], object]:
    """Return what brings the file back to how it is now."""
    if not target.exists():
        return lambda: target.unlink(missing_ok=True)
    content, mode = target.read_bytes(), target.stat().st_mode

    def restore() -> None:
        target.write_bytes(content)
        target.chmod(mode)

    return restore
