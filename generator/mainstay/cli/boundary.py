"""Where every error ends: `error:`, `hint:`, `see:` for people, an exit code for callers, a log for bugs."""

from __future__ import annotations

import contextlib
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import click

from mainstay import __version__
from mainstay.errors import ExitCode, MainstayError
from mainstay.platform.redact import redact


@contextlib.contextmanager
def reporting_errors() -> Iterator[None]:
    """Turn whatever escapes the block into a message on standard error and an exit code."""
    try:
        yield
    except MainstayError as error:
        show_error(error)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        sys.exit(ExitCode.INTERRUPTED)
    except Exception:  # noqa: BLE001 - a bug must end in a log and in exit 70, never in a bare traceback
        _report_bug()
        sys.exit(ExitCode.BUG)


def show_error(error: MainstayError, *, about: str = "") -> None:
    """Print an error on standard error; `about` says which of several things it is about."""
    _line("error", f"{about}: {error.message}" if about else error.message, "red")
    if error.hint:
        _line("hint", error.hint, "cyan")
    if error.see:
        _line("see", error.see, "cyan")


def _line(label: str, text: str, colour: str) -> None:
    click.echo(f"{click.style(label + ':', fg=colour, bold=True)} {text}", err=True)


def _report_bug() -> None:
    log = "\n".join(
        [
            f"mainstay {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"command: {' '.join(sys.argv[1:3])}",
            "",
            redact(traceback.format_exc()),
        ]
    )
    with tempfile.NamedTemporaryFile(
        "w", prefix="mainstay-bug-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        file.write(log)
    _line("error", f"this is a bug in mainstay: {log.strip().splitlines()[-1]}", "red")
    _line("hint", f"please report it with {Path(file.name)} (secrets are masked; read it first)", "cyan")
