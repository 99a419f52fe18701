"""`mainstay policy`: check the policy file, and show it with every default filled in."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from ruamel.yaml import YAML

from mainstay.cli.options import json_option, repository_option
from mainstay.policy import POLICY_PATH, load_policy


@click.group()
def policy() -> None:
    """Check and show .github/mainstay.yml, the SOP as data."""


@policy.command()
@repository_option
def check(repository: Path) -> None:
    """Read the policy; every error names its line. Ends with 2 when it is not valid.

    \b
    Example of an error:
      .github/mainstay.yml: backups.rop: unknown key; did you mean 'rpo'? (line 27)
    """
    load_policy(repository)
    click.echo(f"{POLICY_PATH} is valid")


@policy.command()
@json_option
@repository_option
def show(repository: Path, as_json: bool) -> None:
    """Print the policy with all defaults, as YAML or as JSON."""
    data = load_policy(repository).model_dump(mode="json")
    if as_json:
        click.echo(json.dumps(data, indent=2))
        return
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump(data, sys.stdout)


@policy.command()
def schema() -> None:
    """Print the JSON schema of the policy, for editors and other tools."""
    from mainstay.policy.schema import policy_schema  # noqa: PLC0415 - only this command needs it

    click.echo(json.dumps(policy_schema(), indent=2))
