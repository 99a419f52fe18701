"""What came of a command, before anything is told to GitHub."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from mainstay.action.outputs import Annotation, Level, cell, write_output, write_summary
from mainstay.errors import ExitCode, MainstayError

_SIGNS = {ExitCode.OK: "✅", ExitCode.INCOMPLETE: "⚠️"}
ANNOTATIONS_SHOWN = 10
"""GitHub shows ten annotations of a level per step and drops the others."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command.

    Attributes:
        verdict: One line for people; empty when the details begin with one.
        exit_code: What the step ends with.
        details: Markdown below the verdict.
        report: What was done or found, for machines.
        annotations: What to show on the run.
        outputs: What `action.yml` gives the job beside `result` and `report`.
        footer: Last line of the summary, about the run itself.
    """

    verdict: str
    exit_code: ExitCode = ExitCode.OK
    details: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    footer: str = ""

    @property
    def result(self) -> str:
        """The word for the exit code, as the output `result` gives it."""
        return self.exit_code.name.lower().replace("_", "-")


def explain(error: MainstayError) -> str:
    """Return the error with its hint and its pointer, a line each."""
    extra = {"hint": error.hint, "see": error.see}
    return "\n".join([error.message, *(f"{word}: {text}" for word, text in extra.items() if text)])


def failed(error: MainstayError) -> Outcome:
    """Return the outcome of a command that raised an expected error."""
    first, *others = explain(error).splitlines()
    details = "\n\n".join(cell(line) for line in others)
    return Outcome(cell(first), error.exit_code, details, annotations=(Annotation(explain(error)),))


def publish(outcome: Outcome, environ: Mapping[str, str], stdout: TextIO) -> None:
    """Tell GitHub what came of it: annotations in the log, outputs and summary in the files that GitHub names."""
    for level in Level:
        of_level = [annotation for annotation in outcome.annotations if annotation.level == level]
        for annotation in of_level[:ANNOTATIONS_SHOWN]:
            print(annotation.command(), file=stdout)
    if file := environ.get("GITHUB_OUTPUT"):
        own = {"result": outcome.result, "report": json.dumps(outcome.report)}
        for name, value in {**outcome.outputs, **own}.items():
            write_output(Path(file), name, value)
    if file := environ.get("GITHUB_STEP_SUMMARY"):
        sign = _SIGNS.get(outcome.exit_code, "❌")
        verdict = f"{sign} **{outcome.verdict}**\n\n" if outcome.verdict else ""
        footer = f"\n{outcome.footer}\n" if outcome.footer else ""
        write_summary(Path(file), f"{verdict}{outcome.details}\n{footer}")
