"""What is wrong with a dependabot.yml: every rule looks at every entry, and what cannot be known is said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mainstay.dependabot.document import Document
from mainstay.dependabot.entries import DEPENDABOT, UpdateEntry, idle, overlapping, uncovered
from mainstay.dependabot.groups import shadowed
from mainstay.dependabot.options import unknown_keys, unsupported
from mainstay.stack import Stack


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        rule: Which rule found it.
        message: What is wrong, one sentence without a full stop.
        line: Where in the file; nothing when it is about something that is not there.
        fix: What a person does about it.
    """

    rule: str
    message: str
    line: int | None
    fix: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        path: The file.
        findings: What is wrong, in the order of the file.
        unknown: What could not be known, in sentences; never reported as good.
        unread: Manifests that could not be read.
    """

    path: str
    findings: tuple[Finding, ...]
    unknown: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the rules look at."""

    document: Document
    entries: Sequence[UpdateEntry]
    stack: Stack
    listed: Sequence[str]
    labels: Collection[str] | None


def check_document(
    document: Document | None, stack: Stack, *, listed: Sequence[str], labels: Collection[str] | None
) -> Checked:
    """Return what is wrong.

    Args:
        document: The file; nothing when the repository has none.
        stack: What the repository is made of.
        listed: The files of the repository.
        labels: The labels that exist on GitHub; nothing when nobody asked.

    Raises:
        DependabotError: An entry has no ecosystem or no folder.
    """
    if document is None:
        fix = "write it with `mainstay dependabot apply`"
        return Checked(DEPENDABOT, (Finding("file", f"there is no {DEPENDABOT}", None, fix),))
    scene = Scene(document, [entry for entry, _ in document.entries()], stack, listed, labels)
    found = [finding for rule in RULES for finding in rule(scene)]
    return Checked(
        document.path, tuple(sorted(found, key=lambda finding: finding.line or 0)), tuple(_unknown(scene))
    )


def _unknown(scene: Scene) -> Iterator[str]:
    if scene.labels is None and (named := sorted({label for _, label in _labels(scene)})):
        yield f"whether these labels exist: {', '.join(named)}; --online asks GitHub"


def _version(scene: Scene) -> Iterator[Finding]:
    version = scene.document.tree.get("version")
    if version != 2 or isinstance(version, bool):  # noqa: PLR2004 - the only version there is
        yield Finding("version", "`version: 2` is missing", None, "add `version: 2`")
    if not scene.entries:
        yield Finding("updates", "it updates nothing", None, "add entries with `mainstay dependabot apply`")


def _manifest(scene: Scene) -> Iterator[Finding]:
    fix = "`mainstay dependabot apply` adds it"
    for ecosystem, folder in uncovered(scene.stack, scene.entries):
        yield Finding("manifest-without-entry", f"no entry updates {ecosystem.name} in {folder}", None, fix)


def _idle(scene: Scene) -> Iterator[Finding]:
    for entry in idle(scene.entries, scene.stack, scene.listed):
        yield _about(
            entry, "entry-without-manifest", "nothing there to update", "remove it, or correct its folder"
        )


def _overlaps(scene: Scene) -> Iterator[Finding]:
    for entry, other in overlapping(scene.entries):
        message = f"the entry in line {other.line} looks into the same folder, and GitHub refuses the file"
        yield _about(entry, "overlap", message, "join the two entries")


def _options(scene: Scene) -> Iterator[Finding]:
    for message, fix in unknown_keys(scene.document.tree):
        yield Finding("option", message, None, fix)
    for entry in scene.entries:
        for message, fix in unsupported(entry):
            yield _about(entry, "option", message, fix)


def _shared_groups(scene: Scene) -> Iterator[Finding]:
    shared = scene.document.tree.get("multi-ecosystem-groups")
    for entry in scene.entries:
        name = entry.tree.get("multi-ecosystem-group")
        if name is not None and not (isinstance(shared, Mapping) and name in shared):
            message = f"the multi-ecosystem-group {name} is not defined"
            yield _about(entry, "undefined-group", message, "define it in `multi-ecosystem-groups`")


def _groups(scene: Scene) -> Iterator[Finding]:
    for entry in scene.entries:
        for name, earlier in shadowed(entry.tree.get("groups")):
            message = f"the group {name} stays empty: {earlier} before it takes all that it would take"
            yield _about(entry, "shadowed-group", message, f"move {name} before {earlier}, or remove it")


def _missing_labels(scene: Scene) -> Iterator[Finding]:
    if scene.labels is None:
        return
    known = {label.lower() for label in scene.labels}
    for entry, label in _labels(scene):
        if label.lower() not in known:
            message = f"the label {label} does not exist, so Dependabot leaves it out"
            yield _about(entry, "label", message, f"create it: gh label create {_argument(label)}")


def _labels(scene: Scene) -> Iterator[tuple[UpdateEntry, str]]:
    for entry in scene.entries:
        labels: Any = entry.tree.get("labels")
        for label in labels if isinstance(labels, list) else ():
            yield entry, str(label)


def _argument(label: str) -> str:
    return label if label.replace("-", "").isalnum() else "'" + label.replace("'", r"'\''") + "'"


def _about(entry: UpdateEntry, rule: str, message: str, fix: str) -> Finding:
    return Finding(rule, f"{entry.name}: {message}", entry.line, fix)


RULES: tuple[Callable[[Scene], Iterator[Finding]], ...] = (
    _version,
    _manifest,
    _idle,
    _overlaps,
    _options,
    _shared_groups,
    _groups,
    _missing_labels,
)
"""A new rule is a function and a line here."""
