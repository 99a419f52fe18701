"""GitHub's description of its API, cut down to what mainstay asks. `script/github-openapi` runs this."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mainstay.platform.github.calls import CALLS

TRIMMED = Path(__file__).resolve().parents[2] / "data/github/openapi.json.gz"
_PROSE = {
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "tags",
    "x-github",
    "callbacks",
    "title",
}


def trimmed(description: dict[str, Any]) -> dict[str, Any]:
    """Return the description of the requests that mainstay makes, without prose and examples."""
    paths: dict[str, Any] = {}
    for call in CALLS:
        path = call.path.replace("{repository}", "{owner}/{repo}")
        described = description["paths"][path]
        paths.setdefault(path, {})[call.verb.lower()] = _without_prose(described[call.verb.lower()])
        if "parameters" in described:
            paths[path]["parameters"] = _without_prose(described["parameters"])
    small: dict[str, Any] = {
        "openapi": description["openapi"],
        "info": {"title": "GitHub, as far as mainstay asks", "version": description["info"]["version"]},
        "servers": description["servers"],
        "paths": paths,
        "components": {},
    }
    wanted = [*_references(paths)]
    while wanted:
        kind, name = wanted.pop()
        kept = small["components"].setdefault(kind, {})
        if name not in kept:
            kept[name] = _without_prose(description["components"][kind][name])
            wanted += _references(kept[name])
    return small


def _references(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if isinstance(reference := node.get("$ref"), str):
            _, _, kind, name = reference.split("/")
            yield kind, name
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


def _without_prose(node: Any, *, names: bool = False) -> Any:
    """Return a node without what nothing checks; `names` says that its keys are names that the API gives."""
    if isinstance(node, list):
        return [_without_prose(child) for child in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: _without_prose(child, names=key == "properties" and not names)
        for key, child in node.items()
        if names or key not in _PROSE
    }
    return kept if names else _nullable(kept)


def _nullable(node: dict[str, Any]) -> dict[str, Any]:
    """Return a node that takes null where GitHub says `nullable`: its words alone do not, GitHub's replies do."""
    if not node.get("nullable"):
        return node
    if "enum" in node and None not in node["enum"]:
        return {**node, "enum": [*node["enum"], None]}
    for kind in ("anyOf", "oneOf"):
        if kind in node and "type" not in node:
            nothing = {"type": "object", "nullable": True, "enum": [None]}
            return {key: value for key, value in node.items() if key != kind} | {
                "anyOf": [*node[kind], nothing]
            }
    return node


if __name__ == "__main__":
    text = json.dumps(trimmed(json.load(sys.stdin)), sort_keys=True, separators=(",", ":"))
    TRIMMED.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{TRIMMED.name}: {len(text):,} bytes of JSON, {TRIMMED.stat().st_size:,} stored")  # noqa: T201 - a script
