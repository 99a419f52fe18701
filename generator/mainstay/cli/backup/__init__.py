"""`mainstay backup`: one module per verb."""

from __future__ import annotations

import click

from mainstay.cli.lazy import LazyGroup

VERBS = {
    "drill": "mainstay.cli.backup.drill:drill",
    "list": "mainstay.cli.backup.listing:list_backups",
    "prune": "mainstay.cli.backup.prune:prune",
    "restore": "mainstay.cli.backup.restore:restore",
    "schema": "mainstay.cli.backup.schema:schema",
    "show": "mainstay.cli.backup.show:show",
    "status": "mainstay.cli.backup.status:status",
    "store": "mainstay.cli.backup.store:store",
    "take": "mainstay.cli.backup.take:take",
    "verify": "mainstay.cli.backup.verify:verify",
}
"""Verb -> where it is defined. A new verb is one line here and one module."""


@click.group(cls=LazyGroup, commands_at=VERBS)
def backup() -> None:
    """Take, list, verify, restore and prune backups.

    Databases, store and figures come from .github/mainstay.yml; connection URLs and credentials from the environment.
    """
