"""Options that the verbs of the audit share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., object])

_NAMES = "ids (BK101), families (BK), sections of the SOP (section:4), offline or online; with commas"


def selection(command: _Command) -> _Command:
    """Give a command `--select` and `--ignore`."""
    select = click.option("--select", multiple=True, metavar="NAMES", help=f"These checks only: {_NAMES}.")
    ignore = click.option("--ignore", multiple=True, metavar="NAMES", help="All checks but these.")
    return select(ignore(command))
