"""Dependabot's configuration, entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mainstay.audit.facts.files import RepositoryFiles
from mainstay.audit.facts.trees import line_of, parse_mapping, sequence
from mainstay.audit.model import NotApplicable, Unavailable
from mainstay.dependabot.entries import DEPENDABOT, SPELLINGS, UpdateEntry, entry_of, require_few_globs

_MAX_ENTRIES = 500


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
    path = next((path for path in SPELLINGS if path in files), None)
    if path is None:
        raise NotApplicable(f"there is no {DEPENDABOT}")
    tree = parse_mapping(files.text(path), path)
    updates = sequence(tree.get("updates"))
    if len(updates) > _MAX_ENTRIES:
        raise Unavailable(f"{path} has more than {_MAX_ENTRIES} entries")
    entries = tuple(_entry(entry, path, line_of(updates, n)) for n, entry in enumerate(updates))
    try:
        require_few_globs(entries)
    except ValueError as error:
        raise Unavailable(f"{path} has {error}") from error
    return DependabotConfig(path, tree, entries)


def _entry(value: object, path: str, line: int | None) -> UpdateEntry:
    try:
        return entry_of(value, path, line)
    except ValueError as error:
        raise Unavailable(f"{path}:{line}: {error}") from error
