"""Dependabot's configuration, entry by entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from mainstay.audit.facts.files import RepositoryFiles
from mainstay.audit.facts.trees import line_of, mapping, parse_mapping, sequence
from mainstay.audit.model import Location, NotApplicable, Unavailable

DEPENDABOT = ".github/dependabot.yml"
_MAX_ENTRIES = 500
_GLOBS = {"/*": "(?:/.*)?", "*": "[^/]*", "**": "[^/]*"}
_SPELLINGS = (DEPENDABOT, ".github/dependabot.yaml")


@dataclass(frozen=True, slots=True)
class UpdateEntry:
    """One entry of `updates`."""

    ecosystem: str
    directories: tuple[str, ...]
    tree: Mapping[str, Any]
    at: Location

    @property
    def name(self) -> str:
        """What people call the entry: ecosystem and folders."""
        return f"{self.ecosystem} in {', '.join(self.directories)}"

    def covers(self, directory: str) -> bool:
        """Return whether the entry looks into this folder; `directories` may hold globs."""
        return any(_pattern(own).fullmatch(_normal(directory)) for own in self.directories)


@dataclass(frozen=True, slots=True)
class DependabotConfig:
    """`.github/dependabot.yml`."""

    path: str
    tree: Mapping[str, Any]
    entries: tuple[UpdateEntry, ...]


def dependabot_config(files: RepositoryFiles) -> DependabotConfig:
    """Return the configuration.

    Raises:
        NotApplicable: There is none.
        Unavailable: It is no YAML, or an entry has no ecosystem or folder.
    """
    path = next((path for path in _SPELLINGS if path in files), None)
    if path is None:
        raise NotApplicable(f"there is no {DEPENDABOT}")
    tree = parse_mapping(files.text(path), path)
    updates = sequence(tree.get("updates"))
    if len(updates) > _MAX_ENTRIES:
        raise Unavailable(f"{path} has more than {_MAX_ENTRIES} entries")
    entries = tuple(_entry(entry, Location(path, line_of(updates, n))) for n, entry in enumerate(updates))
    return DependabotConfig(path, tree, entries)


def _entry(value: object, at: Location) -> UpdateEntry:
    tree = mapping(value)
    ecosystem = tree.get("package-ecosystem")
    folders = [tree.get("directory"), *sequence(tree.get("directories"))]
    directories = tuple(folder for folder in folders if isinstance(folder, str) and folder)
    if not isinstance(ecosystem, str) or not ecosystem or not directories:
        raise Unavailable(f"{at}: an entry needs package-ecosystem and directory")
    return UpdateEntry(ecosystem, directories, tree, at)


def _normal(directory: str) -> str:
    return "/" + directory.strip("/")


@cache
def _pattern(directory: str) -> re.Pattern[str]:
    """Return a pattern for a folder with globs: `*` stays within a folder, `**` stands for any folders."""
    pieces = re.split(r"(/\*\*(?=/|$)|\*+)", _normal(directory))
    return re.compile("".join(_GLOBS.get(piece[:2], re.escape(piece)) for piece in pieces))
