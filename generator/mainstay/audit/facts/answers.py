"""What the repository answered when it adopted the template, and which revision it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mainstay.audit.facts.files import RepositoryFiles
from mainstay.audit.facts.trees import parse_mapping

ANSWERS = ".copier-answers.mainstay.yml"


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers file."""

    values: Mapping[str, Any]

    @property
    def revision(self) -> str:
        """The revision of the template, such as `v1.2.0`; empty when the file does not say."""
        return str(self.values.get("_commit") or "")

    @property
    def source(self) -> str:
        """Where the template came from; empty when the file does not say."""
        return str(self.values.get("_src_path") or "")


def answers(files: RepositoryFiles) -> Answers:
    """Return the answers file.

    Raises:
        Unavailable: It is missing, unreadable or no YAML.
    """
    return Answers(parse_mapping(files.text(ANSWERS), ANSWERS))
