"""The labels that a dependabot.yml names: Dependabot leaves out those that do not exist, without a word."""

from __future__ import annotations

from pathlib import Path

from mainstay.dependabot.repository import document_of
from mainstay.platform.github import About

_LOOKS = {
    "dependencies": ("0366d6", "Pull requests that update a dependency"),
    "automated": ("ededed", "Opened by a machine"),
}
_OTHERS = ("ededed", "Named in .github/dependabot.yml")


def named_labels(root: Path) -> list[str]:
    """Return the labels that the configuration below `root` names, each once, in its order.

    Raises:
        DependabotError: The file cannot be read.
    """
    document = document_of(root)
    named = [
        label
        for entry, _ in (document.entries() if document else ())
        for label in _listed(entry.tree.get("labels"))
    ]
    return list(dict.fromkeys(named))


def create_labels(root: Path, about: About) -> list[str]:
    """Make the labels that the configuration below `root` names and that GitHub does not have; return them.

    Raises:
        DependabotError: The file cannot be read.
        GitHubError: GitHub does not tell which labels there are, or refuses to make one.
    """
    named = named_labels(root)
    there = {label.name.lower() for label in about.labels()} if named else set()
    missing = [label for label in named if label.lower() not in there]
    for label in missing:
        about.create_label(label, *_LOOKS.get(label, _OTHERS))
    return missing


def _listed(value: object) -> list[str]:
    return [str(label) for label in value] if isinstance(value, list) else []
