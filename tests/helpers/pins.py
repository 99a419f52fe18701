"""What is known of the Actions of others: which commit is run, and what it takes and gives.

`requirements/actions.txt` says which commit, `requirements/actions.json` the inputs and outputs at that commit: names
and defaults, which are facts, and nothing else of those files. `script/pin` reads both from a clone.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from mainstay.platform.git import Repository

REPOSITORY = Path(__file__).resolve().parents[2]
TABLE = REPOSITORY / "requirements/actions.txt"
INTERFACES = REPOSITORY / "requirements/actions.json"
_RELEASE = re.compile(r"v\d+\.\d+\.\d+")


def pins() -> dict[str, str]:
    """Return the table: `owner/name` or `owner/name/path` -> `commit # vX.Y.Z`."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("@", 1) for line in lines if line and not line.startswith("#"))


def interfaces() -> dict[str, dict[str, Any]]:
    """Return what each Action of the table takes and gives."""
    known: dict[str, dict[str, Any]] = json.loads(INTERFACES.read_text(encoding="utf-8"))
    return known


def wrong_inputs(step: dict[str, Any], interface: dict[str, Any]) -> list[str]:
    """Return what a step gives that the Action does not know, and what it needs and does not get."""
    given = step.get("with", {})
    inputs = interface["inputs"]
    needed = [name for name, about in inputs.items() if about.get("required") and "default" not in about]
    return [
        *(f"unknown input {name}" for name in given if name not in inputs),
        *(f"missing input {name}" for name in needed if name not in given),
    ]


def newest_release(clone: Repository) -> str:
    """Return the newest release tag of a clone; tags that move, such as v7, are none."""
    tags = [tag for tag in clone.git("tag", "--list").splitlines() if _RELEASE.fullmatch(tag)]
    return max(tags, key=lambda tag: [int(number) for number in tag[1:].split(".")])


def read_interface(clone: Repository, path: str, tag: str) -> dict[str, Any]:
    """Return names and defaults of the inputs, and the names of the outputs, of the Action at a tag."""
    names = clone.git("ls-tree", "--name-only", tag, f"{path}/" if path else "./").splitlines()
    (file,) = [name for name in names if Path(name).name in {"action.yml", "action.yaml"}]
    action = YAML(typ="safe").load(clone.git("show", f"{tag}:{file}"))
    inputs = {name: _facts(about or {}) for name, about in (action.get("inputs") or {}).items()}
    return {"inputs": inputs, "outputs": list(action.get("outputs") or {})}


def _facts(about: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {"required": True} if str(about.get("required")).lower() == "true" else {}
    default = about.get("default")
    if default is not None:
        facts["default"] = str(default).lower() if isinstance(default, bool) else str(default)
    return facts


def pin(name: str, clone: Repository, tag: str) -> None:
    """Write the commit of a tag and what the Action takes there into both tables."""
    path = "/".join(name.split("/")[2:])
    commit = clone.git(
        "rev-parse", f"{tag}^{{commit}}"
    )  # the commit, also where the tag is an object of its own
    known = interfaces() | {name: read_interface(clone, path, tag)}
    INTERFACES.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    head = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    lines = [f"{each}@{where}" for each, where in sorted((pins() | {name: f"{commit} # {tag}"}).items())]
    TABLE.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    action, folder, *chosen = sys.argv[1:]
    source = Repository(Path(folder))
    pin(action, source, chosen[0] if chosen else newest_release(source))
