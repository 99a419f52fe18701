"""Which folders are updated from another one: the members of workspaces, modules and solutions."""

from __future__ import annotations

import re
from collections.abc import Callable, Container

from mainstay.stack.manifests import parse_json, parse_toml, strings, table
from mainstay.stack.survey import Survey, folder_of, path_pattern

_MOST_GLOBS = 100
_MOST_STARS = 4
"""Globs come from the repository: more stars only serve to make matching slow."""


def _package_json_members(text: str) -> list[str]:
    declared = parse_json(text).get("workspaces")
    return strings(declared.get("packages") if isinstance(declared, dict) else declared)


def _captured(pattern: str) -> Callable[[str], list[str]]:
    regex = re.compile(pattern, re.MULTILINE)
    return lambda text: [match.strip("\"' \t") for match in regex.findall(text)]


def _toml_members(*keys: str) -> Callable[[str], list[str]]:
    return lambda text: strings(table(parse_toml(text), *keys[:-1]).get(keys[-1]))


def _everything_below(_text: str) -> list[str]:
    return ["**"]


WORKSPACES: dict[str, dict[str, Callable[[str], list[str]]]] = {
    "bun": {"package.json": _package_json_members},
    "cargo": {"Cargo.toml": _toml_members("workspace", "members")},
    "deno": {"deno.json": lambda text: strings(parse_json(text).get("workspace"))},
    "gradle": {"settings.gradle": _everything_below, "settings.gradle.kts": _everything_below},
    "maven": {"pom.xml": _captured(r"<module>([^<]+)</module>")},
    "mix": {
        "mix.exs": lambda text: [f"{folder}/*" for folder in _captured(r'apps_path:[ \t]*"([^"]+)"')(text)]
    },
    "npm": {
        "package.json": _package_json_members,
        "pnpm-workspace.yaml": _captured(r"^[ \t]*-[ \t]+([^#\n]+)"),
    },
    "nuget": {"*.sln": _everything_below, "*.slnx": _everything_below},
    "pub": {
        "pubspec.yaml": lambda text: (
            _captured(r"^[ \t]+-[ \t]+([^#\n]+)")(text) if "\nworkspace:" in text else []
        )
    },
    "sbt": {"build.sbt": _everything_below},
    "uv": {"pyproject.toml": _toml_members("tool", "uv", "workspace", "members")},
}
"""Ecosystem -> file that declares a workspace -> reader of its members, as globs relative to its folder.

Dependabot updates the members from the folder of that file: they need no entry of their own.
"""


def workspace_members(ecosystem: str, roots: Container[str], survey: Survey) -> Callable[[str], bool]:
    """Return a test for folders that are members of a workspace declared in one of `roots`."""
    literal: set[str] = set()
    wanted: list[re.Pattern[str]] = []
    unwanted: list[re.Pattern[str]] = []
    whole: set[str] = set()
    for glob, members_of in WORKSPACES.get(ecosystem, {}).items():
        for path in survey.matching(glob):
            if (folder := folder_of(path)) not in roots:
                continue
            for member in members_of(survey.text(path)):
                place = _below(folder, member.removeprefix("!"))
                if member == "**":
                    whole.add(folder)
                elif "*" not in member and not member.startswith("!"):
                    literal.add(place)
                elif member.count("*") <= _MOST_STARS:
                    (unwanted if member.startswith("!") else wanted).append(path_pattern(place))

    def is_member(folder: str) -> bool:
        if any(pattern.fullmatch(folder) for pattern in unwanted[:_MOST_GLOBS]):
            return False
        return (
            folder in literal
            or any(pattern.fullmatch(folder) for pattern in wanted[:_MOST_GLOBS])
            or (folder not in whole and any(above in whole for above in _above(folder)))
        )

    return is_member


def _below(folder: str, member: str) -> str:
    parts = [part for part in f"{folder}/{member}".split("/") if part not in {"", "."}]
    return "/".join(parts)


def _above(folder: str) -> list[str]:
    parts = folder.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts))] if folder else []
