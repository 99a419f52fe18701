"""A first page for a new runbook."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from mainstay.errors import RunbookError, UsageError
from mainstay.runbooks.model import FOLDER, NEVER, RunbookFolder

FIRST_OWN = 50
"""Ids below belong to the template: a later revision may bring a page without meeting one of yours."""
SKELETON = Path(__file__).with_name("skeleton.md")
"""The form of the template's own runbooks, with TODO where a person writes."""
_ID = re.compile(r"RB-(\d+)", re.IGNORECASE)
_SLUG_MOST = 50


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a runbook before it is written.

    Attributes:
        title: What happens, in a few words.
        owner: A role of the policy, or @user.
        alerts: The alerts that it answers.
        severities: What it mostly is.
        service: What it is about.
    """

    title: str
    owner: str
    alerts: tuple[str, ...]
    severities: tuple[str, ...]
    service: str


def new_runbook(root: Path, folder: RunbookFolder, outline: Outline) -> str:
    """Write a page with the next free id, and return its path. An existing file is never touched.

    Raises:
        UsageError: The title has no letter or digit, or is more than a line.
        RunbookError: The page cannot be written, or other runbooks cannot be read, so that no id is known to be free.
    """
    if folder.unread:
        hint = "correct the file first: its id may be the next one"
        raise RunbookError(f"no id is known to be free: {folder.unread[0]}", hint=hint)
    title = outline.title.strip()
    if not (slug := _slug(title)) or not title.isprintable():
        raise UsageError(f"{title!r} is no title", hint="a few words on one line, such as 'Search is down'")
    names = (path.name for path in (root / FOLDER).glob("*.md"))
    own_id = _next_id([*names, *(book.id for book in folder.books)])
    path = f"{FOLDER}{own_id.lower()}-{slug}.md"
    body = SKELETON.read_text(encoding="utf-8").replace("[id]", own_id).replace("[title]", title)
    text = f"---\n{_head(own_id, title, outline)}---\n\n{body}"
    try:
        (root / FOLDER).mkdir(parents=True, exist_ok=True)
        with (root / path).open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise RunbookError(f"{path} cannot be written: {error.strerror}") from error
    return path


def _next_id(taken: Iterable[str]) -> str:
    """Return the id after the highest that a page or a file name has, at least the first of your own."""
    numbers = [int(match[1]) for name in taken if (match := _ID.match(name))]
    return f"RB-{max([FIRST_OWN - 1, *numbers]) + 1}"


def _slug(title: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return words[:_SLUG_MOST].rstrip("-")


def _head(own_id: str, title: str, outline: Outline) -> str:
    yaml, out = YAML(), io.StringIO()
    yaml.width = 1000
    yaml.dump(
        {
            "id": own_id,
            "title": title,
            "service": outline.service,
            "owner": outline.owner,
            "alerts": _row(outline.alerts),
            "severity_hint": _row(outline.severities),
            "last_reviewed": NEVER,
            "review_every": "90d",
            "last_exercised": NEVER,
            "exercise_evidence": "",
        },
        out,
    )
    return out.getvalue()


def _row(words: Sequence[str]) -> CommentedSeq:
    row = CommentedSeq(words)
    row.fa.set_flow_style()
    return row
