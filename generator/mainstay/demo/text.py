"""The verdict as text of 80 columns."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator

from mainstay.demo.verdict import Audited, Backup, Compared, Verdict
from mainstay.report.escape import visible
from mainstay.report.quantities import count_text, size_text, span_text

WIDTH = 80
_LABEL = 11
_SHOWN = 8
"""How many checks or differences are listed; the reports have them all."""


def verdict_text(verdict: Verdict) -> str:
    """Return the verdict for people; the most important line comes last."""
    return "\n".join((*_steps(verdict), "", *_facts(verdict), "", *_conclusion(verdict.compared)))


def _steps(verdict: Verdict) -> Iterator[str]:
    for step in verdict.steps:
        yield f"{step.title:<46}{step.amount.text:>18}{span_text(step.seconds):>16}"
    yield f"{'Total':<64}{span_text(verdict.seconds):>16}"


def _facts(verdict: Verdict) -> Iterator[str]:
    yield from _labelled(
        "Created", f"{count_text(len(verdict.created), 'file')}: {_by_folder(verdict.created)}"
    )
    yield from _labelled("Database", _database(verdict.compared, verdict.backup.database_bytes))
    yield from _labelled("Backup", _backup(verdict.backup))
    yield from _labelled("RTO", _rto(verdict.backup))
    yield from _audit(verdict.audit)
    for label, path in zip(("Report", *[""] * len(verdict.reports)), verdict.reports, strict=False):
        yield f"{label:<{_LABEL}}{path}"  # never wrapped: a path in two lines cannot be copied


def _by_folder(paths: tuple[str, ...]) -> str:
    counts = Counter(path.partition("/")[0] if "/" in path else "top folder" for path in paths)
    return ", ".join(f"{folder} {count}" for folder, count in sorted(counts.items()))


def _database(compared: Compared, size_bytes: int) -> str:
    counts = (
        (compared.tables, "table"),
        (compared.rows, "row"),
        (compared.sequences, "sequence"),
        (compared.large_objects, "large object"),
        (compared.objects, "other object"),
    )
    return ", ".join(count_text(count, noun) for count, noun in counts) + f"; {size_text(size_bytes)}"


def _backup(backup: Backup) -> str:
    sizes = f"{size_text(backup.dump_bytes)} dumped, {size_text(backup.stored_bytes)} stored"
    return f"{sizes} in {backup.store}, {backup.id}"


def _rto(backup: Backup) -> str:
    allowed = span_text(backup.allowed_seconds)
    verdict = (
        f"the policy allows {allowed}" if backup.within_rto else f"LONGER than the {allowed} of the policy"
    )
    return f"{span_text(backup.restore_seconds)} from nothing to a restored database; {verdict}"


def _audit(audit: Audited) -> Iterator[str]:
    yield from _labelled("Audit", audit.verdict)
    if audit.unmet:
        yield from _labelled("", "what it expects, and how often that is not so:")
    for unmet in audit.unmet[:_SHOWN]:
        label = f"{'':<{_LABEL}}{unmet.findings:>4}  {unmet.severity:<10}"
        yield from _wrapped(label, f"{unmet.expects} ({unmet.check})")
    yield from _rest(len(audit.unmet))
    if audit.crashed:
        yield from _labelled("", f"failed themselves, please report it: {', '.join(audit.crashed)}")


def _conclusion(compared: Compared) -> Iterator[str]:
    if not compared.differences:
        yield "PROVED EQUAL: the restored database holds exactly what the destroyed one held."
        return
    yield "NOT EQUAL: the restored database differs from the destroyed one."
    for difference in compared.differences[:_SHOWN]:
        yield from _labelled("", visible(difference))
    yield from _rest(len(compared.differences))


def _labelled(label: str, text: str) -> list[str]:
    return _wrapped(f"{label:<{_LABEL}}", text)


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False
    )


def _rest(count: int) -> Iterator[str]:
    if count > _SHOWN:
        yield " " * _LABEL + f"and {count - _SHOWN} more in the report"
