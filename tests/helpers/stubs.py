"""What stands for the Actions of others when workflows are run here: it takes their real inputs and keeps a record.

A stub has the inputs and defaults of `requirements/actions.json`, so an expression in a `with:` is evaluated as it
would be. What a stub does, where a workflow depends on it, is a script of its name in `tests/workflows/stubs/`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from helpers.pins import interfaces, pins
from helpers.rendering import REPOSITORY
from mainstay.platform.git import Repository

_ACTION = ("action.yml", "generator/", "requirements/", "script/")
SCRIPTS = REPOSITORY / "tests/workflows/stubs"


@dataclass(frozen=True)
class Stubs:
    """Folders that stand for Actions.

    Attributes:
        folder: Where they are, and what they record.
        settings: Variables that their scripts need: what the real ones ask a server for.
    """

    folder: Path
    settings: dict[str, str]

    def make(self) -> dict[str, Path]:
        """Write a stub for every Action of the table and return `owner/name@commit` -> its folder."""
        made: dict[str, Path] = {}
        known = interfaces()
        for name, pin in pins().items():
            repository, path = "/".join(name.split("/")[:2]), "/".join(name.split("/")[2:])
            where = self.folder / repository
            self._write(name, where / path, known[name])
            made[f"{repository}@{pin.split()[0]}"] = where
        return made

    def used(self, name: str) -> list[dict[str, str]]:
        """Return the inputs of each time that an Action was used, in order."""
        return [entry["inputs"] for entry in self._records() if entry["action"] == name]

    def _records(self) -> Iterator[dict[str, Any]]:
        record = self.folder / "record"
        for line in record.read_text(encoding="utf-8").splitlines() if record.exists() else ():
            yield json.loads(line)

    def _write(self, name: str, folder: Path, interface: dict[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        inputs = interface["inputs"]
        script = SCRIPTS / f"{name.replace('/', '--')}.sh"
        record = f'{{"action": "{name}", "inputs": ${{{{ toJSON(inputs) }}}}}}'
        step = {
            "id": "stub",
            "name": f"Stands for {name}",
            "shell": "bash",
            "env": {
                "STUB_RECORD": record,
                **{_variable(each): f"${{{{ inputs.{each} }}}}" for each in inputs},
                "STUB_FOLDER": str(self.folder),
                **self.settings,
            },
            # In one write: several jobs may use it at once.
            "run": f"printf '%s\\n' \"$(tr -d '\\n' <<< \"$STUB_RECORD\")\" >> '{self.folder}/record'\n"
            + (script.read_text() if script.exists() else ""),
        }
        outputs = {each: {"value": f"${{{{ steps.stub.outputs.{each} }}}}"} for each in interface["outputs"]}
        action = {
            "name": name,
            "description": f"Stands for {name}",
            "inputs": inputs,
            "outputs": outputs,
            "runs": {"using": "composite", "steps": [step]},
        }
        YAML().dump(action, folder / "action.yml")


def _variable(name: str) -> str:
    return "IN_" + name.upper().replace("-", "_")


def working_tree(into: Path, *, everything: bool = False) -> Path:
    """Return a copy of what git would publish of this repository, with what is not committed yet.

    Args:
        into: Where the copy is made.
        everything: Also what the Action does not need.
    """
    for name in Repository(REPOSITORY).files():
        file = REPOSITORY / name
        if file.is_file() and (everything or name.startswith(_ACTION)):  # else deleted, and not yet committed
            copy = into / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy)
    return into
