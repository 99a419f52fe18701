"""Writes files into a work tree, all or none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from mainstay.errors import ScaffoldError


def place_files(fresh: Path, root: Path, paths: Sequence[str], *, removed: Sequence[str] = ()) -> None:
    """Copy `paths` from `fresh` to `root` with their modes, and remove others from there.

    When one fails, everything is as it was before.

    Raises:
        ScaffoldError: A file cannot be written or removed.
    """
    undo: list[Callable[[], object]] = []
    try:
        for path in paths:
            _place(fresh / path, root / path, undo)
        for path in removed:
            undo.append(_restoring(root / path))
            (root / path).unlink(missing_ok=True)
    except BaseException as error:
        for step in reversed(undo):
            step()
        if isinstance(error, OSError):
            raise ScaffoldError(
                f"{error.filename or root} cannot be written: {error.strerror}; nothing was changed"
            ) from error
        raise
    for path in removed:
        _remove_empty_folders(root / path, root)


def require_place(root: Path, path: str) -> bool:
    """Return whether the file `path` exists below `root`.

    Raises:
        ScaffoldError: Something that is no folder of the repository is in its way.
    """
    place = root / path
    for folder in reversed(place.relative_to(root).parents[:-1]):
        above = root / folder
        if above.is_symlink() or (above.exists() and not above.is_dir()):
            raise ScaffoldError(f"{above} is no folder of this repository, so {path} cannot be written")
    if not place.exists() and not place.is_symlink():
        return False
    if place.is_symlink() or not place.is_file():
        raise ScaffoldError(
            f"{place} is a folder or a link, where the template has a file", see="docs/ownership.md"
        )
    return True


def _remove_empty_folders(path: Path, root: Path) -> None:
    for folder in path.parents:
        if folder == root or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()


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
