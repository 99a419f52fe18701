"""Which groups of an entry can never get a dependency: Dependabot puts each into the first group that matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

_EVERY_KIND = frozenset({"major", "minor", "patch"})


def shadowed(groups: object) -> Iterator[tuple[str, str]]:
    """Yield each group that an earlier one leaves nothing to, and that earlier one."""
    named = list(groups.items()) if isinstance(groups, Mapping) else []
    for position, (name, group) in enumerate(named):
        for earlier, other in named[:position]:
            if isinstance(group, Mapping) and isinstance(other, Mapping) and _takes_all_of(other, group):
                yield str(name), str(earlier)
                break


def _takes_all_of(earlier: Mapping[str, Any], group: Mapping[str, Any]) -> bool:
    applies, kind = "applies-to", "dependency-type"
    return (
        earlier.get(applies, "version-updates") == group.get(applies, "version-updates")
        and earlier.get(kind) in {None, group.get(kind)}
        and not earlier.get("exclude-patterns")
        and _kinds(earlier) >= _kinds(group)
        and all(any(_takes(own, its) for own in _patterns(earlier)) for its in _patterns(group))
    )


def _takes(own: str, its: str) -> bool:
    """Return whether all that `its` matches is matched by `own`; the only wildcard is `*`."""
    return fnmatchcase(its, own.replace("[", "[[]").replace("?", "[?]"))


def _patterns(group: Mapping[str, Any]) -> list[str]:
    patterns = group.get("patterns")
    return [str(pattern) for pattern in patterns] if isinstance(patterns, list) and patterns else ["*"]


def _kinds(group: Mapping[str, Any]) -> frozenset[str]:
    kinds = group.get("update-types")
    return frozenset(map(str, kinds)) if isinstance(kinds, list) and kinds else _EVERY_KIND
