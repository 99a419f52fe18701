"""`python -m mainstay.action`: what `action.yml` runs."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import TextIO

from mainstay.action.commands import command_named
from mainstay.action.inputs import read_inputs
from mainstay.action.outcome import Outcome, failed, publish
from mainstay.action.outputs import Annotation, masks, quoted
from mainstay.action.startup import start_up_line
from mainstay.errors import ExitCode, MainstayError
from mainstay.platform.clock import SystemClock, cpu_seconds
from mainstay.platform.redact import redact, remember_url
from mainstay.platform.signals import ending_within, interruptible


def main(environ: Mapping[str, str], stdout: TextIO) -> ExitCode:
    """Run the command that the inputs name, tell GitHub what came of it, and return the exit code."""
    for mask in masks(environ):
        print(mask, file=stdout, flush=True)
    for value in environ.values():
        if "://" in value and "@" in value:
            remember_url(value)
    with quoted(stdout):
        outcome = _run(environ, stdout)
    publish(outcome, environ, stdout)
    return outcome.exit_code


def _run(environ: Mapping[str, str], stdout: TextIO) -> Outcome:
    try:
        with ending_within(), interruptible():
            inputs = read_inputs(environ)
            command = command_named(inputs.command)
            footer = start_up_line(environ, SystemClock().now(), cpu_seconds())
            return replace(command(inputs, environ), footer=footer)
    except MainstayError as error:
        return failed(error)
    except KeyboardInterrupt:
        return _ended("The run was cancelled. Nothing was proved.", ExitCode.INTERRUPTED)
    except Exception:  # noqa: BLE001 - a bug must end in a verdict too, never in silence
        print(redact(traceback.format_exc()), file=stdout)
        return _ended(
            "This is a bug in mainstay; the log holds the traceback. Nothing was proved.", ExitCode.BUG
        )


def _ended(verdict: str, code: ExitCode) -> Outcome:
    return Outcome(verdict, code, annotations=(Annotation(verdict),))


def _drop_empty_settings() -> None:
    # A workflow sets what an unset variable or secret gives, an empty text. To the clients of a store that is a
    # wrong region or endpoint, not a missing one.
    stores = ("AWS_", "AZURE_", "GOOGLE_")
    for name in [name for name, value in os.environ.items() if name.startswith(stores) and not value]:
        del os.environ[name]


if __name__ == "__main__":
    _drop_empty_settings()
    sys.exit(main(os.environ, sys.stdout))
