"""Repairs workflows: keys that the SOP wants and that are not there. Only ever adds, and reads the result back."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from mainstay.audit.checks.workflows import CHECKOUT
from mainstay.audit.facts.trees import mapping, sequence
from mainstay.audit.fixes.change import Change, Refused, read_inside
from mainstay.audit.model import Finding
from mainstay.dependabot.document import Document, Node, read_document
from mainstay.dependabot.edits import Edit, Editor, apply_edits
from mainstay.errors import MainstayError


@dataclass(frozen=True, slots=True)
class _Lack:
    """A key that is added to a workflow or to one of its jobs.

    Attributes:
        below: The key that it is written below.
        value: What it is set to.
        safe: Whether no workflow that works can break by it.
    """

    below: str
    value: object
    safe: bool


_READ_ONLY = {"contents": "read"}
_LACKS = {
    # Longer than any job that GitHub would let run on: by default it ends jobs after 360 minutes.
    ("BK104", "timeout-minutes"): _Lack("runs-on", 300, safe=True),
    # Of the workflow: in one group, the jobs of a matrix would cancel each other. The next run waits.
    ("BK104", "concurrency"): _Lack(
        "on", {"group": "database-backup", "cancel-in-progress": False}, safe=True
    ),
    # A job that writes needs more, and only its author knows.
    ("BK104", "permissions"): _Lack("runs-on", _READ_ONLY, safe=False),
    ("WF103", "permissions"): _Lack("on", _READ_ONLY, safe=False),
}
"""Check and key -> what is added: below `runs-on` to the job that begins the finding's key, else to the workflow."""
_CHECKOUTS = "WF105"
"""Its findings are about a step. Unsafe: a later step may push with the token that the checkout leaves behind."""
_TOKEN = {"persist-credentials": False}


@dataclass(frozen=True, slots=True)
class _Addition:
    """A key that is written into a mapping.

    Attributes:
        path: Where the mapping is, as keys and positions.
        below: The key that it is written below; at the end of the mapping when there is none.
    """

    path: tuple[str | int, ...]
    below: str | None
    key: str
    value: object = field(compare=False)


def lacks(check: str, finding: Finding, *, safe: bool) -> bool:
    """Return whether a finding is about a key that can be added."""
    if check == _CHECKOUTS:
        return not safe
    lack = _LACKS.get((check, _key(finding)))
    return lack is not None and lack.safe is safe


def keys_added(root: Path, found: Sequence[tuple[str, Finding]]) -> Iterator[Change | Refused]:
    """Yield each workflow that a finding is in, with the keys that it lacks."""
    in_files = sorted(found, key=lambda each: each[1].at.path)
    for path, group in groupby(in_files, lambda each: each[1].at.path):
        try:
            before = read_inside(root, path)
            yield Change(path, before, add_keys(before, path, list(group)))
        except MainstayError as error:
            yield Refused(error.message)


def add_keys(content: bytes, path: str, found: Sequence[tuple[str, Finding]]) -> bytes:
    """Return the bytes of a workflow with the keys that findings say it lacks.

    Raises:
        MainstayError: It is written so that nothing can be added to it safely.
    """
    document = read_document(content, path)
    editor, wanted = Editor(document), copy.deepcopy(dict(document.tree))
    edits: list[Edit] = []
    for adding, finding in {_addition(check, finding, wanted): finding for check, finding in found}.items():
        node, tree = _place(document, wanted, adding.path)
        if adding.key in tree or (adding.below and node.at(adding.below) is None) or not node.items:
            raise _unsafe(path)
        pair = {adding.key: adding.value}
        below = adding.below and editor.add_below(node, adding.below, pair, finding.message)
        edits.append(below or editor.add_key(node, pair, finding.message))
        tree[adding.key] = adding.value
    edits.sort(key=lambda edit: (edit.start, edit.rank))
    after = (document.bom + apply_edits(document.text, edits)).encode()
    if read_document(after, path).tree != wanted:
        raise _unsafe(path)
    return after


def _addition(check: str, finding: Finding, tree: dict[str, Any]) -> _Addition:
    """Return what repairs a finding."""
    key = _key(finding)
    job = finding.key.removesuffix(key).strip()
    if check != _CHECKOUTS:
        lack = _LACKS[check, key]
        path = ("jobs", job) if lack.below == "runs-on" else ()
        return _Addition(path, lack.below, key, lack.value)
    job = job.removesuffix("checkout").strip()
    place = _checkout(tree, job, int(key))
    if "with" in tree["jobs"][job]["steps"][place[-1]]:
        return _Addition((*place, "with"), None, *next(iter(_TOKEN.items())))
    return _Addition(place, "uses", "with", _TOKEN)


def _checkout(tree: dict[str, Any], job: str, number: int) -> tuple[str, str, str, int]:
    """Return where the checkout of this number stands among the steps of a job."""
    steps = mapping(mapping(tree.get("jobs")).get(job)).get("steps")
    found = [
        place
        for place, step in enumerate(sequence(steps))
        if str(mapping(step).get("uses")).partition("@")[0] == CHECKOUT
    ]
    if len(found) < number:
        raise MainstayError(f"the job {job} has no checkout {number}")
    return "jobs", job, "steps", found[number - 1]


def _key(finding: Finding) -> str:
    return finding.key.rpartition(" ")[2]


def _place(
    document: Document, tree: dict[str, Any], keys: Sequence[str | int]
) -> tuple[Node, dict[str, Any]]:
    """Return a mapping, and where it stands."""
    node, value = document.root, cast("Any", tree)
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError) as error:
            raise _unsafe(document.path) from error
        if node is None or (isinstance(key, int) and node.kind != "sequence"):
            raise _unsafe(document.path)
        node = node.items[key] if isinstance(key, int) else node.at(key)
    if node is None or node.kind != "mapping" or not isinstance(value, dict):
        raise _unsafe(document.path)
    return node, value


def _unsafe(path: str) -> MainstayError:
    return MainstayError(f"{path} is written in a way that nothing can be added to safely")
