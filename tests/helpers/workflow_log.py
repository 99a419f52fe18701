"""Reads a log as GitHub's runner does: which lines are workflow commands, and what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


@dataclass(frozen=True)
class Command:
    """A workflow command that took effect."""

    name: str
    properties: dict[str, str]
    data: str


def commands_in(log: str) -> list[Command]:
    """Return the commands that take effect, in order."""
    found, stopped = [], None
    for line in re.split(r"\r\n|\r|\n", log):
        if (command := _parse(line)) is None:
            continue
        if stopped is not None:
            stopped = None if command.name == stopped else stopped
        elif command.name == "stop-commands":
            stopped = command.data
        else:
            found.append(command)
    return found


def _parse(line: str) -> Command | None:
    """Return the command that a line is: `::name key=value,key=value::data`, or the old `##[name]data` anywhere."""
    if match := re.match(r"\s*::(.*?)::(.*)", line):
        name, _, properties = match[1].partition(" ")
        pairs = [pair.split("=", 1) for pair in properties.split(",") if "=" in pair]
        return Command(
            name,
            {key.strip(): _unescape(value, _PROPERTY) for key, value in pairs},
            _unescape(match[2], _DATA),
        )
    if match := re.search(r"##\[(\S+?)\](.*)", line):
        return Command(match[1], {}, match[2])
    return None


def _unescape(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for escaped, plain in table:
        text = text.replace(escaped, plain)
    return text
