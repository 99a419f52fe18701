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


def github(online: Online) -> GitHub:
    """Return the repository on GitHub."""
    return online.connect()
