"""YAML as a tree with line numbers, read without trusting it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from mainstay.audit.model import Unavailable

MAX_YAML_BYTES = 256 << 10
_BRACKET = re.compile(r"[\[\]{}]")
_MAX_BRACKETS = 100
"""The parser takes seconds for a few hundred on one line."""
_MAX_NODES = 100_000
"""After aliases are followed. A few lines of aliases can stand for more nodes than a machine has memory."""


@lru_cache(maxsize=128)
def parse_yaml(text: str, path: str) -> object:
    """Return the tree that `text` holds; `on` stays a string, and mappings know their lines.

    Parsing is most of the time of an audit and several facts read one file: the tree is shared, nobody changes it.

    Raises:
        Unavailable: It is no YAML, has duplicate keys, refers to itself or unfolds into too much.
    """
    if len(text.encode()) > MAX_YAML_BYTES:
        raise Unavailable(f"{path} is larger than {MAX_YAML_BYTES >> 10} KiB")
    if _depth(text) > _MAX_BRACKETS:
        raise Unavailable(f"{path} nests more than {_MAX_BRACKETS} brackets")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = YAML(typ="rt").load(text)
        _count(tree, {}, path)
    except Unavailable:
        raise
    except MarkedYAMLError as error:
        line = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        problem = (error.problem or "not YAML").partition("\n")[0]
        raise Unavailable(f"{path} is not valid YAML: {problem}{line}") from error
    except Exception as error:  # the parser lets many kinds of error escape on hostile input
        raise Unavailable(f"{path} is not valid YAML: {type(error).__name__}") from error
    return tree


def parse_mapping(text: str, path: str) -> CommentedMap:
    """Return the mapping at the top of a YAML text.

    Raises:
        Unavailable: It is no YAML, or something else stands at the top.
    """
    tree = parse_yaml(text, path)
    if not isinstance(tree, CommentedMap):
        raise Unavailable(f"{path} holds no mapping")
    return tree


def line_of(node: object, key: object) -> int | None:
    """Return the line, counted from 1, on which a key or an item stands; of the node itself when that is not known."""
    if not isinstance(node, CommentedMap | CommentedSeq):
        return None
    try:
        found = node.lc.key(key) if isinstance(node, CommentedMap) else node.lc.item(key)
        return int(found[0]) + 1
    except (KeyError, IndexError, TypeError, AttributeError):
        return int(node.lc.line or 0) + 1


def mapping(value: object) -> dict[Any, Any]:
    """Return the mapping that `value` is, or an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """Return the list that `value` is, or an empty one."""
    return value if isinstance(value, list) else []


def _depth(text: str) -> int:
    """Return how deep brackets nest, those in strings included."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _count(node: object, seen: dict[int, int | None], path: str) -> int:
    """Return how many nodes `node` unfolds into. A node that is being counted refers to itself."""
    if not isinstance(node, dict | list):
        return 1
    if id(node) not in seen:
        seen[id(node)] = None
        seen[id(node)] = 1 + sum(_count(child, seen, path) for child in _children(node))
    if (count := seen[id(node)]) is None or count > _MAX_NODES:
        raise Unavailable(f"{path} refers to itself or unfolds into more than {_MAX_NODES} values")
    return count


def _children(node: dict[Any, Any] | list[Any]) -> Iterator[object]:
    return iter(node.values()) if isinstance(node, dict) else iter(node)
