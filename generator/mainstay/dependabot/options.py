"""Which options of an entry GitHub refuses or ignores for its ecosystem, by the table in ecosystems.py."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mainstay.dependabot.ecosystems import ECOSYSTEMS, ENTRY_KEYS, SOME_HAVE, TOP_KEYS, EcosystemOptions
from mainstay.dependabot.entries import UpdateEntry

_GONE = {"reviewers": "GitHub removed `reviewers`: name them in .github/CODEOWNERS"}
_TYPED = frozenset({"production", "development"})

Problem = tuple[str, str]
"""What is wrong, and what to do about it."""


def unknown_keys(tree: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the keys at the top that GitHub does not know."""
    yield from _unknown(tree, TOP_KEYS)


def unsupported(entry: UpdateEntry) -> Iterator[Problem]:
    """Yield what an entry asks for and its ecosystem does not have."""
    yield from _unknown(entry.tree, ENTRY_KEYS)
    yield from _place(entry)
    knows = ECOSYSTEMS.get(entry.ecosystem)
    if knows is None:
        yield f"Dependabot knows no ecosystem {entry.ecosystem}", _suggested(entry.ecosystem, ECOSYSTEMS)
        return
    for option, allowed in _asked(entry.tree, knows):
        if not allowed:
            yield f"{entry.ecosystem} has no `{option}`", f"remove `{option}`"


def _unknown(tree: Mapping[str, Any], known: Collection[str]) -> Iterator[Problem]:
    for key in tree:
        if key not in known:
            yield f"unknown option `{key}`", _GONE.get(str(key)) or _suggested(str(key), known)


def _suggested(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean `{close[0]}`?" if close else "remove it"


def _place(entry: UpdateEntry) -> Iterator[Problem]:
    single = entry.tree.get("directory")
    if single is not None and "directories" in entry.tree:
        yield "both `directory` and `directories` are given", "keep one"
    elif isinstance(single, str) and "*" in single:
        yield f"`directory` takes no glob such as {single}", "write it into a list: `directories`"


def _asked(tree: Mapping[str, Any], knows: EcosystemOptions) -> Iterator[tuple[str, bool]]:
    """Yield each option that not every ecosystem has, and whether this one has it."""
    for option in sorted(SOME_HAVE & set(tree)):
        yield option, option in knows.options
    for key in _mapping(tree.get("cooldown")):
        if str(key).startswith("semver-"):
            yield f"cooldown.{key}", knows.semver is not False
    for name, group in _mapping(tree.get("groups")).items():
        if "dependency-type" in _mapping(group):
            yield f"groups.{name}.dependency-type", knows.typed
    rules = tree.get("allow")
    for rule in rules if isinstance(rules, list) else ():
        if _mapping(rule).get("dependency-type") == "indirect":
            yield "allow.dependency-type: indirect", knows.indirect


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}
