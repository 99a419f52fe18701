from __future__ import annotations

import pytest

from mainstay.backup import signals
from mainstay.backup.signals import BackupFailed, BackupSucceeded, DrillFailed, DrillSucceeded, Event
from mainstay.errors import EngineError
from mainstay.platform.redact import remember

ID = "20261123T021700Z-5f3a9c01"
RUN = "https://github.com/acme/shop/actions/runs/7"


def test_a_reason_is_one_line_without_a_secret() -> None:
    """It leaves the machine: first line only, masked, and not endless."""
    remember("hunter22")
    error = EngineError("password hunter22 refused at postgresql://app:pw-1@db/x\nDETAIL: more")

    assert signals.reason_of(error) == "password *** refused at postgresql://app:***@db/x"
    assert len(signals.reason_of(EngineError("x" * 5000))) == 300
    assert signals.reason_of(EngineError("")) == "no reason was given"


def test_what_is_not_expected_is_named_by_its_type() -> None:
    """The text of a bug may hold anything."""
    assert signals.reason_of(ZeroDivisionError("secret row")) == "a bug in mainstay: ZeroDivisionError"
    assert signals.reason_of(KeyboardInterrupt()) == "the run was interrupted"


def test_people_hear_of_failures_only() -> None:
    """A message per night that all is well is a message that nobody reads."""
    good, bad = BackupSucceeded("app", ID), BackupFailed("shop", "disk full")

    assert signals.notification([good], RUN) is None
    text = signals.notification([good, bad], RUN)
    assert text is not None
    assert text.title == "Backup failed: shop"
    assert text.body == f"Backup of shop failed: disk full\n{RUN}"


def test_the_heartbeat_says_every_database() -> None:
    """What stands in the dead-man switch's log."""
    events: list[Event] = [BackupSucceeded("app", ID), BackupFailed("shop", "disk full")]

    assert (
        signals.heartbeat_text(events) == f"Backup of app succeeded: {ID}\nBackup of shop failed: disk full"
    )


def test_each_database_and_kind_has_an_issue_of_its_own() -> None:
    """`app` is not `app-staging`, and a drill is no backup."""
    events: list[Event] = [
        BackupFailed("app", "x"),
        BackupFailed("app-staging", "x"),
        DrillFailed("app", "x"),
    ]
    markers = [signals.marker(event) for event in events]

    assert len(set(markers)) == 3
    assert not any(one in other for one in markers for other in markers if one is not other)
    assert signals.marker(BackupSucceeded("app", ID)) == markers[0]
    assert signals.marker(DrillSucceeded("app", ID)) == markers[2]


@pytest.mark.parametrize("reason", ["```\n@everyone <!-- x -->", "@acme/dev <img src=x>", "# big"])
def test_a_reason_stays_text_in_the_issue(reason: str) -> None:
    """Indented as code, nothing of it is a mention, markup or another marker."""
    event = BackupFailed("app", signals.reason_of(EngineError(reason)))

    lines = signals.issue_text(event, RUN).body.splitlines()

    assert lines[0] == "<!-- mainstay:backup-failure:backup:app -->"
    assert f"    {reason.splitlines()[0]}" in lines
    assert lines[lines.index(f"    {reason.splitlines()[0]}") - 1] == ""
    assert f"The run: {RUN}" in lines
