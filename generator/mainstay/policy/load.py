"""Reads the policy file. Every error says where: `path: message (line N)`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from mainstay.errors import PolicyError
from mainstay.policy.databases import ENGINES
from mainstay.policy.model import Policy

POLICY_PATH = Path(".github/mainstay.yml")
_SEE = "docs/policy.md"


def load_policy(root: Path) -> Policy:
    """Return the policy of the repository at `root`.

    Raises:
        PolicyError: It is missing, unreadable, not YAML or not a policy; all errors in one message.
    """
    path = root / POLICY_PATH
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PolicyError(f"{path} does not exist", hint="`mainstay init` writes one", see=_SEE) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path} cannot be read: {error}", see=_SEE) from error
    return parse_policy(text, str(POLICY_PATH))


def parse_policy(text: str, name: str = str(POLICY_PATH)) -> Policy:
    """Return the policy that `text` holds; `name` stands in the messages.

    Raises:
        PolicyError: It is not YAML, or not a policy.
    """
    return to_policy(_parse_yaml(text, name), name)


def to_policy(tree: object, name: str = str(POLICY_PATH)) -> Policy:
    """Return the policy that a parsed file holds; `tree` is ruamel's, so that errors can name lines.

    Raises:
        PolicyError: It is not a policy.
    """
    if not isinstance(tree, CommentedMap):
        raise PolicyError(f"{name}: a mapping is expected at the top", see=_SEE)
    try:
        return Policy.model_validate(tree)
    except ValidationError as error:
        lines = [f"{name}: {_describe(detail, tree)}" for detail in error.errors()]
        raise PolicyError(
            "\n".join(dict.fromkeys(lines)), hint="`mainstay policy check` reads it again", see=_SEE
        ) from error


def _parse_yaml(text: str, name: str) -> object:
    try:
        return YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = (error.problem or "not YAML").partition("\n")[0]
        raise PolicyError(f"{name}: {problem} (line {line})", see=_SEE) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise PolicyError(f"{name}: not YAML: {str(error).partition(chr(10))[0]}", see=_SEE) from error


def _describe(detail: ErrorDetails, tree: CommentedMap) -> str:
    location = _without_tag(detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "union_tag_invalid":
        location = (*location, "engine")
        message = f"there is no engine {detail['ctx']['tag']!r}; mainstay has {', '.join(ENGINES)}"
    elif detail["type"] == "union_tag_not_found":
        message = "required key is missing: engine"
    elif detail["type"] == "extra_forbidden":
        message = "unknown key" + _suggestion([str(key) for key in location])
    elif detail["type"] == "missing":
        message = "required key is missing"
    keys = ".".join(str(key) for key in location)
    return f"{keys or 'policy'}: {message} (line {_line_of(location, tree)})"


def _without_tag(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the location as the file has it: pydantic puts the engine after the name of a database."""
    tagged = location[:1] == ("databases",) and location[2:3] and location[2] in ENGINES
    return location[:2] + location[3:] if tagged else location


def _suggestion(keys: list[str]) -> str:
    close = difflib.get_close_matches(keys[-1], _keys_at(keys[:-1]), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _keys_at(path: Iterable[str]) -> list[str]:
    """Return the keys that the model knows below `path`."""
    model: Any = Policy
    for key in path:
        if isinstance(model, type) and issubclass(model, BaseModel):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = _model_in(fields[key].annotation) if key in fields else None
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> Any:  # noqa: ANN401 - whatever typing holds
    """Return the model inside `X | None`, `list[X]` or `dict[str, X]`, or nothing."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(part) for part in get_args(annotation))
    return next((model for model in found if model is not None), None)


def _line_of(location: tuple[int | str, ...], tree: CommentedMap) -> int:
    """Return the line, counted from 1, of the deepest part of `location` that the file has."""
    node: Any = tree
    line = 0
    for key in location:
        if isinstance(node, CommentedMap) and key in node:
            line = node.lc.key(key)[0]
        elif isinstance(node, CommentedSeq) and isinstance(key, int) and key < len(node):
            line = node.lc.item(key)[0]
        else:
            break
        node = node[key]
    return int(line) + 1
