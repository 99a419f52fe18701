from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest

from fakes.github.server import github_server
from helpers.backups import keys_in, manifest_at, put_backup
from helpers.composite import read_outputs
from helpers.listener import Listener
from helpers.policies import changed
from helpers.postgres import Database
from helpers.rendering import render
from helpers.workflow_log import Command, commands_in
from mainstay.action.__main__ import main
from mainstay.action.commands import COMMANDS, command_named
from mainstay.errors import ExitCode
from mainstay.platform import git
from mainstay.platform.clock import SystemClock
from mainstay.policy import POLICY_PATH


@dataclass
class Told:
    """What GitHub was told."""

    code: ExitCode
    outputs: dict[str, str]
    summary: str
    log: str

    @property
    def commands(self) -> list[Command]:
        """The workflow commands that took effect."""
        return commands_in(self.log)

    @property
    def errors(self) -> list[str]:
        """What the error annotations say."""
        return [command.data for command in self.commands if command.name == "error"]

    @property
    def report(self) -> dict[str, dict[str, object]]:
        """The output of that name."""
        report: dict[str, dict[str, object]] = json.loads(self.outputs["report"])
        return report


def act(tmp_path: Path, command: str, environ: Mapping[str, str] | None = None) -> Told:
    """Run a command of the Action in the checkout `tmp_path / "app"`."""
    files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("")
    given = {
        "GITHUB_WORKSPACE": str(tmp_path / "app"),
        "MAINSTAY_INPUT_COMMAND": command,
        "MAINSTAY_INPUT_PATH": ".",
        **{name: str(file) for name, file in files.items()},
        **(environ or {}),
    }
    log = io.StringIO()
    code = main(given, log)
    outputs, summary = (file.read_text(encoding="utf-8") for file in files.values())
    return Told(code, read_outputs(outputs), summary, log.getvalue())


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A repository that keeps its backups in a folder."""
    (tmp_path / "store").mkdir()
    root = render(tmp_path / "app")
    policy = root / POLICY_PATH
    text = policy.read_text(encoding="utf-8")
    store = re.search(r"store: (\S+)", text)
    assert store is not None
    policy.write_text(changed(text, (store[1], f"file://{tmp_path}/store")), encoding="utf-8")
    return root


def test_every_command_can_be_imported() -> None:
    """The table of commands names functions that exist."""
    assert all(callable(command_named(name)) for name in COMMANDS)


def test_a_backup_is_taken_and_its_drill_passes(tmp_path: Path, app: Path, database: Database) -> None:
    """The two scheduled commands, one after the other, on a real database."""
    database.execute("CREATE TABLE cat AS SELECT n, 'cat ' || n AS name FROM generate_series(1, 500) n")
    secret = {"DATABASE_URL": database.url}

    taken = act(tmp_path, "backup", secret)
    drill = act(tmp_path, "restore-drill", {"MAINSTAY_SCRATCH_URL": database.server_url})

    assert (taken.code, taken.outputs["result"]) == (ExitCode.OK, "ok"), taken.log
    assert "✅ **Backups taken: 1 of 1 database**" in taken.summary
    assert "500 rows in 1 table" in taken.summary
    assert (drill.code, drill.outputs["result"]) == (ExitCode.OK, "ok"), drill.log
    assert drill.report["app"]["id"] == taken.report["app"]["id"]
    assert "equal to the manifest" in drill.summary
    assert app.is_dir()


def test_the_password_is_masked_and_written_nowhere(tmp_path: Path, app: Path, database: Database) -> None:
    """Not when it works, and not when the server refuses it."""
    wrong = re.sub(r":[^:@/]+@", ":wr0ng-pass%40word@", database.url)
    assert wrong != database.url

    refused = act(tmp_path, "backup", {"DATABASE_URL": wrong})

    assert refused.code == ExitCode.FAILED
    masks = {command.data for command in refused.commands if command.name == "add-mask"}
    assert masks == {"wr0ng-pass%40word", "wr0ng-pass@word"}
    told = refused.summary + json.dumps(refused.outputs)
    told += "".join(line for line in refused.log.splitlines() if not line.startswith("::add-mask::"))
    assert "wr0ng" not in told
    assert "authentication" in refused.summary
    assert app.is_dir()


def test_a_backup_without_its_secret_says_which(tmp_path: Path, app: Path) -> None:
    """An unset secret arrives as an empty text."""
    told = act(tmp_path, "backup", {"DATABASE_URL": ""})

    assert (told.code, told.outputs["result"]) == (ExitCode.USAGE, "usage")
    assert "DATABASE_URL is not set" in told.errors[0]
    assert app.is_dir()


def test_a_drill_without_a_backup_fails(tmp_path: Path, app: Path) -> None:
    """Nothing to restore is a failure, not a day off."""
    told = act(tmp_path, "restore-drill")

    assert (told.code, told.outputs["result"]) == (ExitCode.FAILED, "failed")
    assert "Restore drills passed: 0 of 1 database" in told.summary
    assert "holds no backup" in told.errors[0]
    assert app.is_dir()


def test_a_drill_finds_a_damaged_backup(tmp_path: Path, app: Path, database: Database) -> None:
    """One changed byte in the store is enough."""
    database.execute("CREATE TABLE cat AS SELECT 1 AS n")
    act(tmp_path, "backup", {"DATABASE_URL": database.url})
    (artifact,) = (tmp_path / "store").rglob("dump.zst")
    data = bytearray(artifact.read_bytes())
    data[len(data) // 2] ^= 1
    artifact.write_bytes(data)

    told = act(tmp_path, "restore-drill", {"MAINSTAY_SCRATCH_URL": database.server_url})

    assert (told.code, told.outputs["result"]) == (ExitCode.NOT_VERIFIED, "not-verified"), told.log
    assert "❌" in told.summary
    assert app.is_dir()


def test_a_drill_that_breaks_a_promise_fails(tmp_path: Path, app: Path, database: Database) -> None:
    """A backup that is whole but too old, or too slow to restore, is not what was promised."""
    policy = app / POLICY_PATH
    text = policy.read_text(encoding="utf-8")
    policy.write_text(re.sub(r"rpo: \w+", "rpo: 1s", text), encoding="utf-8")
    database.execute("CREATE TABLE cat AS SELECT n FROM generate_series(1, 10) n")
    act(tmp_path, "backup", {"DATABASE_URL": database.url})
    database.query("SELECT pg_sleep(1.1)")

    told = act(tmp_path, "restore-drill", {"MAINSTAY_SCRATCH_URL": database.server_url})

    assert (told.code, told.outputs["result"]) == (ExitCode.FAILED, "failed")
    assert "older than the recovery point objective of 1 second" in told.errors[0]


def test_a_newer_revision_opens_an_issue(tmp_path: Path, app: Path) -> None:
    """From a real git of the template to an issue on GitHub."""
    template = tmp_path / "template"
    template.mkdir()
    repository = git.Repository(template)
    for words in (
        ["init", "-q"],
        ["commit", "-q", "--allow-empty", "-m", "one"],
        ["tag", "v1.0.0"],
        ["tag", "v1.1.0"],
    ):
        repository.git(*words)
    (app / ".copier-answers.mainstay.yml").write_text(f"_src_path: {template}\n_commit: v1.0.0\n")

    with github_server() as fake:
        told = act(tmp_path, "sop-update", fake.environ())
        again = act(tmp_path, "sop-update", fake.environ())

    assert (told.code, again.code) == (ExitCode.OK, ExitCode.OK), told.log
    assert [issue["title"] for issue in fake.shop.all_issues] == ["SOP revision v1.1.0 is available"]
    assert told.report == {
        "adopted": "v1.0.0",
        "newest": "v1.1.0",
        "issue": fake.shop.issues[1]["html_url"],
        "pull_request": None,
    }


def test_a_missing_permission_is_named(tmp_path: Path, app: Path) -> None:
    """The reader learns what to grant."""
    template = tmp_path / "template"
    template.mkdir()
    git.Repository(template).git("init", "-q")
    (app / ".copier-answers.mainstay.yml").write_text(f"_src_path: {template}\n_commit: v1.0.0\n")

    with github_server() as fake:
        fake.break_status("GET .*/issues", 403)
        told = act(tmp_path, "sop-update", fake.environ())

    assert told.code == ExitCode.FAILED
    assert "issues: read" in told.errors[0]


def test_what_the_checkout_says_is_no_command(tmp_path: Path, app: Path) -> None:
    """A hostile policy is quoted in log, summary and annotation, and runs nothing in any of them."""
    (app / POLICY_PATH).write_text('"x\\n::add-mask::a\\n##[error]b|<img src=x>": 1\n')

    told = act(tmp_path, "backup")

    (error,) = told.commands
    assert (error.name, told.code) == ("error", ExitCode.USAGE)
    assert "<img" not in told.summary


def test_a_bug_ends_in_a_verdict(tmp_path: Path, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a traceback in the log, and never green."""

    def broken(_: Path) -> None:
        raise ZeroDivisionError("::error::of all things")

    monkeypatch.setattr("mainstay.action.backups.load_policy", broken)

    told = act(tmp_path, "backup")

    assert (told.code, told.outputs["result"]) == (ExitCode.BUG, "bug")
    assert "ZeroDivisionError" in told.log
    assert [command.data.partition(" in ")[0] for command in told.commands] == ["This is a bug"]
    assert app.is_dir()


def signalling(app: Path, **backups: str) -> None:
    """Let the policy name channels: key of `backups` -> value."""
    policy = app / POLICY_PATH
    lines = "".join(f"  {key}: {value}\n" for key, value in backups.items())
    text = policy.read_text(encoding="utf-8")
    policy.write_text(changed(text, ("backups:\n", f"backups:\n{lines}")), encoding="utf-8")


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_a_failure_is_told_everywhere_and_recovery_takes_it_back(
    tmp_path: Path, app: Path, database: Database, listener: Listener
) -> None:
    """Dead-man switch, message and issue; the night after, success closes the issue."""
    signalling(app, heartbeat="$BEAT", notify="[$OPS]")
    database.execute("CREATE TABLE cat AS SELECT 1 AS n")
    with github_server() as fake:
        told = {**fake.environ(), "BEAT": listener.url, "OPS": f"json://{listener.address}/hook"}
        wrong = re.sub(r":[^:@/]+@", ":wr0ng-pass@", database.url)

        failed = act(tmp_path, "backup", {**told, "DATABASE_URL": wrong})
        (issue,) = fake.shop.open_issues
        recovered = act(tmp_path, "backup", {**told, "DATABASE_URL": database.url})

        assert fake.shop.open_issues == []
    assert (failed.code, recovered.code) == (ExitCode.FAILED, ExitCode.OK), recovered.log
    assert listener.paths == [
        "/ping/secret-uuid/start",
        "/ping/secret-uuid/fail",
        "/hook",
        "/ping/secret-uuid/start",
        "/ping/secret-uuid",
    ]
    assert issue["title"] == "Backup of app failed"
    everything = json.dumps([listener.heard, fake.shop.all_issues, fake.shop.said])
    assert "authentication" in everything
    assert "wr0ng" not in everything
    assert [command for command in recovered.commands if command.name == "warning"] == []
    assert "secret-uuid" not in failed.summary + recovered.summary


def test_a_drill_that_fails_keeps_an_issue_of_its_own(tmp_path: Path, app: Path, listener: Listener) -> None:
    """And leaves the dead-man switch alone: that one is about backups."""
    signalling(app, heartbeat="$BEAT")

    with github_server() as fake:
        act(tmp_path, "restore-drill", {**fake.environ(), "BEAT": listener.url})

    assert [issue["title"] for issue in fake.shop.open_issues] == ["Restore drill of app failed"]
    assert listener.heard == []


def test_what_could_not_be_told_is_a_warning(tmp_path: Path, app: Path, database: Database) -> None:
    """The backup is there, and green; the run says that nobody was told."""
    signalling(app, heartbeat="$BEAT", notify="[$OPS]")
    database.execute("CREATE TABLE cat AS SELECT 1 AS n")
    with github_server() as fake:
        fake.break_status("GET .*/issues", 403)
        told = act(
            tmp_path,
            "backup",
            {**fake.environ(), "DATABASE_URL": database.url, "BEAT": "http://127.0.0.1:9/secret-uuid"},
        )

    assert told.code == ExitCode.OK, told.log
    warnings = [command.data for command in told.commands if command.name == "warning"]
    assert [warning.partition(":")[0] for warning in warnings] == [
        "nobody is told there",
        "the heartbeat start was not taken",
        "the heartbeat success was not taken",
        "the issue about it is not up to date",
    ]
    assert "secret-uuid" not in told.log + told.summary


def test_a_backup_is_encrypted_as_the_policy_says(tmp_path: Path, app: Path, database: Database) -> None:
    """Public key in the policy, private key with the drill alone."""
    identity = pyrage.x25519.Identity.generate()
    signalling(app, **{"encrypt-to": f"[{identity.to_public()}]"})
    database.execute("CREATE TABLE cat AS SELECT 1 AS n")

    taken = act(tmp_path, "backup", {"DATABASE_URL": database.url})
    scratch = {"MAINSTAY_SCRATCH_URL": database.server_url}
    without = act(tmp_path, "restore-drill", scratch)
    drill = act(tmp_path, "restore-drill", {**scratch, "MAINSTAY_AGE_IDENTITY": str(identity)})

    assert taken.code == ExitCode.OK, taken.log
    assert [path.name for path in (tmp_path / "store").rglob("dump.*")] == ["dump.zst.age"]
    assert without.code not in {ExitCode.OK, ExitCode.BUG}
    assert drill.code == ExitCode.OK, drill.log


def test_a_prune_deletes_only_when_the_variable_says_so(tmp_path: Path, app: Path) -> None:
    """Unset, misspelt or `show`: nothing goes, and the summary says what would."""
    store_url, now = (tmp_path / "store").as_uri(), SystemClock().now()
    for hours in range(1, 13):
        put_backup(store_url, manifest_at((now - timedelta(hours=hours)).replace(microsecond=0)))
    policy = app / POLICY_PATH
    text = policy.read_text(encoding="utf-8")
    policy.write_text(changed(text, ("largest-share: 50%", "largest-share: 90%")), encoding="utf-8")
    before = keys_in(store_url)

    shown = [act(tmp_path, "prune", {"BACKUP_PRUNE": word}) for word in ("", "show", "Apply", "applyx")]
    untouched = keys_in(store_url)
    applied = act(tmp_path, "prune", {"BACKUP_PRUNE": "apply"})

    assert untouched == before
    assert {told.code for told in [*shown, applied]} == {ExitCode.OK}
    assert all("Dry run:" in told.summary and "would be deleted" in told.summary for told in shown)
    assert "Pruned:" in applied.summary
    assert applied.report["app"]["applied"] is True
    went = {key.split("/")[1] for key in before} - {key.split("/")[1] for key in keys_in(store_url)}
    assert went
    assert shown[0].report["app"]["deleted"] == sorted(went, reverse=True)


def test_a_rash_prune_is_refused_for_the_run_to_show(tmp_path: Path, app: Path) -> None:
    """The newest backup is long overdue: the old ones are what is left."""
    store_url = (tmp_path / "store").as_uri()
    for day in range(1, 4):
        put_backup(store_url, manifest_at(f"2020-01-0{day}T02:17:00"))

    told = act(tmp_path, "prune", {"BACKUP_PRUNE": "apply"})

    assert (told.code, told.outputs["result"]) == (ExitCode.FAILED, "failed"), told.log
    assert "app failed:" in told.summary
    assert len({key.split("/")[1] for key in keys_in(store_url)}) == 3
    assert app.is_dir()
