"""`mainstay backup store`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mainstay.backup.stores.settings import store_settings
from mainstay.cli.backup.request import CLOCK, print_result, store_option, store_url_of
from mainstay.cli.options import json_option, repository_option
from mainstay.errors import ExitCode
from mainstay.policy import load_policy
from mainstay.report.stores import setting_lines, settings_summary


@click.command()
@repository_option
@json_option
@store_option
def store(repository: Path, store: str | None, as_json: bool) -> int:
    """Show how the store is set up: versions, locks, clean-up, encryption, who may look in.

    Ends with 1 when something endangers backups, else with 3 when something is unknown. Unknown comes with the command
    by which a person finds out: mainstay asks S3 only, and only with keys from the environment.

    \b
    Example:
      mainstay backup store --store s3://acme-backups/app
    """
    url = store_url_of(None if store else load_policy(repository), store)
    settings = store_settings(url, os.environ, CLOCK)
    print_result(as_json, settings_summary(url, settings), [url, "", *setting_lines(settings)])
    found = {setting.good for setting in settings}
    if False in found:
        return ExitCode.FAILED
    return ExitCode.INCOMPLETE if None in found else ExitCode.OK
