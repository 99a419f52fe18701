"""Finds MongoDB's tools on this machine: they restore what any of their versions dumped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from mainstay.errors import EngineError

BIN_VARIABLE = "MAINSTAY_MONGO_BIN"
"""Environment variable: a folder of MongoDB programs that is looked at first."""

_PACKAGES = {"mongosh": "mongodb-mongosh"}
_TOOLS = "mongodb-database-tools"


def find_program(name: str) -> Path:
    """Return the absolute path of one of MongoDB's programs.

    Raises:
        EngineError: This machine does not have it.
    """
    places = os.pathsep.join(filter(None, (os.environ.get(BIN_VARIABLE), os.environ.get("PATH"))))
    if found := shutil.which(name, path=places):
        return Path(found).absolute()
    raise EngineError(
        f"{name} is not on this machine",
        hint=f"install MongoDB's package {_PACKAGES.get(name, _TOOLS)} or set {BIN_VARIABLE}",
    )
