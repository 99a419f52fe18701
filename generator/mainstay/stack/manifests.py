"""Reads what manifests say about packages. No content makes it fail: what is no manifest says nothing."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

_BROKEN = (ValueError, RecursionError)
_REQUIREMENT = re.compile(r"^[ \t]*([A-Za-z0-9][A-Za-z0-9._-]*)", re.MULTILINE)
REQUIREMENT_LINE = (
    r"^[ \t]*(?:-r[ \t]|-c[ \t]|[A-Za-z0-9][A-Za-z0-9._-]*(?:[ \t]*\[[^\]\n]*\])?[ \t]*(?:[=<>!~@;#\\\r]|$))"
)
"""A line of a requirements file: prose that happens to have the name of one has none."""
_NOT_NORMAL = re.compile(r"[-_.]+")


def parse_json(text: str) -> dict[str, Any]:
    """Return the object that a JSON text holds, or an empty one."""
    try:
        tree = json.loads(text)
    except _BROKEN:
        return {}
    return tree if isinstance(tree, dict) else {}


def parse_toml(text: str) -> dict[str, Any]:
    """Return the table that a TOML text holds, or an empty one."""
    try:
        return tomllib.loads(text)
    except _BROKEN:
        return {}


def table(tree: object, *keys: str) -> dict[str, Any]:
    """Return the table at `keys`, or an empty one when something else stands there."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree if isinstance(tree, dict) else {}


def strings(value: object) -> list[str]:
    """Return the strings of a list, or nothing when it is no list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def node_packages(text: str) -> set[str]:
    """Return the packages that a package.json depends on."""
    tree = parse_json(text)
    return {
        name
        for kind in ("dependencies", "devDependencies", "optionalDependencies")
        for name in table(tree, kind)
    }


def requirements(text: str) -> set[str]:
    """Return the distributions that a requirements file names, normalised."""
    return {_normal(name) for name in _REQUIREMENT.findall(text)}


def project_packages(text: str) -> set[str]:
    """Return the distributions that a pyproject.toml depends on (PEP 621, PEP 735 or Poetry), normalised."""
    tree = parse_toml(text)
    return {_normal(name) for name in _project_requirements(tree)}


def _project_requirements(tree: dict[str, Any]) -> Iterator[str]:
    lists = [
        table(tree, "project").get("dependencies"),
        *table(tree, "project", "optional-dependencies").values(),
        *table(tree, "dependency-groups").values(),
    ]
    for requirement in (line for each in lists for line in strings(each)):
        yield from _REQUIREMENT.findall(requirement)
    yield from table(tree, "tool", "poetry", "dependencies")
    for group in table(tree, "tool", "poetry", "group").values():
        yield from table(group, "dependencies")


def _normal(name: str) -> str:
    return _NOT_NORMAL.sub("-", name).lower()


def has_python_project(text: str) -> bool:
    """Return whether a pyproject.toml describes a project, not only the settings of tools."""
    tree = parse_toml(text)
    return "project" in tree or "dependency-groups" in tree or bool(table(tree, "tool", "poetry"))
