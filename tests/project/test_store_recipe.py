"""The recipe for a bucket, docs/stores.md: run, parsed, and held to what mainstay asks of a store."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from helpers.faulty_store import BUCKET, FaultyStore
from helpers.postgres import Database
from helpers.rendering import REPOSITORY
from mainstay.backup import Level, Source, read_catalog, take_backup, verify_and_record, verify_backup
from mainstay.backup.stores import open_store
from mainstay.backup.stores.settings import store_settings
from mainstay.platform import process

RECIPE = REPOSITORY / "docs" / "examples" / "bucket"
IDENTITIES = ("put", "verify", "prune")
ACTIONS = {
    # call of the S3 API -> what it takes
    "begin": "s3:PutObject",
    "part": "s3:PutObject",
    "complete": "s3:PutObject",
    "put": "s3:PutObject",
    "abort": "s3:AbortMultipartUpload",
    "get": "s3:GetObject",
    "head": "s3:GetObject",
    "list": "s3:ListBucket",
    "delete": "s3:DeleteObject",
}


def policy(name: str) -> dict[str, Any]:
    text = (RECIPE / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text.replace("BUCKET", BUCKET).replace("PREFIX", "nightly"))
    return found


def actions(statement: dict[str, Any]) -> list[str]:
    listed = statement["Action"]
    return [listed] if isinstance(listed, str) else listed


def allows(name: str, call: str, key: str) -> bool:
    """Say whether the identity may make a call, by IAM's own matching of resources."""
    resource = f"arn:aws:s3:::{BUCKET}" + ("" if call == "list" else f"/{key}")
    return any(
        statement["Effect"] == "Allow"
        and ACTIONS[call] in actions(statement)
        and fnmatch.fnmatchcase(resource, statement["Resource"])
        for statement in policy(name)["Statement"]
    )


def calls(store: FaultyStore) -> set[tuple[str, str]]:
    """Return what was asked of the store since the last time."""
    # Deletions come in bulk: the request names the keys in its body, and IAM asks for each of them.
    asked = {(call, key or "nightly/app/bulk" if call == "delete" else key) for call, key in store.calls}
    store.calls.clear()
    return asked


@pytest.fixture
def url(faulty_store: FaultyStore) -> str:
    """A store at a prefix, on a server that notes what it is asked."""
    return f"{faulty_store.url}/nightly"


@pytest.fixture
def taken(url: str, database: Database, faulty_store: FaultyStore) -> set[tuple[str, str]]:
    """What a backup asks of the store."""
    database.execute("CREATE TABLE words AS SELECT i, md5(i::text) FROM generate_series(1, 1000) i")
    take_backup(Source("app", "postgresql", database.url), url)
    return calls(faulty_store)


def test_put_may_do_what_a_backup_asks_and_cannot_delete(taken: set[tuple[str, str]]) -> None:
    """Every request of a real backup is allowed; a stolen key deletes nothing."""
    assert {"part", "put", "head"} & {call for call, _ in taken}
    assert [call for call in taken if not allows("put", *call)] == []
    assert not allows("put", "delete", "nightly/app/x/dump.zst")
    assert not allows("put", "put", "elsewhere/app/x/dump.zst")


def test_verify_reads_and_writes_nothing_but_records(
    taken: set[tuple[str, str]], url: str, faulty_store: FaultyStore
) -> None:
    """Every request of a real verification and its record is allowed; a backup it could not write."""
    (manifest,) = read_catalog(url).backups
    verify_and_record(
        manifest,
        Level.DIGEST,
        url,
        lambda: verify_backup(manifest, url, level=Level.DIGEST),
        warn=pytest.fail,
    )

    asked = calls(faulty_store)
    assert "put" in {call for call, _ in asked}
    assert [call for call in asked if not allows("verify", *call)] == []
    writing = {call for call in taken if ACTIONS[call[0]] == "s3:PutObject"}
    assert [call for call in writing if allows("verify", *call)] == []


def test_prune_lists_reads_and_deletes(
    taken: set[tuple[str, str]], url: str, faulty_store: FaultyStore
) -> None:
    """It writes nothing."""
    store = open_store(url)
    for key in store.keys("app"):
        if key.endswith(".json"):
            store.read(key, most_bytes=1 << 20)
        store.delete(key)

    assert [call for call in calls(faulty_store) if not allows("prune", *call)] == []
    assert not any(allows("prune", *call) for call in taken if ACTIONS[call[0]] == "s3:PutObject")


@pytest.mark.parametrize("name", IDENTITIES)
def test_no_identity_deletes_versions_or_lifts_locks(name: str) -> None:
    """What is locked stays locked, whoever was robbed; and each lists below the prefix only."""
    statements = policy(name)["Statement"]
    granted = {action for statement in statements for action in actions(statement)}

    assert all(re.fullmatch(r"s3:[A-Za-z]+", action) for action in granted)
    assert not {
        action for action in granted if re.search("Version$|Retention|Bypass|^s3:Put(?!Object$)", action)
    }
    (listing,) = (statement for statement in statements if "s3:ListBucket" in actions(statement))
    assert listing["Condition"] == {"StringLike": {"s3:prefix": "nightly/*"}}


def test_a_role_trusts_one_environment_of_one_repository() -> None:
    """Subject and audience compared as a whole: no wildcard that a pull request could match."""
    (statement,) = policy("trust")["Statement"]

    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"].keys() == {"StringEquals"}
    subject = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject == "repo:REPOSITORY:environment:ENVIRONMENT"
    assert "*" not in json.dumps(statement)


def test_the_environments_are_those_of_the_emitted_workflows() -> None:
    """Terraform, the commands and the workflows name the same."""
    terraform = (RECIPE / "main.tf").read_text(encoding="utf-8")
    named = dict(re.findall(r"(?m)^    (put|verify|prune) +=\s+\"([a-z-]+)\"", terraform))

    assert named == {"put": "backup", "verify": "restore-drill", "prune": "backup-prune"}
    assert all(f"{role}:{environment}" in recipe() for role, environment in named.items())
    workflows = REPOSITORY / "template" / ".github" / "workflows"
    assert f"environment: {named['put']} " in (workflows / "backup.yml.jinja").read_text()
    assert f"environment: {named['verify']} " in (workflows / "restore-drill.yml.jinja").read_text()


def test_terraform_is_formatted() -> None:
    """By Terraform itself, where it is."""
    if (terraform := shutil.which("terraform")) is None:
        pytest.skip("terraform is not on PATH")

    done = process.run([terraform, "fmt", "-check", "-diff", RECIPE], cwd=RECIPE, check=False)

    assert done.returncode == 0, done.stdout


def recipe() -> str:
    """Return the commands that the page shows."""
    page = (REPOSITORY / "docs" / "stores.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- recipe -->\s+```sh\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_commands_make_a_bucket_that_is_good_throughout(bucket: str, tmp_path: Path) -> None:
    """The very lines of the page, against a server; then what `mainstay backup store` says of the bucket."""
    if shutil.which("aws") is None:
        pytest.skip("the AWS command line is not on PATH")
    name = f"{bucket}-recipe"
    script = (
        recipe()
        .replace("BUCKET=acme-backups", f"BUCKET={name}")
        .replace("cd docs/", f"cd {REPOSITORY}/docs/")
    )

    done = process.run(
        ["sh", "-euc", script],
        cwd=tmp_path,
        env={**os.environ, "AWS_PAGER": "", "AWS_DEFAULT_REGION": "us-east-1", "HOME": str(tmp_path)},
        check=False,
        timeout_seconds=180,
    )

    assert done.returncode == 0, done.stderr
    settings = store_settings(f"s3://{name}/app", os.environ)
    assert [setting for setting in settings if not setting.good] == []
