"""`command: evidence`: the job that alone may write records what the job before it did.

It reads that job's outputs from the environment: MAINSTAY_EVIDENCE_COMMAND (such as `backup`), MAINSTAY_EVIDENCE_RESULT
and MAINSTAY_EVIDENCE_REPORT. Nothing that it does runs code of the repository.
"""

from __future__ import annotations

from collections.abc import Mapping

from mainstay.action.inputs import Inputs
from mainstay.action.outcome import Outcome
from mainstay.errors import ExitCode
from mainstay.evidence import BRANCH, events_of, record
from mainstay.platform.clock import SystemClock
from mainstay.platform.github import github_of
from mainstay.report.quantities import count_text

_PREFIX = "MAINSTAY_EVIDENCE_"


def evidence(_: Inputs, environ: Mapping[str, str]) -> Outcome:
    """Add what a command reported to the evidence ledger on its branch."""
    command, result, report = (
        environ.get(_PREFIX + name, "").strip() for name in ("COMMAND", "RESULT", "REPORT")
    )
    # A job that was cancelled, or never came to its last step, has no output.
    events = events_of(
        command, result or "no-result", report, at=SystemClock().now(), run_url=run_url_of(environ)
    )
    commit = record(github_of(environ).writer, events)
    what = f"{count_text(len(events), 'line')} of {command}"
    verdict = f"Recorded {what} on {BRANCH}" if commit else f"{what} was recorded before"
    return Outcome(verdict, ExitCode.OK, report={"commit": commit, "events": len(events)})


def run_url_of(environ: Mapping[str, str]) -> str | None:
    """Return the address of the workflow run that this is."""
    parts = [environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else None
