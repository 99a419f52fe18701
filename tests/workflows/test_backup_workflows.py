"""Backup, drill and prune as GitHub starts them, with a real PostgreSQL and a real S3 server.

What act does not do as GitHub does, and what that means here:

- `environment:` has no protection and no secrets of its own: every job is given the secrets that the test names, so
  each test names only those of its environment. That others cannot be reached holds tests/template/test_workflows.py.
- There is no OpenID Connect. The stub of the sign-in leaves what the real one leaves: keys in the job's environment.
- `permissions:` and `concurrency:` are not enforced. The linters and tests/template hold what they say.
- Steps write to a terminal there, to a pipe on GitHub: the log has the animation of a terminal.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from fakes.github.state import REPOSITORY, TOKEN, FakeGitHub
from helpers.act import Runner, Scene, runner_for
from helpers.backups import manifest_at, put_backup
from helpers.listener import Listener
from helpers.postgres import Database
from helpers.servers import ACCESS_KEY, SECRET_KEY, S3Server
from mainstay.evidence import BRANCH, PATH, parse_ledger
from mainstay.platform.clock import SystemClock
from mainstay.platform.github import connect

ROLE = "arn:aws:iam::123456789012:role/backup"
KEYS = {"STUB_ACCESS_KEY": ACCESS_KEY, "STUB_SECRET_KEY": SECRET_KEY}
HEARTBEAT = ("  # heartbeat:", "  heartbeat:")


class Shop:
    """A repository that keeps its backups on a real S3 server, and what GitHub holds for it."""

    def __init__(self, runner: Runner, bucket: str, server: S3Server) -> None:
        self.runner, self.bucket, self.server = runner, bucket, server
        self.variables = {
            "BACKUP_ROLE_ARN": ROLE,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": server.endpoint,
        }

    def stored(self) -> list[str]:
        """Return the keys of what the store holds."""
        listed = self.server.client.list_objects_v2(Bucket=self.bucket)
        return [entry["Key"] for entry in listed.get("Contents", [])]


@pytest.fixture
def shop(s3_server: S3Server, scene: Scene) -> Shop:
    """It signs in with OIDC, and has a dead-man switch."""
    bucket = s3_server.make_bucket()
    return Shop(runner_for(scene, KEYS, (HEARTBEAT,), backup_store=f"s3://{bucket}/shop"), bucket, s3_server)


def recorded(github: FakeGitHub) -> list[tuple[str, str, bool]]:
    """Return what the ledger holds: kind, subject, whether it passed."""
    text = connect(REPOSITORY, TOKEN, github.url, pause_seconds=0).contents.file(PATH, BRANCH)
    assert text is not None
    ledger = parse_ledger(text.decode())
    assert ledger.breaks == ()
    return [(entry.kind, entry.subject, entry.passed) for entry in ledger.entries]


def test_a_scheduled_backup_reaches_the_store_and_its_drill_passes(
    shop: Shop, github: FakeGitHub, database: Database, listener: Listener
) -> None:
    """The night and the Wednesday after: sign-in, dump, heartbeat; then a restore without the database's URL."""
    database.execute("CREATE TABLE cat AS SELECT n FROM generate_series(1, 1000) n")
    secrets = {"DATABASE_URL": database.url, "BACKUP_HEARTBEAT_URL": listener.url}

    backup = shop.runner.run("backup.yml", "schedule", secrets=secrets, variables=shop.variables)
    drill = shop.runner.run("restore-drill.yml", "schedule", variables=shop.variables)

    assert (backup.code, backup.jobs) == (0, {"backup": "success", "evidence": "success"}), backup.log
    assert "1,000 rows in 1 table" in backup.summary
    assert listener.paths == ["/ping/secret-uuid/start", "/ping/secret-uuid"]
    assert {"dump.zst", "manifest.json"} <= {key.rpartition("/")[2] for key in shop.stored()}
    assert (drill.code, drill.jobs) == (0, {"drill": "success", "evidence": "success"}), drill.log
    assert "equal to the manifest" in drill.summary
    assert github.shop.all_issues == []
    assert recorded(github) == [("backup", "app", True), ("drill", "app", True)]
    for used in shop.runner.stubs.used("aws-actions/configure-aws-credentials"):
        assert (used["role-to-assume"], used["aws-region"]) == (ROLE, "us-east-1")
    assert [used["persist-credentials"] for used in shop.runner.stubs.used("actions/checkout")] == [
        "false",
        "false",
    ]


def test_the_weekly_audit_asks_github_and_the_store(shop: Shop, github: FakeGitHub) -> None:
    """There is no backup yet, which a pull request cannot know; what the audit found is in the ledger."""
    run = shop.runner.run("audit.yml", "schedule", variables={**shop.variables, "CODE_SCANNING": "on"})

    assert run.jobs == {"alive": "failure", "evidence": "success"}, run.log
    assert run.steps["alive", "Audit"] == "failure"
    assert any("/dependabot/alerts" in request for request in github.requests)
    uploaded = json.loads((shop.runner.folder / "stubs/uploaded.sarif").read_text())
    found = {result["ruleId"] for result in uploaded["runs"][0]["results"]}
    assert "BK201" in found, sorted(found)
    assert [(kind, passed) for kind, _, passed in recorded(github)] == [("audit", False)]


def test_a_backup_that_fails_is_red_and_known(
    shop: Shop, github: FakeGitHub, database: Database, listener: Listener
) -> None:
    """The job fails, an issue is open, the dead-man switch hears of a failure only, and nobody sees a password."""
    wrong = re.sub(r":[^:@/]+@", ":wr0ng-pass@", database.url)
    secrets = {"DATABASE_URL": wrong, "BACKUP_HEARTBEAT_URL": listener.url}

    run = shop.runner.run("backup.yml", "schedule", secrets=secrets, variables=shop.variables)

    assert (run.code, run.jobs) == (1, {"backup": "failure", "evidence": "success"}), run.log
    assert run.steps["backup", "Back up"] == "failure"
    assert [issue["title"] for issue in github.shop.open_issues] == ["Backup of app failed"]
    assert listener.paths == ["/ping/secret-uuid/start", "/ping/secret-uuid/fail"]
    assert "authentication" in "".join(run.said("error"))
    assert "wr0ng-pass" not in run.log + run.summary + str(github.shop.all_issues)
    assert recorded(github) == [("backup", "all", False)]
    assert shop.stored() == []


def test_a_sign_in_that_fails_lets_nothing_run(shop: Shop, database: Database) -> None:
    """Without a role there is no backup, and no green."""
    del shop.variables["BACKUP_ROLE_ARN"]

    run = shop.runner.run(
        "backup.yml", "schedule", secrets={"DATABASE_URL": database.url}, variables=shop.variables
    )

    assert (run.code, run.jobs) == (1, {"backup": "failure", "evidence": "success"})
    assert ("backup", "Back up") not in run.steps
    assert shop.stored() == []


def test_a_drill_that_fails_is_red_and_known(shop: Shop, github: FakeGitHub) -> None:
    """There is nothing to restore: that is a failure, not a day off."""
    run = shop.runner.run("restore-drill.yml", "schedule", variables=shop.variables)

    assert (run.code, run.jobs) == (1, {"drill": "failure", "evidence": "success"}), run.log
    assert [issue["title"] for issue in github.shop.open_issues] == ["Restore drill of app failed"]
    assert "holds no backup" in "".join(run.said("error"))


def test_a_prune_is_off_then_shows_then_deletes(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the variable says: nothing runs, nothing goes, and what the policy no longer keeps goes."""
    for name, value in shop.server.environ().items():
        monkeypatch.setenv(name, value)
    now = SystemClock().now().replace(microsecond=0)
    for hours in range(1, 7):
        put_backup(f"s3://{shop.bucket}/shop", manifest_at(now - timedelta(hours=hours)))
    before = shop.stored()

    off = shop.runner.run("backup-prune.yml", "schedule", variables=shop.variables)
    shown = shop.runner.run(
        "backup-prune.yml", "schedule", variables=shop.variables | {"BACKUP_PRUNE": "show"}
    )
    after_show = shop.stored()
    applied = shop.runner.run(
        "backup-prune.yml", "schedule", variables=shop.variables | {"BACKUP_PRUNE": "apply"}
    )

    assert (off.code, off.jobs) == (0, {})
    assert (shown.code, shown.jobs, after_show) == (0, {"prune": "success"}, before), shown.log
    assert "would be deleted" in shown.summary
    assert (applied.code, applied.jobs) == (0, {"prune": "success"}), applied.log
    assert len(shop.stored()) < len(before)


def test_static_keys_are_used_when_they_were_chosen(
    s3_server: S3Server, scene: Scene, database: Database
) -> None:
    """No sign-in; the keys come from the secrets and are masked."""
    bucket = s3_server.make_bucket()
    database.execute("CREATE TABLE cat AS SELECT 1 AS n")
    runner = runner_for(scene, {}, backup_store=f"s3://{bucket}/shop", backup_credentials="keys")
    keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
    variables = {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": s3_server.endpoint}

    run = runner.run("backup.yml", secrets={"DATABASE_URL": database.url, **keys}, variables=variables)

    assert (run.code, run.jobs) == (0, {"backup": "success", "evidence": "success"}), run.log
    assert SECRET_KEY not in run.log
    assert runner.stubs.used("aws-actions/configure-aws-credentials") == []
