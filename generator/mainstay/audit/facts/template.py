"""Which revision of the template there is, and which one the repository has."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.audit.facts.files import Root
from mainstay.audit.facts.online import Online
from mainstay.platform.git import remote_tags
from mainstay.scaffold.revision import Adopted, Release, newest_release, read_adopted


@dataclass(frozen=True, slots=True)
class Revisions:
    """What was adopted, and the newest release; none when nothing was released."""

    adopted: Adopted
    newest: Release | None


def revisions(root: Root, _: Online) -> Revisions:
    """Return the revisions; the answers file and the template's repository are asked."""
    adopted = read_adopted(root.path)
    return Revisions(adopted, newest_release(remote_tags(adopted.git_url)))
