"""`mainstay backup drill`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mainstay.backup import identities_in, scratch_url_of
from mainstay.backup.drill import Drill, exit_code_of, run_drill
from mainstay.backup.signalling import Channels, channels_of, drills_told
from mainstay.backup.signals import DrillFailed, DrillSucceeded, reason_of
from mainstay.backup.source import databases_of
from mainstay.cli.backup.request import (
    CLOCK,
    common_options,
    print_result,
    progress,
    promises_of,
    run_url,
    store_url_of,
    warn,
)
from mainstay.cli.boundary import show_error
from mainstay.errors import ExitCode, MainstayError
from mainstay.policy import Policy, load_policy
from mainstay.report.backup_drill import drill_lines, drill_summary


@click.command()
@click.option("--server-url-env", metavar="NAME", help="Variable with the URL of the scratch server.")
@common_options
def drill(
    repository: Path, store: str | None, database: str | None, as_json: bool, server_url_env: str | None
) -> int:
    """Prove the newest backup of each database: restore it into a scratch database, compare, look for damage.

    Age and duration are held against the policy's rpo and rto, the policy's assertions are asked, and the result is
    recorded in the store. Where the server cannot look for damage the drill says so. Ends with 1 when an objective was
    missed, with 3 when the store cannot be read, with 4 when a backup is not what its manifest says.

    \b
    Example:
      mainstay backup drill --database app
    """
    policy = load_policy(repository)
    names, drills, code = databases_of(policy, database), list[Drill](), ExitCode.OK
    channels = Channels() if store else channels_of(policy.backups, os.environ, warn, run_url=run_url())
    with drills_told(names, channels) as events:
        for name in names:
            try:
                found = _drilled(policy, name, store, server_url_env)
                drills.append(found)
                if failure := found.failure:
                    raise failure
            except MainstayError as error:
                show_error(error, about=name)
                code = max(code, exit_code_of(error))
                events.append(DrillFailed(name, reason_of(error)))
            else:
                events.append(DrillSucceeded(name, found.manifest.id))
    if drills or as_json:
        print_result(as_json, [drill_summary(one) for one in drills], drill_lines(drills))
    return code


def _drilled(policy: Policy, name: str, store: str | None, server_url_env: str | None) -> Drill:
    return run_drill(
        name,
        promises_of(policy).model_copy(update={"store": store_url_of(policy, store)}),
        server_url=scratch_url_of(policy, name, os.environ, server_url_env),
        identities=identities_in(os.environ),
        assertions=policy.databases[name].assertions,
        clock=CLOCK,
        progress=progress(),
        warn=lambda text: warn(f"{name}: {text}"),
        run_url=run_url(),
    )
