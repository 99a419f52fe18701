"""Repairs workflows: keys that the SOP wants and that are not there. Only ever adds, and reads the result back."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from mainstay.audit.fixes.change import Change, Refused, read_inside
from mainstay.audit.model import Finding
from mainstay.dependabot.document import Document, Node, read_document
from mainstay.dependabot.edits import Edit, Editor, apply_edits
from mainstay.errors import MainstayError


@dataclass(frozen=True, slots=True)
class _Lack:
    """A key that is added.

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
    # The next run waits; a backup is never cut off.
    ("BK104", "concurrency"): _Lack(
        "runs-on", {"group": "database-backup", "cancel-in-progress": False}, safe=True
    ),
    # A job that writes needs more, and only its author knows.
    ("BK104", "permissions"): _Lack("runs-on", _READ_ONLY, safe=False),
    ("WF103", "permissions"): _Lack("on", _READ_ONLY, safe=False),
}
"""Check and key -> what is added. Of a job, the finding's key begins with its name."""


def lacks(check: str, finding: Finding, *, safe: bool) -> bool:
    """Return whether a finding is about a key that can be added."""
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
    for check, finding in found:
        lack, key = _LACKS[check, _key(finding)], _key(finding)
        job = finding.key.removesuffix(key).strip()
        node, tree = _place(document, wanted, ("jobs", job) if job else ())
        if node.at(lack.below) is None or key in tree:
            raise _unsafe(path)
        edits.append(editor.add_below(node, lack.below, {key: lack.value}, finding.message))
        tree[key] = lack.value
    edits.sort(key=lambda edit: (edit.start, edit.rank))
    after = (document.bom + apply_edits(document.text, edits)).encode()
    if read_document(after, path).tree != wanted:
        raise _unsafe(path)
    return after


def _key(finding: Finding) -> str:
    return finding.key.rpartition(" ")[2]


def _place(document: Document, tree: dict[str, Any], keys: Sequence[str]) -> tuple[Node, dict[str, Any]]:
    """Return a mapping, and where it stands."""
    node: Node | None = document.root
    for key in keys:
        node = node.at(key) if node else None
        inner = tree.get(key)
        if not isinstance(inner, dict):
            raise _unsafe(document.path)
        tree = inner
    if node is None or node.kind != "mapping":
        raise _unsafe(document.path)
    return node, tree


def _unsafe(path: str) -> MainstayError:
    return MainstayError(f"{path} is written in a way that nothing can be added to safely")
