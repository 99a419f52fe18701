"""The files that survive the demo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mainstay.audit import Report
from mainstay.demo.verdict import Verdict
from mainstay.errors import UsageError
from mainstay.report.json_v1 import json_v1
from mainstay.report.markdown import markdown

REPORTS = ("audit.md", "audit.json", "verdict.json")


def write_reports(output: Path, verdict: Verdict, report: Report) -> Verdict:
    """Write verdict and audit into the folder `output`, and return the verdict with their paths.

    Raises:
        UsageError: The folder cannot be written.
    """
    verdict = replace(verdict, reports=tuple(str(output / name) for name in REPORTS))
    texts = (markdown(report), json_v1(report), verdict.to_json() + "\n")
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in zip(REPORTS, texts, strict=True):
            (output / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{output} cannot be written: {error.strerror}", hint="name another with --output"
        ) from error
    return verdict
