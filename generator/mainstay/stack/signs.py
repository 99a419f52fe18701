"""Finds the package managers, databases, migration tools and platforms that the tables have signs for."""

from __future__ import annotations

import re

from mainstay.stack import databases, tools
from mainstay.stack.model import Evidence, Part
from mainstay.stack.packages import PACKAGES, READERS
from mainstay.stack.sign import Kind, Sign
from mainstay.stack.survey import Survey

SIGNS = tools.SIGNS + databases.SIGNS
ENOUGH = 3
"""More evidence for the same sign is not collected."""
GLOBS = frozenset({glob for sign in SIGNS for glob in sign.globs} | set(READERS))


def find_parts(survey: Survey) -> dict[Kind, tuple[Part, ...]]:
    """Return the parts of each kind that the signs prove, the best proved and nearest to the root first."""
    found: dict[tuple[Kind, str], dict[str, Evidence]] = {}
    for sign in SIGNS:
        for path in _proving(sign, survey):
            found.setdefault((sign.kind, sign.name), {}).setdefault(path, Evidence(path, sign.because))
    for glob, packages_of in READERS.items():
        for path in survey.matching(glob):
            for package in sorted(packages_of(survey.text(path)) & PACKAGES.keys()):
                found.setdefault(PACKAGES[package], {}).setdefault(
                    path, Evidence(path, f"depends on {package}")
                )
    kinds: dict[Kind, tuple[Part, ...]] = {}
    for (kind, name), evidence in sorted(found.items()):
        nearest = sorted(evidence.values(), key=lambda item: (item.path.count("/"), item.path))
        kinds[kind] = (*kinds.get(kind, ()), Part(name, tuple(nearest)))
    return kinds


def _proving(sign: Sign, survey: Survey) -> list[str]:
    says = re.compile(sign.says, re.MULTILINE) if sign.says else None
    proving: list[str] = []
    for path in (path for glob in sign.globs for path in survey.matching(glob)):
        if len(proving) == ENOUGH:
            break
        if says is None or says.search(survey.text(path)):
            proving.append(path)
    return proving
