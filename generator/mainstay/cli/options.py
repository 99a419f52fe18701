"""Options that several commands share, so that the same word means the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from mainstay.errors import UsageError

repository_option = click.option(
    "--repository",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    metavar="DIR",
    help="Repository whose .github/mainstay.yml is followed.  [default: here]",
)
path_argument = click.argument(
    "path", type=click.Path(path_type=Path, file_okay=False, exists=True), default=Path()
)
data_option = click.option(
    "--data", multiple=True, metavar="KEY=VALUE", help="Answer a question of copier.yml. Repeatable."
)
template_ref_option = click.option(
    "--ref", help="Tag, branch or commit of the template.  [default: its newest release]"
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, and only JSON, on standard output."
)


def answers_in(data: Iterable[str]) -> dict[str, object]:
    """Return the answers that `--data KEY=VALUE` gives.

    Raises:
        UsageError: One is not KEY=VALUE.
    """
    answers: dict[str, object] = {}
    for pair in data:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise UsageError(f"{pair!r} is not KEY=VALUE", hint="such as --data timezone=Europe/Berlin")
        answers[key] = value
    return answers
