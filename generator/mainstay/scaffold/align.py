"""Takes out of a file what is no edit before it is merged: line ends, and pins that Dependabot moved."""

from __future__ import annotations

import re
from typing import NamedTuple

WORKFLOWS = ".github/workflows/"
USES = re.compile(r"(?P<before>\buses:[ \t]*)(?P<action>[\w.-]+/[\w./-]+)@(?P<pin>\S+([ \t]+#[ \t]*\S+)?)")
_VERSION = re.compile(r"#[ \t]*v?(\d+(?:\.\d+)*)$")


class Sides(NamedTuple):
    """A file three times. None stands for no file.

    Attributes:
        base: As the adopted revision has it.
        yours: As the repository has it.
        theirs: As the new revision has it.
        notes: What was decided, in sentences.
    """

    base: bytes | None
    yours: bytes
    theirs: bytes | None
    notes: tuple[str, ...] = ()


def align(path: str, sides: Sides) -> Sides:
    """Return the file so that a merge sees the edits of people only."""
    sides = _align_line_ends(sides)
    return _align_pins(sides) if path.startswith(WORKFLOWS) else sides


def _align_line_ends(sides: Sides) -> Sides:
    """Where an editor or a checkout made every line end in CRLF, the template's lines do too."""
    lines = sides.yours.count(b"\n")
    if not lines or sides.yours.count(b"\r\n") != lines:
        return sides
    return sides._replace(base=_with_crlf(sides.base), theirs=_with_crlf(sides.theirs))


def _with_crlf(text: bytes | None) -> bytes | None:
    if text is None or b"\r" in text or b"\0" in text:
        return text
    return text.replace(b"\n", b"\r\n")


def _align_pins(sides: Sides) -> Sides:
    """The newer pin of an action stays; neither side of the merge then sees the other's as an edit."""
    base, yours, theirs = (_pins(text) for text in sides[:3])
    for action in base.keys() & yours.keys():
        old, mine, new = base[action], yours[action], theirs.get(action)
        if mine == old:
            continue
        if new is None or (new != old and _version(new) and _version(new) >= _version(mine) > ()):
            sides = sides._replace(yours=_repinned(sides.yours, action, old))
        elif new == old or _version(mine) > _version(new) > ():
            sides = sides._replace(
                base=sides.base and _repinned(sides.base, action, mine),
                theirs=sides.theirs and _repinned(sides.theirs, action, mine),
            )
            if new != old:
                said = f"{action} stays at your pin, which is newer: {mine.rpartition('#')[2].strip()}"
                sides = sides._replace(notes=(*sides.notes, said))
    return sides


def _pins(text: bytes | None) -> dict[str, str]:
    """Return action -> pin with its comment, for the actions that a workflow pins in one way only."""
    found: dict[str, set[str]] = {}
    for use in USES.finditer((text or b"").decode(errors="replace")):
        found.setdefault(use["action"], set()).add(use["pin"])
    return {action: pins.pop() for action, pins in found.items() if len(pins) == 1}


def _version(pin: str) -> tuple[int, ...]:
    """Return the version in the comment of a pin; nothing when it names none, and then nothing is claimed."""
    found = _VERSION.search(pin)
    return tuple(map(int, found[1].split("."))) if found else ()


def _repinned(text: bytes, action: str, pin: str) -> bytes:
    def replaced(use: re.Match[str]) -> str:
        return f"{use['before']}{action}@{pin}" if use["action"] == action else use[0]

    return USES.sub(replaced, text.decode(errors="surrogateescape")).encode(errors="surrogateescape")
