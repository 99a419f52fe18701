"""`mainstay backup schema`."""

from __future__ import annotations

import json

import click

from mainstay.backup.manifest import manifest_schema


@click.command()
def schema() -> None:
    """Print the JSON schema of a manifest, for tools that read the store."""
    click.echo(json.dumps(manifest_schema(), indent=2))
