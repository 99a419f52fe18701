"""The shape of one sign: a file that proves something about a repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["package_managers", "databases", "migrations", "platforms"]


@dataclass(frozen=True, slots=True)
class Sign:
    """A file that proves something by being there, or by what it says.

    Attributes:
        kind: What is concluded about.
        name: What is concluded.
        because: Said to people.
        globs: Files that count.
        says: What the file must say, as a regular expression over its lines.
    """

    kind: Kind
    name: str
    because: str
    globs: tuple[str, ...]
    says: str = ""
