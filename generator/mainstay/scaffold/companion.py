"""Which companion Action a repository uses: the one that stands in the repository of its template."""

from __future__ import annotations

import re
from pathlib import Path

from mainstay.scaffold.align import USES
from mainstay.scaffold.answers import read_answers

ON_GITHUB = re.compile(r"(?:^gh:/?|[/@]github[.]com[:/])([A-Za-z0-9-]+/[A-Za-z0-9._-]+?)(?:[.]git)?/?$")
"""As in copier.yml, where the workflows get it from."""


def companion_action(root: Path) -> str | None:
    """Return `owner/name` of the companion Action; nothing when the template is not recorded or not on GitHub.

    Raises:
        ScaffoldError: The answers file cannot be read.
    """
    found = ON_GITHUB.search(str(read_answers(root).get("_src_path") or ""))
    return found[1] if found else None


def other_companion(fresh: bytes, yours: bytes) -> tuple[str, str] | None:
    """Return the Action of another owner that a workflow runs where the template has its own, and that one.

    Somebody who changes `_src_path` to a fork changes what both revisions are rendered with: the line in the workflow
    then looks like an edit of theirs, and is kept in silence.
    """
    own, their = (
        {use["action"] for use in USES.finditer(text.decode(errors="replace"))} for text in (yours, fresh)
    )
    for wanted in sorted(their - own):
        name = wanted.partition("/")[2]
        for other in sorted(own - their):
            if other.partition("/")[2] == name:
                return other, wanted
    return None
