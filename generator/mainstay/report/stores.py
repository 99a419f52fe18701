"""The settings of a store as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mainstay.backup.stores.setting import Setting

_SIGNS = {True: "ok", False: "BAD", None: "?"}


def setting_lines(settings: Sequence[Setting]) -> Iterator[str]:
    """Yield a line per setting; below one that is not good stands the command that looks at it."""
    for setting in settings:
        yield f"{_SIGNS[setting.good]:<4} {setting.name:<19} {setting.found}"
        if not setting.good:
            yield f"{'':<24} {setting.look}"


def settings_summary(url: str, settings: Sequence[Setting]) -> dict[str, Any]:
    """Return what a caller of `--json` learns about a store; `good` is null when it is unknown."""
    return {
        "store": url,
        "settings": [
            {"name": setting.name, "found": setting.found, "good": setting.good, "look": setting.look}
            for setting in settings
        ],
    }
