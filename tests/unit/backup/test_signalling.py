from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from fakes.github.server import github_server
from fakes.github.state import REPOSITORY, FakeGitHub
from helpers.listener import Listener
from mainstay.backup.signalling import Channels, backups_told, channels_of, drills_told
from mainstay.backup.signals import LABEL, BackupFailed, BackupSucceeded, DrillFailed, DrillSucceeded
from mainstay.errors import EngineError
from mainstay.platform.github import connect
from mainstay.platform.redact import redact
from mainstay.policy.backups import Backups

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise's own
ID = "20261123T021700Z-5f3a9c01"


@pytest.fixture
def warnings() -> list[str]:
    """What could not be told."""
    return []


@pytest.fixture
def channels(listener: Listener, warnings: list[str]) -> Channels:
    """A dead-man switch that listens."""
    return Channels(listener.url, warn=warnings.append)


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    """GitHub on this machine."""
    with github_server() as server:
        yield server


@pytest.fixture
def with_issues(fake: FakeGitHub, warnings: list[str]) -> Channels:
    """Channels that keep issues."""
    issues = connect(REPOSITORY, "token", fake.url, pause_seconds=0).issues
    return Channels(issues=lambda: issues, warn=warnings.append)


def back_up(channels: Channels, *failing: str, names: tuple[str, ...] = ("app",), whole: bool = True) -> None:
    with backups_told(names, channels, whole=whole) as events:
        for name in names:
            events.append(BackupFailed(name, "disk full") if name in failing else BackupSucceeded(name, ID))


def test_the_dead_man_switch_hears_start_and_success(
    channels: Channels, listener: Listener, warnings: list[str]
) -> None:
    """The success is the plain address: silence after the start is what it alerts on."""
    back_up(channels)

    assert listener.heard == [
        ("/ping/secret-uuid/start", ""),
        ("/ping/secret-uuid", f"Backup of app succeeded: {ID}"),
    ]
    assert warnings == []


def test_one_failure_among_several_is_a_failure(channels: Channels, listener: Listener) -> None:
    """The whole run counts, and the body says which."""
    back_up(channels, "shop", names=("app", "shop"))

    assert listener.paths[-1] == "/ping/secret-uuid/fail"
    assert "Backup of shop failed: disk full" in listener.heard[-1][1]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (EngineError("no route to postgresql://app:pw-77@db/app"), "no route to postgresql://app:***@db/app"),
        (KeyboardInterrupt(), "the run was interrupted"),
        (ZeroDivisionError("pw-77"), "a bug in mainstay: ZeroDivisionError"),
    ],
)
def test_whatever_ends_a_run_early_is_a_failure_of_what_was_left(
    channels: Channels, listener: Listener, error: BaseException, reason: str
) -> None:
    """The error goes on its way; no secret goes with the heartbeat."""

    def run() -> None:
        with backups_told(["app", "shop"], channels) as events:
            events.append(BackupSucceeded("app", ID))
            raise error

    with pytest.raises(type(error)):
        run()

    path, body = listener.heard[-1]
    assert path.endswith("/fail")
    assert body == f"Backup of app succeeded: {ID}\nBackup of shop failed: {reason}"


def test_a_run_for_one_database_is_no_sign_of_life(channels: Channels, listener: Listener) -> None:
    """Otherwise it would hide that the others are never backed up. Its failure is told."""
    back_up(channels, whole=False)
    assert listener.heard == []

    back_up(channels, "app", whole=False)
    assert listener.paths == ["/ping/secret-uuid/fail"]


def test_a_query_stays_behind_the_suffix(listener: Listener) -> None:
    """`?rid=…` belongs to the address, not to its path."""
    back_up(Channels(f"{listener.url}/?rid=1"))

    assert listener.paths == ["/ping/secret-uuid/start?rid=1", "/ping/secret-uuid/?rid=1"]


@pytest.mark.parametrize("statuses", [[200, 503], [200, 500]])
def test_a_stumbling_switch_is_tried_again(
    channels: Channels, listener: Listener, warnings: list[str], statuses: list[int]
) -> None:
    """Once more, and then it is well."""
    listener.statuses = statuses

    back_up(channels)

    assert len(listener.heard) == 3
    assert warnings == []


@pytest.mark.parametrize("status", [301, 404, 500])
def test_a_switch_that_refuses_fails_no_backup_and_is_said(
    channels: Channels, listener: Listener, warnings: list[str], status: int
) -> None:
    """Neither a redirect is followed, nor is the secret address repeated."""
    listener.statuses = [status] * 3

    back_up(channels)

    assert warnings == [
        f"the heartbeat start was not taken: it answered {status}",
        f"the heartbeat success was not taken: it answered {status}",
    ]
    assert "/elsewhere" not in listener.paths


def test_a_switch_that_is_not_there_fails_no_backup(warnings: list[str]) -> None:
    """The host is named, the address is not."""
    back_up(Channels("http://127.0.0.1:9/ping/secret-uuid", warn=warnings.append))

    assert len(warnings) == 2
    assert all("127.0.0.1 gave no answer" in warning for warning in warnings)
    assert "secret-uuid" not in "".join(warnings)


def test_a_switch_that_never_answers_holds_nobody_up(
    channels: Channels, listener: Listener, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three attempts at most, each with a short timeout."""
    monkeypatch.setattr("mainstay.backup.signalling._TIMEOUT_SECONDS", 0.2)
    listener.delay_seconds = 1.0
    begun = time.monotonic()

    back_up(channels)

    assert time.monotonic() - begun < 0.9
    assert [warning.partition(" was")[0] for warning in warnings] == [
        "the heartbeat start",
        "the heartbeat success",
    ]


def test_people_are_told_through_apprise(listener: Listener, warnings: list[str]) -> None:
    """By its own json:// to a real server; only when something failed, and of drills as well."""
    channels = Channels(
        notify={"OPS": f"json://{listener.address}/hook"}, run_url="https://run", warn=warnings.append
    )

    back_up(channels)
    assert listener.heard == []
    back_up(channels, "app")
    with drills_told(["app"], channels) as events:
        events.append(DrillFailed("app", "it differs"))

    backup, drill = (json.loads(body) for _, body in listener.heard)
    assert (backup["title"], backup["message"]) == (
        "Backup failed: app",
        "Backup of app failed: disk full\nhttps://run",
    )
    assert drill["title"] == "Restore drill failed: app"
    assert warnings == []


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("json://127.0.0.1:9/secret-hook", "the service did not take it"),
        ("nonsense", "apprise does not know what to do with such an address"),
        ("slack://secret-hook", "apprise does not know what to do with such an address"),
    ],
)
def test_a_service_that_takes_nothing_fails_no_backup(
    address: str, problem: str, warnings: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The variable is named; its value stands nowhere."""
    back_up(Channels(notify={"OPS": address}, warn=warnings.append), "app")

    assert warnings == [f"nobody was told through $OPS: {problem}"]
    assert caplog.text == ""


def test_channels_come_from_policy_and_environment(warnings: list[str]) -> None:
    """A variable that is not set is said; one that is set is masked from then on."""
    policy = Backups(store="file:///x", heartbeat="$BEAT", notify=["$OPS", "$CHAT"])

    channels = channels_of(
        policy, {"BEAT": "https://hc.example/uuid-1", "OPS": "slack://tok-en"}, warnings.append
    )

    assert channels.heartbeat == "https://hc.example/uuid-1"
    assert channels.notify == {"OPS": "slack://tok-en"}
    assert warnings == ["nobody is told there: the environment variable CHAT is not set"]
    assert "uuid-1" not in repr(channels) + redact("at https://hc.example/uuid-1")


def test_a_failure_opens_one_issue_and_recovery_closes_it(
    fake: FakeGitHub, with_issues: Channels, warnings: list[str]
) -> None:
    """Night after night one issue, with the newest reason; then a comment, and closed."""
    back_up(with_issues, "app")
    back_up(with_issues, "app")
    with backups_told(["app"], with_issues) as events:
        events.append(BackupFailed("app", "no route"))

    (issue,) = fake.shop.all_issues
    assert issue["title"] == "Backup of app failed"
    assert [label["name"] for label in issue["labels"]] == [LABEL]
    assert "    no route" in issue["body"].splitlines()

    back_up(with_issues)

    assert fake.shop.open_issues == []
    assert fake.shop.said == [(1, f"Backup {ID} of app succeeded.")]
    assert warnings == []


def test_issues_of_other_databases_kinds_and_people_stay(fake: FakeGitHub, with_issues: Channels) -> None:
    """Found by marker and by author: a copy of the marker by somebody else is not ours to close."""
    back_up(with_issues, "app", "app-staging", names=("app", "app-staging"))
    with drills_told(["app"], with_issues) as events:
        events.append(DrillFailed("app", "it differs"))
    fake.shop.issue("copy", str(fake.shop.issues[1]["body"]), LABEL, author="mallory")
    fake.shop.issue("by hand", "no marker", LABEL)

    back_up(with_issues)

    assert [issue["title"] for issue in fake.shop.open_issues] == [
        "Backup of app-staging failed",
        "Restore drill of app failed",
        "copy",
        "by hand",
    ]
    with drills_told(["app"], with_issues) as events:
        events.append(DrillSucceeded("app", ID))
    assert "Restore drill of app failed" not in [issue["title"] for issue in fake.shop.open_issues]


def test_two_issues_about_the_same_become_one(fake: FakeGitHub, with_issues: Channels) -> None:
    """Two runs at once may each have opened one."""
    back_up(with_issues, "app")
    fake.shop.issue("Backup of app failed", str(fake.shop.issues[1]["body"]), LABEL)

    back_up(with_issues, "app")

    assert [issue["number"] for issue in fake.shop.open_issues] == [1]


@pytest.mark.parametrize("failing", [["app"], []])
def test_a_github_that_refuses_fails_no_backup(
    fake: FakeGitHub, with_issues: Channels, warnings: list[str], failing: list[str]
) -> None:
    """It is said, with the permission that is missing."""
    fake.break_status("GET .*/issues", 403)

    back_up(with_issues, *failing)

    (warning,) = warnings
    assert warning.startswith("the issue about it is not up to date: cannot read its issues in acme/shop")


def test_all_channels_are_used_though_one_fails(
    fake: FakeGitHub, with_issues: Channels, listener: Listener, warnings: list[str]
) -> None:
    """A broken switch keeps nobody from hearing."""
    everything = Channels(
        "http://127.0.0.1:9/x",
        {"OPS": "nonsense", "CHAT": f"json://{listener.address}/hook"},
        with_issues.issues,
        warn=warnings.append,
    )

    back_up(everything, "app")

    assert len(listener.heard) == 1
    assert [issue["title"] for issue in fake.shop.open_issues] == ["Backup of app failed"]
    assert len(warnings) == 3


def test_nobody_is_told_without_channels(listener: Listener) -> None:
    """The default tells nothing and asks nobody."""
    back_up(Channels(), "app")

    assert listener.heard == []
