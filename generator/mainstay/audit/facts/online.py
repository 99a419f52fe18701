"""Everything beyond the files: GitHub, the store of the backups, the ledger. Asked only in an audit that is online."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mainstay.platform.github import GitHub


@dataclass(frozen=True, slots=True)
class Online:
    """The way out.

    Attributes:
        connect: Returns the repository on GitHub; called when the first check asks.
        environ: Credentials of the store, and what a workflow is told about itself.
    """

    connect: Callable[[], GitHub]
    environ: Mapping[str, str]

    @property
    def is_workflow_token(self) -> bool:
        """Whether the token is the one that GitHub gives a workflow. Some questions are none of its business, ever."""
        return self.environ.get("GITHUB_TOKEN", "").startswith("ghs_") and bool(
            self.environ.get("GITHUB_ACTIONS")
        )


def github(online: Online) -> GitHub:
    """Return the repository on GitHub."""
    return online.connect()
