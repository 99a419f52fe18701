"""Which companion Action a repository uses: the one that stands in the repository of its template."""

from __future__ import annotations

import re
from pathlib import Path

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
