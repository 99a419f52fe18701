"""Reads a tree once and says what the repository is made of, with proof and without guessing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mainstay.stack import ecosystems, signs
from mainstay.stack.manifests import parse_json, parse_toml
from mainstay.stack.model import Part, Stack
from mainstay.stack.sign import Kind
from mainstay.stack.survey import Survey, folder_of
from mainstay.stack.tree import RepoTree

_RIVALS = (frozenset({"npm", "pnpm", "yarn", "bun"}), frozenset({"pip", "poetry", "uv"}))
"""Package managers of which a folder has one."""
_SINGLE: Mapping[Kind, str] = {
    "databases": "databases",
    "migrations": "migration tools",
    "platforms": "platforms",
}
_SYNTAX = {"package.json": (parse_json, "JSON"), "pyproject.toml": (parse_toml, "TOML")}


def detect_stack(tree: RepoTree) -> Stack:
    """Return what the repository is made of. No content of a file makes this fail.

    Raises:
        MainstayError: The tree itself cannot be listed.
    """
    survey = Survey(tree, ecosystems.GLOBS | signs.GLOBS)
    found = ecosystems.find_ecosystems(survey)
    parts = signs.find_parts(survey)
    parts["databases"] = _without_shared_drivers(parts.get("databases", ()))
    notes = [*_unread(survey), *_broken(survey), *_ambiguous(parts)]
    return Stack(ecosystems=tuple(found), **parts, notes=tuple(notes))


def _without_shared_drivers(databases: tuple[Part, ...]) -> tuple[Part, ...]:
    """Drivers and URLs of MySQL serve MariaDB too: beside a proof of MariaDB, only an image proves MySQL."""
    found = {part.name: part for part in databases}
    mysql = found.get("mysql")
    if "mariadb" not in found or mysql is None or any("image" in proof.because for proof in mysql.evidence):
        return databases
    return tuple(part for part in databases if part is not mysql)


def _unread(survey: Survey) -> Iterator[str]:
    for path in sorted(survey.unread):
        yield f"{path} could not be read (too large, a link, or not there): nothing is concluded from it"


def _broken(survey: Survey) -> Iterator[str]:
    for glob, (parse, language) in _SYNTAX.items():
        for path in survey.matching(glob):
            text = survey.text(path)
            if text.strip(" \t\r\n{}") and not parse(text):
                yield f"{path} is not {language}: its dependencies are unknown"


def _ambiguous(parts: Mapping[Kind, tuple[Part, ...]]) -> Iterator[str]:
    managers = _by_folder(parts.get("package_managers", ()))
    for folder, names in sorted(managers.items()):
        for rivals in _RIVALS:
            if len(both := {name: path for name, path in names.items() if name in rivals}) > 1:
                named = " and ".join(f"{name} ({path})" for name, path in sorted(both.items()))
                yield f"{named} stand in the same folder /{folder}: which one counts is not known"
    for kind, words in _SINGLE.items():
        if len(several := parts.get(kind, ())) > 1:
            yield f"several {words}: " + ", ".join(
                f"{part.name} ({part.evidence[0].path})" for part in several
            )


def _by_folder(parts: tuple[Part, ...]) -> dict[str, dict[str, str]]:
    folders: dict[str, dict[str, str]] = {}
    for part in parts:
        for evidence in part.evidence:
            folders.setdefault(folder_of(evidence.path), {}).setdefault(part.name, evidence.path)
    return folders
