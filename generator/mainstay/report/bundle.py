"""What an auditor can take away: results, what they rest on, which controls they help with, and sums to check it all.

Pure and reproducible: the same report gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mainstay.audit.controls import CONTROLS, FRAMEWORKS, Control
from mainstay.audit.model import Outcome, Report, Result
from mainstay.report.check_pages import checks_markdown
from mainstay.report.escape import markdown_text
from mainstay.report.html import html
from mainstay.report.html.trend import TrendPoint
from mainstay.report.json_v1 import json_v1
from mainstay.report.verdict import verdict

SUMS = "SHA256SUMS"
HONEST = (
    "This bundle helps an auditor; it attests nothing. mainstay looked at files, at GitHub, at the store and at the"
    " evidence ledger as far as it says so, and at nothing else. Which control a check gives evidence for is our"
    " reading: the ids are the frameworks' own, the words are ours. No check proves that a control is effective, and"
    " a control with no failing check is not thereby met."
)


@dataclass(frozen=True, slots=True)
class Source:
    """The state of the repository that was judged.

    Attributes:
        commit: The commit that was checked out; nothing outside git.
        changed: Paths that differ from it.
    """

    commit: str | None = None
    changed: Sequence[str] = ()


def bundle(report: Report, source: Source, history: Iterable[TrendPoint] = ()) -> dict[str, str]:
    """Return the files of the bundle, name -> text."""
    files = {
        "README.md": _readme(report, source),
        "checks.md": checks_markdown([result.check for result in report.results]),
        "controls.json": _json({"note": HONEST, "controls": [_control(each, report) for each in CONTROLS]}),
        "controls.md": "\n".join(_controls_page(report)) + "\n",
        "inputs.json": _json(
            {"commit": source.commit, "changed": list(source.changed), "files": _unicode(report.inputs)}
        ),
        "report.html": html(report, history),
        "results.json": json_v1(report),
    }
    sums = (f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in sorted(files.items()))
    return {**files, SUMS: "".join(sums)}


def _control(control: Control, report: Report) -> dict[str, object]:
    found = _results(control, report)
    return {
        "framework": control.framework,
        "part": FRAMEWORKS[control.framework],
        "id": control.id,
        "about": control.about,
        "checks": {result.check.id: _outcome(result) for result in found},
    }


def _results(control: Control, report: Report) -> list[Result]:
    return [result for result in report.results if control.concerns(result.check)]


def _outcome(result: Result) -> str:
    return "not_asked" if result.not_asked else result.outcome.value


def _controls_page(report: Report) -> Iterator[str]:
    yield f"# Controls\n\n{HONEST}"
    for framework, part in FRAMEWORKS.items():
        yield f"\n## {framework}: {part}\n"
        yield "| Control | About | Passed | Not passed |"
        yield "| --- | --- | --- | --- |"
        for control in (each for each in CONTROLS if each.framework == framework):
            found = [r for r in _results(control, report) if r.outcome is not Outcome.NOT_APPLICABLE]
            passed = ", ".join(r.check.id for r in found if r.outcome is Outcome.PASS) or "-"
            others = ", ".join(f"{r.check.id} {_outcome(r)}" for r in found if r.outcome is not Outcome.PASS)
            yield f"| {control.id} | {control.about} | {passed} | {others.replace('_', ' ') or '-'} |"


def _readme(report: Report, source: Source) -> str:
    commit = f"commit `{source.commit}`" if source.commit else "a folder that is not in git"
    state = f", with {len(source.changed)} files that differ from it" if source.changed else ""
    return f"""\
# Evidence of an audit against SOP-603

**{markdown_text(verdict(report))}**

Judged on {report.at:%Y-%m-%d %H:%M} UTC by mainstay {report.tool_version}: {commit}{state}.

{HONEST}

| File | What it is |
| --- | --- |
| `results.json` | Every check with its outcome, findings and evidence; `mainstay audit schema` prints its schema |
| `report.html` | The same for people, in one page that loads nothing |
| `checks.md` | What each check asks, why, and how to fix what it finds |
| `controls.md`, `controls.json` | Which controls of SOC 2, ISO/IEC 27001:2022 and NIST CSF 2.0 the checks help with |
| `inputs.json` | The commit, and the SHA-256 of each file whose text was judged |
| `{SUMS}` | The SHA-256 of each file of this bundle |

`sha256sum -c {SUMS}` tells whether the bundle is as it was written. It does not tell who wrote it: keep it where only
few can write, or attest it, for example with `gh attestation`.
"""


def _json(tree: Mapping[str, object]) -> str:
    return json.dumps(tree, indent=2) + "\n"


def _unicode(inputs: Mapping[str, str]) -> dict[str, str]:
    return {path.encode("utf-8", "backslashreplace").decode(): digest for path, digest in inputs.items()}
