from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.errors import UsageError
from mainstay.evidence import Event, EvidenceError, append_to, events_of, parse_ledger

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
RUN = "https://github.com/acme/shop/actions/runs/1"


def backup(days: int, subject: str = "app") -> Event:
    at = NOW + timedelta(days=days)
    return Event(kind="backup", subject=subject, passed=True, at=at, facts={"id": f"b{days}"}, run_url=RUN)


def ledger(*events: Event) -> str:
    """Return the text of a ledger to which each event was added by a run of its own."""
    text = ""
    for event in events:
        text += "".join(f"{line}\n" for line in append_to(text, [event]))
    return text


THREE = ledger(backup(0), backup(1), backup(2))


def test_what_was_recorded_is_read_back() -> None:
    """Kind, subject, figures and the run's address survive, and the chain holds."""
    found = parse_ledger(THREE)

    assert found.breaks == ()
    assert [(entry.number, entry.facts["id"], entry.run_url) for entry in found.entries] == [
        (1, "b0", RUN),
        (2, "b1", RUN),
        (3, "b2", RUN),
    ]
    assert next(found.of("backup", "app")).facts == {"id": "b2"}
    assert list(found.of("drill")) == []


def test_each_line_is_json() -> None:
    """Any tool can read it: one object per line, with the digest of the line before."""
    first, second, _ = (json.loads(line) for line in THREE.splitlines())

    assert second["previous"] == first["digest"]
    assert first["at"] == "2026-11-23T09:00:00Z"


def test_a_run_that_records_twice_leaves_one_line() -> None:
    """A write whose answer was lost is tried again, and must not count double."""
    assert append_to(THREE, [backup(2)]) == []
    assert len(append_to(THREE, [backup(2), backup(3)])) == 1


def test_two_writers_that_meet_both_get_their_lines_in() -> None:
    """Whoever comes second makes the line anew on top of the first: the chain holds, nothing is lost."""
    first = THREE + "".join(f"{line}\n" for line in append_to(THREE, [backup(3, "app")]))
    stale = append_to(THREE, [backup(3, "shop")])
    anew = append_to(first, [backup(3, "shop")])

    assert parse_ledger(first + stale[0] + "\n").breaks != ()
    assert parse_ledger(first + anew[0] + "\n").breaks == ()
    assert len(parse_ledger(first + anew[0] + "\n").entries) == 5


LINES = THREE.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (THREE.replace('"b1"', '"b9"'), "changed after it was written"),
        (LINES[0] + LINES[2], "does not follow on the one before it"),
        (LINES[1] + LINES[0] + LINES[2], "does not follow"),
        (LINES[0] + LINES[0] + LINES[1], "does not follow"),
        (LINES[1] + LINES[2], "does not follow"),
        (LINES[0] + "\n" + LINES[1], "is no entry of a ledger"),
        (LINES[0] + "not json\n", "is no entry of a ledger"),
        (LINES[0].replace(",", ", ", 1), "not written as mainstay writes it"),
        (THREE.rstrip("\n"), "has no end"),
        (THREE + "[" * 100_000 + "\n", "too long"),
        (THREE + "[" * 60_000 + "\n", "is no entry"),
        (LINES[0].replace('"number":1', '"number":1,"number":1'), "not written as mainstay writes it"),
    ],
    ids=range(12),
)
def test_every_break_of_the_chain_is_named(text: str, words: str) -> None:
    """Changed, removed, put in, repeated, moved, cut: the line and the reason are told."""
    breaks = parse_ledger(text).breaks

    assert any(words in each.why for each in breaks), breaks
    assert all(each.line >= 1 for each in breaks)


def test_a_broken_ledger_is_continued() -> None:
    """What happens after a break is recorded, and the break stays visible."""
    text = THREE.replace('"b1"', '"b9"')

    text += "".join(f"{line}\n" for line in append_to(text, [backup(3)]))

    found = parse_ledger(text)
    assert [each.line for each in found.breaks] == [2]
    assert found.entries[-1].facts == {"id": "b3"}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_single_change_of_a_line_goes_unnoticed(data: st.DataObject) -> None:
    """Whatever character is changed, the chain tells."""
    place = data.draw(st.integers(0, len(THREE) - 1))
    other = data.draw(st.characters(codec="ascii", exclude_characters=THREE[place]))

    assert parse_ledger(THREE[:place] + other + THREE[place + 1 :]).breaks != ()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_text_makes_reading_fail(text: str) -> None:
    """The branch may hold anything: what is no ledger is a break, not a crash."""
    found = parse_ledger(text)

    assert found.entries == ()
    assert bool(found.breaks) == bool(text)


@pytest.mark.parametrize(
    "event",
    [
        Event(kind="weather", subject="app", passed=True, at=NOW),
        Event(kind="backup", subject="", passed=True, at=NOW),
        Event(kind="backup", subject="app", passed=True, at=datetime(2026, 11, 23)),  # noqa: DTZ001 - the point
    ],
    ids=["kind", "subject", "zone"],
)
def test_what_is_no_event_is_refused(event: Event) -> None:
    """A line that nobody can read later is not written."""
    with pytest.raises(EvidenceError, match="this cannot be recorded"):
        append_to("", [event])


def test_reports_of_the_action_become_events() -> None:
    """A backup and a drill leave a line per database, an audit one; figures only, no nested lists."""
    taken = events_of("backup", "ok", '{"app": {"id": "x", "size_bytes": 5}}', at=NOW, run_url=RUN)
    drill = '{"app": {"id": "x", "passed": false, "restore_seconds": 4.5, "differences": ["a"]}}'
    drilled = events_of("restore-drill", "failed", drill, at=NOW, run_url=RUN)
    audited = events_of("audit", "failed", '{"critical": 0, "high": 2}', at=NOW, run_url=RUN)

    assert [(each.kind, each.subject, each.passed, each.facts) for each in taken + drilled + audited] == [
        ("backup", "app", True, {"id": "x", "size_bytes": 5}),
        ("drill", "app", False, {"id": "x", "passed": False, "restore_seconds": 4.5}),
        ("audit", "SOP-603", False, {"result": "failed", "critical": 0, "high": 2}),
    ]


@pytest.mark.parametrize("command", ["backup", "restore-drill", "audit"])
def test_a_command_that_could_not_report_is_a_failure(command: str) -> None:
    """No report is no success: the failure is what is recorded."""
    events = events_of(command, "bug", "", at=NOW, run_url=RUN)

    assert [(each.passed, each.facts) for each in events] == [(False, {"result": "bug"})]


def test_a_report_that_is_none_is_refused() -> None:
    """Neither a command without evidence nor broken JSON is recorded."""
    for command, report in (("sop-update", "{}"), ("backup", "{")):
        with pytest.raises(UsageError):
            events_of(command, "ok", report, at=NOW, run_url=None)
