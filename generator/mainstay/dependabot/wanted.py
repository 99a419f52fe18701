"""Which updates a repository should have: from what it is made of, the time zone of its policy, and good practice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mainstay.dependabot.ecosystems import ECOSYSTEMS, EcosystemOptions
from mainstay.dependabot.entries import entry_of, matches
from mainstay.stack import Ecosystem, Stack

COOLDOWN_DAYS = 7
"""A week is what others need to find a broken or hostile release. Security updates never wait for it."""
_MAJOR_DAYS = 30
_SCHEDULE = {"interval": "weekly", "day": "monday", "time": "09:00"}
_PULL_REQUESTS = 10
LABELS = ("dependencies", "automated")
_SMALL = ["minor", "patch"]
ACTIONS = "github-actions"
WHY_IGNORED = "The companion Action belongs to the revision of the SOP: `copier update` moves both together."
_ALWAYS_GLOBBED = "/.github/actions"
"""Where a repository keeps its own Actions; Dependabot does not look there from `/`."""
_MANY = 4
"""Folders side by side from which on a glob is easier to read, and finds the next one by itself."""


@dataclass(frozen=True, slots=True)
class WantedUpdate:
    """An entry that the repository should have.

    Attributes:
        ecosystem: Its `package-ecosystem`.
        folders: Each folder with a manifest.
        tree: The whole entry; its folders may be written as globs.
    """

    ecosystem: str
    folders: tuple[str, ...]
    tree: Mapping[str, Any]

    @property
    def directories(self) -> tuple[str, ...]:
        """The folders as they are written."""
        return entry_of(self.tree, "", None).directories

    def of(self, directories: Sequence[str]) -> dict[str, Any]:
        """Return the entry for these folders only."""
        rest = {key: value for key, value in self.tree.items() if key not in {"directory", "directories"}}
        return {"package-ecosystem": rest.pop("package-ecosystem"), **_place(directories), **rest}


def wanted_updates(
    stack: Stack, *, timezone: str, companion: str | None, listed: Iterable[str] = ()
) -> tuple[WantedUpdate, ...]:
    """Return an entry for each ecosystem of the stack.

    Args:
        stack: What the repository is made of.
        timezone: IANA time zone of the team, from the policy.
        companion: `owner/name` of the companion Action, which Dependabot must leave to the template.
        listed: The files of the repository; without them no glob is written.
    """
    written = wanted_directories(stack, listed)
    return tuple(
        WantedUpdate(
            ecosystem.name,
            ecosystem.directories,
            wanted_tree(ecosystem.name, written[ecosystem.name], timezone=timezone, companion=companion),
        )
        for ecosystem in stack.ecosystems
        if ecosystem.name in ECOSYSTEMS
    )


def wanted_of(entries: Iterable[Mapping[str, Any]], stack: Stack) -> tuple[WantedUpdate, ...]:
    """Return the entries of a rendered template as wanted ones, their globs resolved by the stack."""
    known = {ecosystem.name: ecosystem.directories for ecosystem in stack.ecosystems}
    found = []
    for tree in entries:
        entry = entry_of(tree, "", None)
        seen = [folder for folder in known.get(entry.ecosystem, ()) if entry.covers(folder)]
        plain = [folder for folder in entry.directories if "*" not in folder]
        found.append(WantedUpdate(entry.ecosystem, tuple(dict.fromkeys([*plain, *seen])), tree))
    return tuple(found)


def wanted_tree(
    ecosystem: str, directories: Sequence[str], *, timezone: str, companion: str | None
) -> dict[str, Any]:
    """Return a whole entry, with only those options that the ecosystem knows."""
    knows = ECOSYSTEMS[ecosystem]
    tree: dict[str, Any] = {
        "package-ecosystem": ecosystem,
        **_place(directories),
        "schedule": {**_SCHEDULE, "timezone": timezone},
        "open-pull-requests-limit": _PULL_REQUESTS,
        "labels": list(LABELS),
        "cooldown": wanted_cooldown(ecosystem),
    }
    if groups := _groups(ecosystem, knows):
        tree["groups"] = groups
    if ecosystem == ACTIONS and companion:
        tree["ignore"] = [{"dependency-name": companion}]
    return tree


def wanted_cooldown(ecosystem: str) -> dict[str, int]:
    """Return how long releases of an ecosystem wait; major ones longer, where Dependabot can tell them."""
    major = {"semver-major-days": _MAJOR_DAYS} if ECOSYSTEMS[ecosystem].semver else {}
    return {"default-days": COOLDOWN_DAYS, **major}


def _groups(ecosystem: str, knows: EcosystemOptions) -> dict[str, Any]:
    """Return groups of small updates; major ones come alone."""
    if knows.typed:
        kinds = ("production", "development")
        return {f"{kind}-dependencies": {"dependency-type": kind, "update-types": _SMALL} for kind in kinds}
    return {ecosystem: {"patterns": ["*"], "update-types": _SMALL}} if knows.grouped else {}


def _place(directories: Sequence[str]) -> dict[str, Any]:
    if len(directories) == 1 and "*" not in directories[0]:
        return {"directory": directories[0]}
    return {"directories": list(directories)}


def wanted_directories(stack: Stack, listed: Iterable[str]) -> dict[str, list[str]]:
    """Return ecosystem -> its folders, many side by side as one glob.

    A glob is written only when it would not catch a manifest that was left out on purpose, such as a member of a
    workspace or a fixture.
    """
    named: dict[str, set[str]] = {}
    for path in listed:
        folder, _, name = path.rpartition("/")
        named.setdefault(name, set()).add(f"/{folder}")
    return {ecosystem.name: list(_globbed(ecosystem, named)) for ecosystem in stack.ecosystems}


def _globbed(ecosystem: Ecosystem, named: Mapping[str, set[str]]) -> Iterator[str]:
    own = set(ecosystem.directories)
    names = {proof.path.rpartition("/")[2] for proof in ecosystem.evidence}
    with_manifest = set().union(*(named.get(name, set()) for name in names))
    globs = {
        glob
        for glob in {_glob(folder) for folder in own}
        if (inside := {folder for folder in with_manifest | own if matches(glob, folder)}) <= own
        and named
        and (len(inside) >= _MANY or glob == _glob(f"{_ALWAYS_GLOBBED}/x"))
    }
    yield from dict.fromkeys(
        _glob(folder) if _glob(folder) in globs else folder for folder in ecosystem.directories
    )


def _glob(folder: str) -> str:
    """Return the glob for a folder and those beside it; the root has none, and the top level is too much to catch."""
    above = folder.rpartition("/")[0]
    return f"{above}/*" if above else folder
