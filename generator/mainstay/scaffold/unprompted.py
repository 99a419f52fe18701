"""Imports Copier without the libraries that it asks questions with: mainstay never asks through Copier.

They are 40 % of the CPU that the import takes. Where a Copier to come wants more of them than is known here, all of
them are imported as usual.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Never


class _Choice:
    """What Copier keeps of a choice while it checks answers."""

    def __init__(self, title: str, value: object = None, disabled: object = None, **more: object) -> None:
        self.title, self.value, self.disabled = title, value, disabled
        self.__dict__.update(more)


def _never(*_: object, **__: object) -> Never:
    raise RuntimeError("Copier was to ask a question: mainstay gives every answer beforehand")


_STAND_INS: dict[str, dict[str, Any]] = {
    "questionary": {"confirm": _never, "unsafe_prompt": _never},
    "questionary.prompts": {},
    "questionary.prompts.common": {"Choice": _Choice},
    "prompt_toolkit": {},
    "prompt_toolkit.lexers": {"PygmentsLexer": _never},
    "pygments": {},
    "pygments.lexers": {},
    "pygments.lexers.data": {"JsonLexer": None, "YamlLexer": None},
}
"""Module -> what Copier takes from it."""


def import_copier() -> None:
    """Import Copier, unless it is there already; afterwards the stand-ins are gone from `sys.modules`."""
    if "copier" in sys.modules:
        return
    absent = {name: held for name, held in _STAND_INS.items() if name.partition(".")[0] not in sys.modules}
    for name, held in absent.items():
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__dict__.update(held, __path__=[])
    try:
        import copier  # noqa: F401, PLC0415 - takes 0.4 s
    except ImportError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "copier"]:
            del sys.modules[name]
    finally:
        for name in absent:
            del sys.modules[name]
