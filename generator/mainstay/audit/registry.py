"""How a check is declared, gathered and selected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Container, Iterable, Sequence
from types import ModuleType

from mainstay.audit.model import Check, Finding, Severity
from mainstay.errors import UsageError

_ID = re.compile(r"[A-Z]{2,4}[1-3][0-9]{2}")
_SECTIONS = {*(str(number) for number in range(1, 11)), "outputs"}

Body = Callable[..., Iterable[Finding]]


def check(
    check_id: str, title: str, severity: Severity, *, sop: str, requires: Iterable[str] = ()
) -> Callable[[Body], Check]:
    """Turn a function that yields findings into a check.

    Its parameters are facts and are filled in by their type. Its docstring becomes the page of the check.

    Args:
        check_id: Family and number: 1xx exists, 2xx is alive, 3xx is well made.
        title: The sentence that is true when the check passes.
        severity: How much a finding matters.
        sop: Section of SOP-603, `1` to `10`, or `outputs`.
        requires: Checks without whose pass there is nothing to judge; none of them less severe than this one.
    """
    if not _ID.fullmatch(check_id) or sop not in _SECTIONS:
        raise ValueError(f"{check_id} (SOP section {sop}) is no check id or no section")
    return lambda body: Check(check_id, title, severity, sop, body, tuple(requires))


def gather(modules: Iterable[ModuleType]) -> tuple[Check, ...]:
    """Return the checks that `modules` define, in order of id.

    Raises:
        ValueError: Two checks have one id, or one requires what is not there, is less severe, or requires others.
    """
    found: dict[str, Check] = {}
    for item in (value for module in modules for value in vars(module).values() if isinstance(value, Check)):
        if found.setdefault(item.id, item) is not item:
            raise ValueError(f"two checks are called {item.id}")
    for item in found.values():
        for name in item.requires:
            required = found.get(name)
            # A finding must not hide behind a milder one, nor behind a chain that nobody can follow.
            if required is None or required.requires or required.severity < item.severity:
                raise ValueError(f"{item.id} must not require {name}")
    return tuple(found[name] for name in sorted(found))


def choose(
    checks: Sequence[Check],
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    *,
    online: Container[str] = (),
) -> tuple[Check, ...]:
    """Return the checks that `select` names (all without it) and `ignore` does not.

    Both hold ids (`BK101`), families (`BK`), sections of the SOP (`section:4`), `online` and `offline`.

    Args:
        checks: To choose from.
        select: Names of what is wanted.
        ignore: Names of what is not.
        online: Ids of the checks that ask beyond the repository.

    Raises:
        UsageError: A name fits no check, or nothing is left to run.
    """
    wanted, unwanted = _named(checks, select, online), _named(checks, ignore, online)
    chosen = tuple(item for item in checks if item.id not in unwanted and (not wanted or item.id in wanted))
    if not chosen:
        raise UsageError("no check is left to run", hint="`mainstay audit list` shows them all")
    return chosen


def find(checks: Sequence[Check], check_id: str) -> Check:
    """Return the check with this id, in any case.

    Raises:
        UsageError: There is none; names that come close are suggested.
    """
    for item in checks:
        if item.id == check_id.strip().upper():
            return item
    raise _unknown(checks, check_id)


def _named(checks: Sequence[Check], names: Iterable[str], online: Container[str]) -> set[str]:
    found: set[str] = set()
    for name in (part.strip().upper() for text in names for part in text.split(",")):
        ids = {item.id for item in checks if name in _names(item, online)}
        if not ids:
            raise _unknown(checks, name)
        found |= ids
    return found


def _names(item: Check, online: Container[str]) -> set[str]:
    where = "ONLINE" if item.id in online else "OFFLINE"
    return {item.id, item.family, f"SECTION:{item.sop.upper()}", where}


def _unknown(checks: Sequence[Check], name: str) -> UsageError:
    known = sorted({item.id for item in checks} | {item.family for item in checks})
    close = difflib.get_close_matches(name.strip().upper(), known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return UsageError(f"there is no check {name!r}", hint=f"{hint}`mainstay audit list` shows them all")
