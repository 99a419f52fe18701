"""The policy of the repository, and the file that it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap

from mainstay.audit.facts.files import RepositoryFiles
from mainstay.audit.facts.trees import line_of, parse_mapping
from mainstay.audit.model import Location, Unavailable
from mainstay.errors import PolicyError
from mainstay.policy import POLICY_PATH, Policy, to_policy

POLICY = POLICY_PATH.as_posix()


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """`.github/mainstay.yml` as YAML, and where in it things stand."""

    tree: CommentedMap

    def at(self, *keys: str | int) -> Location:
        """Return where the deepest of nested `keys` stands that the file has."""
        node: Any = self.tree
        line: int | None = None
        for key in keys:
            known = (
                key in node if isinstance(node, dict) else isinstance(node, list) and key in range(len(node))
            )
            if not known:
                break
            line, node = line_of(node, key), node[key]
        return Location(POLICY, line)


def policy_file(files: RepositoryFiles) -> PolicyFile:
    """Return the policy file.

    Raises:
        Unavailable: It is missing, unreadable or no YAML.
    """
    return PolicyFile(parse_mapping(files.text(POLICY), POLICY))


def policy(file: PolicyFile) -> Policy:
    """Return the policy.

    Raises:
        Unavailable: The file is no valid policy.
    """
    try:
        return to_policy(file.tree)
    except PolicyError as error:
        raise Unavailable(f"the policy cannot be used: {error.message.partition(chr(10))[0]}") from error
