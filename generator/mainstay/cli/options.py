"""Options that several commands share, so that the same word means the same everywhere."""

from __future__ import annotations

from pathlib import Path

import click

repository_option = click.option(
    "--repository",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    metavar="DIR",
    help="Repository whose .github/mainstay.yml is followed.  [default: here]",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, and only JSON, on standard output."
)
