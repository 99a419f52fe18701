"""Options that the verbs of the audit share."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import click

from mainstay.audit import Online

_Command = TypeVar("_Command", bound=Callable[..., object])

_NAMES = "ids (BK101), families (BK), sections of the SOP (section:4), offline or online; with commas"


def selection(command: _Command) -> _Command:
    """Give a command `--select` and `--ignore`."""
    select = click.option("--select", multiple=True, metavar="NAMES", help=f"These checks only: {_NAMES}.")
    ignore = click.option("--ignore", multiple=True, metavar="NAMES", help="All checks but these.")
    return select(ignore(command))


online_option = click.option(
    "--online/--offline",
    default=False,
    help="Also ask GitHub, the store and osv-scanner (GITHUB_REPOSITORY and GITHUB_TOKEN are set).  [default: offline]",
)


def way_out(*, online: bool) -> Online | None:
    """Return how an audit asks beyond the repository; nothing when it is offline."""
    if not online:
        return None
    from mainstay.platform.github import github_of  # noqa: PLC0415 - only an audit that is online needs it

    return Online(lambda: github_of(os.environ), os.environ)
