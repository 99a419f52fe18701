"""What a plain `copier update` would lose without a word, told from the three sides before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mainstay.scaffold.renders import Comparison


class LossKind(StrEnum):
    """How work gets lost."""

    DELETED = "deleted"
    RENAMED = "renamed"
    BINARY = "binary"
    MISSED = "missed"
    IGNORED = "ignored"


_WHY = {
    LossKind.DELETED: "you edited it, and the new revision does not have it: Copier deletes it with your edits",
    LossKind.RENAMED: "you edited it, and the new revision renames it to {to}: Copier writes that without your edits",
    LossKind.BINARY: "you changed it, and it is binary: Copier puts the template's bytes back",
    LossKind.MISSED: "you renamed it to {to}: Copier does not bring the template's changes there",
    LossKind.IGNORED: "git ignores it: Copier deletes it",
}
_INSTEAD = {
    LossKind.DELETED: "asks you to choose",
    LossKind.RENAMED: "carries your edits to the new name",
    LossKind.BINARY: "keeps yours, and asks when both changed it",
    LossKind.MISSED: "brings them to your file",
    LossKind.IGNORED: "merges it like any other file",
}


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a plain `copier update` would lose in silence.

    Attributes:
        path: The file, as the adopted revision names it.
        kind: How.
        why: The same in a sentence.
        instead: What `mainstay update` does.
    """

    path: str
    kind: LossKind
    why: str
    instead: str


def silent_losses(compared: Comparison) -> list[Loss]:
    """Return what a plain `copier update` would lose, by path."""
    found = sorted(_losses(compared))
    return [Loss(path, kind, _WHY[kind].format(to=to), _INSTEAD[kind]) for path, kind, to in found]


def _losses(compared: Comparison) -> Iterator[tuple[str, LossKind, str]]:
    base, yours, theirs = compared.base, compared.yours, compared.theirs
    by_template = compared.git.renames(base, theirs)
    by_you = compared.git.renames(
        base, {path: yours[path] for path in yours if path not in theirs or path in base}
    )
    for path, entry in base.items():
        mine, new = yours.get(path), theirs.get(path)
        if path in compared.ignored and mine is not None:
            yield path, LossKind.IGNORED, ""
        elif mine is None:
            if path in by_you and new not in {None, entry}:
                yield path, LossKind.MISSED, by_you[path]
        elif mine.oid == entry.oid:
            continue
        elif path in by_template:
            yield path, LossKind.RENAMED, by_template[path]
        elif new is None:
            yield path, LossKind.DELETED, ""
        elif is_binary(compared, path) and mine.oid != new.oid:
            yield path, LossKind.BINARY, ""


def is_binary(compared: Comparison, path: str) -> bool:
    """Return whether a file of the template, or the repository's version of it, is no text: what git asks too."""
    for folder in (compared.old.folder, compared.new.folder, compared.target.root):
        if (folder / path).is_file():
            with (folder / path).open("rb") as file:
                if b"\0" in file.read(8000):
                    return True
    return False
