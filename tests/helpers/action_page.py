"""The tables of docs/action.md that are made from action.yml."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ACTION: dict[str, Any] = YAML(typ="safe").load(Path(__file__).resolve().parents[2] / "action.yml")


def inputs() -> str:
    """Return the table of inputs."""
    rows = [
        (f"`{name}`", _default(about), _sentence(about["description"]))
        for name, about in ACTION["inputs"].items()
    ]
    return _table(("Input", "Default", "Meaning"), rows)


def outputs() -> str:
    """Return the table of outputs."""
    rows = [(f"`{name}`", _sentence(about["description"])) for name, about in ACTION["outputs"].items()]
    return _table(("Output", "Meaning"), rows)


BLOCKS = {"inputs": inputs, "outputs": outputs}
"""Parts of the page, between `<!-- name -->` and `<!-- /name -->`."""


def _default(about: dict[str, Any]) -> str:
    if about["required"]:
        return "required"
    return f"`{about['default']}`" if about["default"] else "empty"


def _sentence(description: str) -> str:
    return description.rstrip(".").replace("|", "\\|")


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rows))
