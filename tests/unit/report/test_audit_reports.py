from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mainstay.audit.model import Check, Finding, Location, Outcome, Report, Result, Severity, Waived
from mainstay.report.escape import markdown_code, markdown_text, visible
from mainstay.report.json_v1 import audit_schema, json_v1
from mainstay.report.markdown import markdown
from mainstay.report.terminal import plain, terminal

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def check(check_id: str, title: str, severity: Severity, sop: str = "4") -> Check:
    return Check(check_id, title, severity, sop, list)


def finding(
    message: str, path: str, line: int | None = None, fix: str = "repair it", note: str = ""
) -> Finding:
    return Finding(message=message, at=Location(path, line), key=message, fix=fix, note=note)


BACKUP = check("BK101", "A workflow takes a backup every day", Severity.HIGH)
RUNBOOK = check("RB201", "Every runbook was reviewed lately", Severity.MEDIUM, "9")
PINS = check("WF102", "Every action is pinned by its full commit", Severity.MEDIUM, "3")
SCHEDULE = check("MNT101", "The schedule is complete", Severity.MEDIUM, "1")
DRILL = check("BK102", "A workflow restores the newest backup", Severity.HIGH)

REPORT = Report(
    results=(
        Result(
            BACKUP,
            Outcome.FAIL,
            "",
            (
                finding(
                    "the backup: it has no schedule",
                    "backup.yml",
                    4,
                    "run it at least every 24 hours",
                ),
            ),
        ),
        Result(DRILL, Outcome.UNKNOWN, "drill.yml is not UTF-8 text (byte 3)"),
        Result(SCHEDULE, Outcome.PASS),
        Result(
            RUNBOOK,
            Outcome.FAIL,
            "",
            tuple(finding("it was never reviewed", f"docs/runbooks/rb-{n:02}.md", 1) for n in range(12)),
        ),
        Result(
            PINS,
            Outcome.WAIVED,
            waived=(
                Waived(
                    finding("x@v4 is not pinned", "ci.yml", 8), "Moves in January", date(2027, 1, 31), "@bo"
                ),
            ),
        ),
    ),
    fail_on=Severity.HIGH,
    at=NOW,
    tool_version="0.1.0",
)
CLEAN = Report((Result(SCHEDULE, Outcome.PASS),), Severity.HIGH, NOW, "0.1.0")


def test_the_terminal_shows_the_gravest_last() -> None:
    """80 columns: by section of the SOP, one fix for equal findings, the verdict in the last line."""
    expected = """\
        WF102 waived ci.yml:8  x@v4 is not pinned; until 2027-01-31: Moves in January
        9 Runbooks: 0 of 1 check passed
          RB201 medium  Every runbook was reviewed lately
            docs/runbooks/rb-00.md:1  it was never reviewed
            docs/runbooks/rb-01.md:1  it was never reviewed
            docs/runbooks/rb-02.md:1  it was never reviewed
            docs/runbooks/rb-03.md:1  it was never reviewed
            docs/runbooks/rb-04.md:1  it was never reviewed
            docs/runbooks/rb-05.md:1  it was never reviewed
            docs/runbooks/rb-06.md:1  it was never reviewed
            docs/runbooks/rb-07.md:1  it was never reviewed
            docs/runbooks/rb-08.md:1  it was never reviewed
            docs/runbooks/rb-09.md:1  it was never reviewed
            and 2 more
            fix: repair it

        4 Database backups: 0 of 2 checks passed
          BK101 high  A workflow takes a backup every day
            backup.yml:4  the backup: it has no schedule
            fix: run it at least every 24 hours

        BK102 unknown
          drill.yml is not UTF-8 text (byte 3)

        failed: 13 findings (1 high, 12 medium), 1 of 5 checks passed, 1 waived, 1 could
          not be completed
        """

    shown = terminal(REPORT, width=80, colour=False)

    assert shown == dedent(expected)
    assert max(map(len, shown.splitlines())) <= 80


def test_colours_change_nothing_but_the_colour() -> None:
    """Without the escape sequences the two are the same."""
    coloured = terminal(REPORT, width=80)

    assert "\x1b[31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == terminal(REPORT, width=80, colour=False)


def test_elsewhere_each_finding_is_one_line() -> None:
    """What is piped can be searched and cut; nothing is left out, the verdict comes last."""
    lines = plain(REPORT).splitlines()

    assert lines[0] == "WF102 waived ci.yml:8  x@v4 is not pinned; until 2027-01-31: Moves in January"
    assert lines[1] == "RB201 medium docs/runbooks/rb-00.md:1  it was never reviewed; fix: repair it"
    assert lines[13].startswith(
        "BK101 high backup.yml:4  the backup: it has no schedule; fix: run it at least"
    )
    assert lines[14] == "BK102 unknown: drill.yml is not UTF-8 text (byte 3)"
    assert (
        lines[15]
        == "failed: 13 findings (1 high, 12 medium), 1 of 5 checks passed, 1 waived, 1 could not be completed"
    )
    assert len(lines) == 16


BASED = replace(
    REPORT,
    results=(REPORT.results[0], Result(DRILL, Outcome.UNKNOWN, "not asked: offline", not_asked=True)),
    known=frozenset({REPORT.results[0].findings[0].fingerprint("BK101")}),
    gone=("RB201 docs/runbooks/rb-01.md: it was never reviewed",),
)


def test_a_baseline_and_what_was_not_asked_are_told() -> None:
    """What is gone, what was there before, what nobody looked at; none of it looks like a pass."""
    verdict = (
        "passed with findings: 1 finding (1 high), 0 of 2 checks passed, 1 not asked, 1 in the baseline, "
        "1 gone since"
    )

    assert plain(BASED) == (
        "BK102 not asked: offline\n"
        "gone RB201 docs/runbooks/rb-01.md: it was never reviewed\n"
        "BK101 high backup.yml:4  the backup: it has no schedule; fix: run it at least every 24 hours; "
        "in the baseline\n"
        f"{verdict}\n"
    )
    assert terminal(BASED, colour=False) == dedent(
        """\
        BK102 not asked: offline
        gone  RB201 docs/runbooks/rb-01.md: it was never reviewed
        4 Database backups: 0 of 1 check passed
          BK101 high  A workflow takes a backup every day
            backup.yml:4  the backup: it has no schedule (in the baseline)
            fix: run it at least every 24 hours

        passed with findings: 1 finding (1 high), 0 of 2 checks passed, 1 not asked, 1
          in the baseline, 1 gone since
        """
    )
    shown = markdown(BASED)
    assert "the backup: it has no schedule (in the baseline)" in shown
    assert "### Gone since the baseline\n\n- RB201" in shown
    assert "### Not asked\n\nThis audit left these out; they are not known to be good: BK102." in shown


def test_a_clean_report_is_one_line() -> None:
    """Success is brief."""
    assert plain(CLEAN) == "passed: 0 findings, 1 of 1 check passed\n"
    assert terminal(CLEAN, colour=False) == "passed: 0 findings, 1 of 1 check passed\n"


def test_the_verdict_says_what_kind_of_failure_it_is() -> None:
    """Incomplete is not passed, and findings below the threshold are still told."""
    incomplete = Report((Result(DRILL, Outcome.UNKNOWN, "fog"),), Severity.HIGH, NOW, "0.1.0")
    mild = Report((Result(RUNBOOK, Outcome.FAIL, "", (finding("m", "p"),)),), Severity.HIGH, NOW, "0.1.0")

    assert plain(incomplete).endswith(
        "incomplete: 0 findings, 0 of 1 check passed, 1 could not be completed\n"
    )
    assert plain(mild).endswith("passed with findings: 1 finding (1 medium), 0 of 1 check passed\n")


def test_markdown_puts_the_gravest_first() -> None:
    """A step summary is read from the top."""
    report = Report((*REPORT.results[:3], REPORT.results[4]), Severity.HIGH, NOW, "0.1.0")

    assert markdown(report) == dedent(
        """\
        ## SOP-603 audit

        **failed: 1 finding (1 high), 1 of 4 checks passed, 1 waived, 1 could not be completed**

        | Check | Severity | Where | Finding | How to fix it |
        | --- | --- | --- | --- | --- |
        | BK101 | high | `backup.yml:4` | the backup: it has no schedule | run it at least every 24 hours |

        ### Could not be completed

        | Check | Outcome | Why |
        | --- | --- | --- |
        | BK102 | unknown | drill.yml is not UTF-8 text (byte 3) |

        ### Waived

        | Check | Where | Finding | Reason | Until |
        | --- | --- | --- | --- | --- |
        | WF102 | `ci.yml:8` | x@&#8203;v4 is not pinned | Moves in January | 2027-01-31 |
        """
    )


def test_json_is_the_contract() -> None:
    """Every key, once. Who changes this test changes the contract."""
    report = Report((REPORT.results[0], REPORT.results[4]), Severity.HIGH, NOW, "0.1.0")

    tree = json.loads(json_v1(report))

    assert tree == {
        "schema_version": 1,
        "tool": {"name": "mainstay", "version": "0.1.0"},
        "generated_at": "2026-11-23T09:00:00Z",
        "fail_on": "high",
        "exit_code": 1,
        "totals": {
            "checks": {"pass": 0, "fail": 1, "unknown": 0, "error": 0, "not_applicable": 0, "waived": 1},
            "findings": {"low": 0, "medium": 0, "high": 1, "critical": 0},
            "waived": 1,
            "known": 0,
            "incomplete": 0,
        },
        "sections": [
            {"sop": "3", "title": "Security patches", "passed": 0, "judged": 1},
            {"sop": "4", "title": "Database backups", "passed": 0, "judged": 1},
        ],
        "gone": [],
        "results": [
            {
                "check": {
                    "id": "BK101",
                    "family": "BK",
                    "title": "A workflow takes a backup every day",
                    "severity": "high",
                    "sop": "4",
                },
                "outcome": "fail",
                "incomplete": False,
                "reason": "",
                "findings": [
                    {
                        "message": "the backup: it has no schedule",
                        "location": {"path": "backup.yml", "line": 4},
                        "fix": "run it at least every 24 hours",
                        "note": "",
                        "key": "the backup: it has no schedule",
                        "fingerprint": "2578e4bdc2b4beb5a4e5",
                        "known": False,
                        "evidence": {},
                    }
                ],
                "waived": [],
            },
            {
                "check": {
                    "id": "WF102",
                    "family": "WF",
                    "title": "Every action is pinned by its full commit",
                    "severity": "medium",
                    "sop": "3",
                },
                "outcome": "waived",
                "incomplete": False,
                "reason": "",
                "findings": [],
                "waived": [
                    {
                        "finding": {
                            "message": "x@v4 is not pinned",
                            "location": {"path": "ci.yml", "line": 8},
                            "fix": "repair it",
                            "note": "",
                            "key": "x@v4 is not pinned",
                            "fingerprint": "6388c9f7c0cc2290221d",
                            "known": False,
                            "evidence": {},
                        },
                        "reason": "Moves in January",
                        "expires": "2027-01-31",
                        "approved_by": "@bo",
                    }
                ],
            },
        ],
    }


def test_every_document_keeps_its_schema() -> None:
    """What is written is what `mainstay audit schema` promises, also about files with impossible names."""
    odd = Result(BACKUP, Outcome.FAIL, "", (finding("\udcff\x00", "a\udc80.yml"),))
    validator = Draft202012Validator(audit_schema())

    for report in (REPORT, CLEAN, Report((odd,), Severity.LOW, NOW, "0.1.0")):
        assert list(validator.iter_errors(json.loads(json_v1(report)))) == []
    assert list(validator.iter_errors({**json.loads(json_v1(CLEAN)), "exit_code": "0"}))


def test_a_fingerprint_does_not_move_with_the_line() -> None:
    """A baseline survives edits elsewhere in the file; another check or file is another finding."""
    one, moved, elsewhere = finding("m", "a", 1), finding("m", "a", 99), finding("m", "b", 1)

    assert one.fingerprint("BK101") == moved.fingerprint("BK101")
    assert len({one.fingerprint("BK101"), one.fingerprint("BK102"), elsewhere.fingerprint("BK101")}) == 3


def test_hostile_text_stays_text_on_a_terminal() -> None:
    """No escape sequence, no line of its own, no reversed direction."""
    hostile = finding("\x1b[2Jpassed\nBK101 pass", "a\x1b]0;x\x07\u202eb.md", 1, "x\r")
    report = Report((Result(BACKUP, Outcome.FAIL, "", (hostile,)),), Severity.HIGH, NOW, "0.1.0")

    for shown in (plain(report), terminal(report, colour=False)):
        assert shown.isascii()
        assert "\x1b" not in shown
        assert "\\x1b[2Jpassed\\nBK101 pass" in shown
    assert len(plain(report).splitlines()) == 2


def test_hostile_text_stays_text_in_markdown() -> None:
    """No row, no link, no image, no HTML, and nobody is notified."""
    hostile = finding(
        "x | y\n| z | <img src=x> ![i](http://e.example) [l](//e) @acme/all #12 https://e.example www.e.example `c`",
        "a`|`b<script>.md",
    )
    text = markdown(Report((Result(BACKUP, Outcome.FAIL, "", (hostile,)),), Severity.HIGH, NOW, "0.1.0"))

    row = text.splitlines()[-1]
    assert row.replace("\\|", "").count("|") == 6
    assert "``a`\\|`b<script>.md``" in row
    assert (
        r"\<img src=x\> \!\[i\](http:\//e.example) \[l\](//e) @&#8203;acme/all #&#8203;12 https:\//e.example www\.e"
        in row
    )


@given(st.text(max_size=80))
def test_no_text_leaves_its_cell(text: str) -> None:
    """Whatever a repository holds, a cell is one line and has no bare bar."""
    for cell in (markdown_text(text), markdown_code(text)):
        assert len(cell.splitlines()) <= 1
        assert "|" not in cell.replace("\\|", "")
        assert visible(cell) == cell
