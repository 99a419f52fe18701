"""What the demo says at its end: short, complete, 80 columns wide."""

from __future__ import annotations

import json
from dataclasses import replace

from mainstay.demo.text import verdict_text
from mainstay.demo.verdict import Amount, Audited, Backup, Compared, StepTaken, Unmet, Verdict

VERDICT = Verdict(
    steps=(
        StepTaken("Make a sample application", Amount(15, "file"), 0.04),
        StepTaken("Start PostgreSQL 16", Amount(1, "server"), 1.26),
        StepTaken("Back the database up", Amount(4_089_446, "byte"), 61.7),
    ),
    created=(".copier-answers.mainstay.yml", ".github/dependabot.yml", ".github/mainstay.yml", "docs/a.md"),
    compared=Compared(tables=12, rows=234_267, sequences=8, objects=78, large_objects=1, differences=()),
    backup=Backup(
        id="20261123T053443Z-d902c0c8",
        store="file://",
        database_bytes=48_234_496,
        dump_bytes=18_035_507,
        stored_bytes=4_089_446,
        restore_seconds=0.64,
        allowed_seconds=14_400,
    ),
    audit=Audited(
        "failed: 5 findings (1 high, 4 medium), 45 of 47 checks passed",
        (
            Unmet(
                "SOP103",
                "high",
                "Workflows run the Action of a real repository, pinned by its full commit",
                1,
            ),
            Unmet("ONC102", "medium", "Every role that has duties is filled", 4),
        ),
    ),
    reports=("mainstay-demo/audit.md", "mainstay-demo/verdict.json"),
)


def test_the_verdict_in_full() -> None:
    """Steps with size and time, what was created, the backup, the RTO, the findings, the reports, the proof."""
    expected = """\
Make a sample application                               15 files           0.0 s
Start PostgreSQL 16                                     1 server           1.3 s
Back the database up                                     3.9 MiB       1 min 2 s
Total                                                                  1 min 3 s

Created    4 files: .github 2, docs 1, top folder 1
Database   12 tables, 234,267 rows, 8 sequences, 1 large object, 78 other
           objects; 46.0 MiB
Backup     17.2 MiB dumped, 3.9 MiB stored in file://, 20261123T053443Z-d902c0c8
RTO        0.6 s from nothing to a restored database; the policy allows 4 h
Audit      failed: 5 findings (1 high, 4 medium), 45 of 47 checks passed
           what it expects, and how often that is not so:
              1  high      Workflows run the Action of a real repository, pinned
                           by its full commit (SOP103)
              4  medium    Every role that has duties is filled (ONC102)
Report     mainstay-demo/audit.md
           mainstay-demo/verdict.json

PROVED EQUAL: the restored database holds exactly what the destroyed one held."""

    assert expected == verdict_text(VERDICT)
    assert max(map(len, expected.splitlines())) == 80


def test_a_failed_proof_is_the_last_word() -> None:
    """Differences are named, hostile names made harmless, and what does not fit is counted."""
    differences = (*(f"table public.t{n}: the rows differ" for n in range(9)), "table \x1b[2J is missing")
    verdict = replace(VERDICT, compared=replace(VERDICT.compared, differences=differences[::-1]))

    lines = verdict_text(verdict).splitlines()[-10:]

    assert lines[0] == "NOT EQUAL: the restored database differs from the destroyed one."
    assert lines[1] == r"           table \x1b[2J is missing"
    assert lines[2] == "           table public.t8: the rows differ"
    assert lines[-1] == "           and 2 more in the report"


def test_a_restore_beyond_the_policy_is_not_hidden() -> None:
    """An RTO that was missed stands out."""
    verdict = replace(VERDICT, backup=replace(VERDICT.backup, restore_seconds=14_460.0))

    assert "4 h 1 min from nothing to a restored database; LONGER than the 4 h of the policy" in " ".join(
        verdict_text(verdict).split()
    )


def test_json_holds_every_figure() -> None:
    """Programs read the same verdict, with sizes in bytes and spans in seconds."""
    read = json.loads(VERDICT.to_json())

    assert read["proved"] is True
    assert read["steps"][2] == {
        "title": "Back the database up",
        "amount": {"value": 4_089_446, "unit": "byte"},
        "seconds": 61.7,
    }
    assert read["compared"]["rows"] == 234_267
    assert read["backup"]["restore_seconds"] == 0.64
