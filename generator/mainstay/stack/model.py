"""The words in which a stack is described: conclusions, and the files that prove them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """A file, and what it proves.

    Attributes:
        path: Path in the repository, with forward slashes.
        because: What about this file proves the conclusion, in a few words.
    """

    path: str
    because: str


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """A family of dependency files that Dependabot keeps up to date.

    Attributes:
        name: Dependabot's `package-ecosystem`.
        directories: Where it needs an entry, such as `/` or `/apps/web`. Members of a workspace are
            updated from its root and are not listed.
        evidence: The manifests and lock files in those directories.
    """

    name: str
    directories: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A package manager, database, migration tool or platform; the nearest evidence comes first."""

    name: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """What a repository is made of.

    Attributes:
        notes: What is ambiguous or could not be read, in sentences. Nothing is concluded from it.
    """

    ecosystems: tuple[Ecosystem, ...] = ()
    package_managers: tuple[Part, ...] = ()
    databases: tuple[Part, ...] = ()
    migrations: tuple[Part, ...] = ()
    platforms: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
