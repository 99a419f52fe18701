"""Dependabot in a repository: reads its files, and says what is wrong and what is missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mainstay.dependabot.check import Checked, check_document
from mainstay.dependabot.document import Document, read_document
from mainstay.dependabot.entries import DEPENDABOT, SPELLINGS
from mainstay.dependabot.merge import Merge, merge
from mainstay.dependabot.wanted import wanted_updates
from mainstay.errors import DependabotError
from mainstay.policy import POLICY_PATH, load_policy
from mainstay.stack import LocalTree, Stack, detect_stack

_MAX_LISTED = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """What a dependabot.yml lacks.

    Attributes:
        path: The file, relative to the top of the repository.
        merge: What it becomes.
        new: Whether the repository has none.
    """

    path: str
    merge: Merge
    new: bool


class _Reader:
    """The files of a repository as detection reads them; remembers what could not be read."""

    def __init__(self, root: Path) -> None:
        self._tree = LocalTree(root)
        self.listed: Sequence[str] = self._tree.paths()
        self.unread: list[str] = []

    def paths(self) -> Sequence[str]:
        return self.listed

    def read(self, path: str) -> str | None:
        text = self._tree.read(path)
        if text is None:
            self.unread.append(path)
        return text


def check_repository(root: Path, *, labels: Collection[str] | None = None) -> Checked:
    """Return what is wrong with the configuration of Dependabot below `root`.

    Args:
        root: The top of the repository.
        labels: The labels that exist on GitHub; nothing when nobody asked.

    Raises:
        DependabotError: The file cannot be read, or an entry of it has no ecosystem or folder.
    """
    reader, stack = _detected(root)
    path = _path(root)
    document = _document(root, path) if path else None
    checked = check_document(document, stack, listed=reader.listed, labels=labels)
    unread = tuple(reader.unread)
    unknown = (f"what {name} would need: it could not be read" for name in unread)
    return replace(checked, unknown=(*unknown, *checked.unknown), unread=unread)


def plan_repository(root: Path, *, companion: str | None) -> Plan:
    """Return what the configuration of Dependabot below `root` lacks; nothing is written.

    Args:
        root: The top of the repository.
        companion: `owner/name` of the companion Action, which Dependabot must leave to the template.

    Raises:
        DependabotError: The file cannot be read, or nothing can be added to it safely.
        PolicyError: There is a policy, and it is not valid.
    """
    reader, stack = _detected(root)
    if reader.unread:
        raise DependabotError(
            f"these manifests could not be read, so what they need is not known: {_few(reader.unread)}",
            hint="they are links, larger than 1 MiB, or may not be read",
        )
    found = _path(root)
    document = _document(root, found) if found else read_document(b"")
    timezone = load_policy(root).timezone if (root / POLICY_PATH).exists() else "UTC"
    wanted = wanted_updates(stack, timezone=timezone, companion=companion, listed=reader.listed)
    return Plan(found or DEPENDABOT, merge(document, wanted), new=not found)


def document_of(root: Path) -> Document | None:
    """Return the configuration of Dependabot below `root`, or None when it has none.

    Raises:
        DependabotError: It cannot be read.
    """
    path = _path(root)
    return _document(root, path) if path else None


def write_plan(root: Path, plan: Plan) -> None:
    """Write what was planned, whole or not at all, and only when the file is still the one that was read.

    Raises:
        DependabotError: It changed meanwhile, or cannot be written.
    """
    place = root / plan.path
    part = place.with_name(f".{place.name}.mainstay-part")
    try:
        if (place.read_bytes() if not plan.new else b"") != plan.merge.before or (
            plan.new and place.exists()
        ):
            raise DependabotError(f"{plan.path} changed meanwhile; nothing was written", hint="run it again")
        place.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(plan.merge.after)
        if not plan.new:
            part.chmod(place.stat().st_mode)
        part.replace(place)
    except OSError as error:
        raise DependabotError(f"{plan.path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _detected(root: Path) -> tuple[_Reader, Stack]:
    reader = _Reader(root)
    return reader, detect_stack(reader)


def _path(root: Path) -> str | None:
    """Return the spelling that the repository uses; the folder it stands in belongs to the repository."""
    return next((path for path in SPELLINGS if (root / path).is_symlink() or (root / path).exists()), None)


def _document(root: Path, path: str) -> Document:
    place = root / path
    if place.is_symlink() or place.parent.is_symlink() or not place.is_file():
        raise DependabotError(f"{path} is a link or a folder, which GitHub does not follow")
    try:
        return read_document(place.read_bytes(), path)
    except OSError as error:
        raise DependabotError(f"{path} cannot be read: {error.strerror}") from error


def _few(paths: Sequence[str]) -> str:
    more = [f"{len(paths) - _MAX_LISTED} more"] if len(paths) > _MAX_LISTED else []
    return ", ".join([*paths[:_MAX_LISTED], *more])
