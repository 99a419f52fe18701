"""The reference page of the policy, made from its model: every key, its default, what it means."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from mainstay.policy import Policy
from mainstay.policy.durations import format_duration
from mainstay.policy.section import Section

_INTRODUCTION = """\
# The policy

<!-- Generated from generator/mainstay/policy/ by script/docs: change it there. -->

`.github/mainstay.yml` holds every number and name of SOP-603. Documents, clocks, checks and workflows follow it:
change a figure there, run `mainstay sync`, and every table in `docs/` agrees again.

- `mainstay policy check` reads it; every error names its line, and an unknown key comes with the one that was meant.
- `mainstay policy show` prints it with all defaults; `mainstay policy schema` prints the JSON schema for editors.
- Spans are a whole number and a unit: `15m`, `26h`, `7d`, `2w`. Days are written `2027-01-31`.
- Secrets never stand in it: `$DATABASE_URL` names a variable of the environment.
"""


def policy_page(example: str) -> str:
    """Return docs/policy.md; `example` is the policy of a fresh copy."""
    tables = "\n\n".join(_table(path, model) for path, model in _sections("", Policy))
    return f"{_INTRODUCTION}\n## What the template writes\n\n```yaml\n{example.rstrip()}\n```\n\n## Keys\n\n{tables}\n"


def _sections(path: str, model: type[Section]) -> Iterator[tuple[str, type[Section]]]:
    """Yield the model and all below it, each with the path of keys that leads to it."""
    yield path, model
    for name, field in model.model_fields.items():
        for below, step in _models(field.annotation):
            yield from _sections(f"{path}.{field.alias or name}{step}".lstrip("."), below)


def _models(annotation: Any) -> Iterator[tuple[type[Section], str]]:  # noqa: ANN401 - whatever typing holds
    """Yield the models inside an annotation, each with what its key is followed by."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation, ""
        return
    step = {dict: ".NAME", list: "[]"}.get(get_origin(annotation), "")
    for part in get_args(annotation):
        for model, below in _models(part):
            yield model, step + below


def _table(path: str, model: type[Section]) -> str:
    title = f"### `{path}`" if path else "### The file"
    says = _docstrings(model)
    rows = [
        f"| `{field.alias or name}` | {_default(field)} | {says[name]} |"
        for name, field in model.model_fields.items()
    ]
    head = [title, "", inspect.getdoc(model) or "", "", "| Key | Default | Meaning |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    shown = (
        (field.json_schema_extra or {}).get("default") if isinstance(field.json_schema_extra, dict) else None
    )
    value = shown if shown is not None else field.get_default(call_default_factory=True)
    if isinstance(value, Section):
        return "see below"
    return "none" if value is None or value is PydanticUndefined else f"`{_text(value)}`"


def _text(value: object) -> str:
    if isinstance(value, timedelta):
        return format_duration(value)
    return value if isinstance(value, str) else json.dumps(value)


@cache
def _docstrings(model: type[Section]) -> dict[str, str]:
    """Return the string under each attribute of a class: what Python itself does not keep."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    if not isinstance(definition, ast.ClassDef):
        return {}
    pairs = pairwise(definition.body)
    return {
        left.target.id: " ".join(str(right.value.value).split())
        for left, right in pairs
        if isinstance(left, ast.AnnAssign)
        and isinstance(left.target, ast.Name)
        and isinstance(right, ast.Expr)
        and isinstance(right.value, ast.Constant)
    }
