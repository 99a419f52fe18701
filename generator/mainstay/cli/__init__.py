"""The `mainstay` command: a thin shell. Commands are imported when they are called, errors end here."""

from __future__ import annotations

import atexit
import gc
import sys

import click

from mainstay import __version__
from mainstay.cli.boundary import reporting_errors
from mainstay.cli.lazy import LazyGroup
from mainstay.platform.signals import ending_within, interruptible

COMMANDS = {
    "adopt": "mainstay.cli.adopt:adopt",
    "audit": "mainstay.cli.audit:audit",
    "backup": "mainstay.cli.backup:backup",
    "demo": "mainstay.cli.demo:demo",
    "dependabot": "mainstay.cli.dependabot:dependabot",
    "detect": "mainstay.cli.detect:detect",
    "diff": "mainstay.cli.diff:diff",
    "evidence": "mainstay.cli.evidence:evidence",
    "init": "mainstay.cli.init:init",
    "plan": "mainstay.cli.plan:plan",
    "policy": "mainstay.cli.policy:policy",
    "runbook": "mainstay.cli.runbook:runbook",
    "sync": "mainstay.cli.sync:sync",
    "update": "mainstay.cli.update:update",
}
"""Command name -> where it is defined. A new command is one line here and one module."""


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 ok, 1 findings or failure, 2 usage, 3 incomplete, 4 not verified, 70 bug, "
    "130 interrupted.",
)
@click.version_option(__version__, message="mainstay %(version)s")
def cli() -> None:
    """Maintenance and incident response that is alive, not on paper."""


def main() -> None:
    """Run the command line and end the process with an exit code of `mainstay.errors.ExitCode`."""
    # Collecting, at the very end, what the system takes back anyway was 50 of the 285 ms of a process without work.
    atexit.register(gc.freeze)
    with ending_within(), reporting_errors(), interruptible():
        result = cli.main(standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
