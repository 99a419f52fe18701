"""What stores say about themselves, read from real servers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.faulty_store import Fault, FaultyStore
from helpers.servers import S3Server
from mainstay.backup.stores import open_store
from mainstay.backup.stores.settings import store_settings
from mainstay.cli.backup.store import store as store_command
from mainstay.errors import ExitCode, ObjectMissingError, StoreError

SAFE = {
    "versioning": "on",
    "object lock": "governance, 30 days by default",
    "unfinished uploads": "removed after 7 days",
    "old versions": "removed after 30 days",
    "objects expire": "never, so the policy decides",
    "encryption": "aws:kms",
    "public access": "blocked",
}
"""Setting -> what a bucket made by the recipe in docs/stores.md says."""
RULE: dict[str, object] = {
    "ID": "clean-up",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}


def found(url: str) -> dict[str, tuple[str, bool | None]]:
    return {setting.name: (setting.found, setting.good) for setting in store_settings(url, os.environ)}


@pytest.fixture
def moto(s3_endpoint: str, bucket: str) -> S3Server:  # noqa: ARG001 - it sets the environment
    """The server that `bucket` is on."""
    import boto3  # noqa: PLC0415 - heavy

    return S3Server(s3_endpoint, boto3.client("s3", endpoint_url=s3_endpoint))


def make_safe(server: S3Server, rule: dict[str, object] = RULE) -> str:
    """Make a bucket as the recipe says."""
    name, ask = server.make_bucket(locked=True), server.client
    retention = {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}},
    }
    ask.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=retention)
    ask.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    ask.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [encryption]})
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    ask.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(switches, True))
    return name


def test_a_bucket_made_by_the_recipe_is_good_throughout(moto: S3Server) -> None:
    """Every setting is read, and each says what was set."""
    name = make_safe(moto)

    assert found(f"s3://{name}/app") == {setting: (value, True) for setting, value in SAFE.items()}


def test_a_bucket_that_nobody_set_up_is_bad(bucket: str) -> None:
    """No setting is never taken for a good one."""
    settings = found(f"s3://{bucket}/app")

    assert settings.pop("objects expire") == ("never, so the policy decides", True)
    # moto, like Amazon since 2023, encrypts by itself or says that it does not.
    assert settings.pop("encryption") in {("AES256", True), ("off", False)}
    assert {good for _, good in settings.values()} == {False}


@pytest.mark.parametrize(
    ("change", "setting", "value"),
    [
        ({"Status": "Disabled"}, "unfinished uploads", "never removed: they cost for ever"),
        ({"Filter": {"Prefix": "other/"}}, "old versions", "never removed: they cost for ever"),
        (
            {"Filter": {"Tag": {"Key": "a", "Value": "b"}}},
            "old versions",
            "never removed: they cost for ever",
        ),
        ({"Expiration": {"Days": 14}}, "objects expire", "after 14 days, whatever the policy keeps"),
    ],
)
def test_a_rule_that_does_not_do_what_it_seems_to_is_bad(
    moto: S3Server, change: dict[str, object], setting: str, value: str
) -> None:
    """Switched off, for another prefix, for tagged objects; and one that deletes the newest backup too."""
    name = make_safe(moto, RULE | change)

    assert found(f"s3://{name}/app")[setting] == (value, False)


def test_a_rule_for_the_prefix_of_the_store_counts(moto: S3Server) -> None:
    """`app/` covers the store at `app`, not the one at `application`."""
    name = make_safe(moto, RULE | {"Filter": {"Prefix": "app/"}})

    assert found(f"s3://{name}/app")["old versions"] == ("removed after 30 days", True)
    assert found(f"s3://{name}/application")["old versions"][1] is False


def test_what_a_server_does_not_know_is_unknown(s3_server: S3Server, real_bucket: str) -> None:
    """Versitygw checks the signature, knows versions and locks, and has no lifecycle: it says so, and so do we."""
    settings = found(f"s3://{real_bucket}/app")

    assert settings["versioning"] == ("off", False)
    assert settings["object lock"] == ("off", False)
    assert settings["old versions"] == ("unknown: the store answered NotImplemented", None)
    locked = s3_server.make_bucket(locked=True)
    assert found(f"s3://{locked}/app")["object lock"] == (
        "on, but without a default retention: new objects are not locked",
        False,
    )


def test_a_wrong_secret_proves_nothing(real_bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused signature is no statement about the bucket, and the secret stands nowhere."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")

    settings = found(f"s3://{real_bucket}/app")

    assert {good for _, good in settings.values()} == {None}
    assert "another-secret" not in repr(settings)


def test_a_bucket_that_is_not_there_is_an_error(real_bucket: str) -> None:
    """Not a bucket without settings."""
    with pytest.raises(ObjectMissingError, match="there is no such bucket"):
        found(f"s3://{real_bucket}-other/app")


def test_credentials_that_may_not_ask_leave_it_unknown(faulty_store: FaultyStore) -> None:
    """The identity that puts backups needs no right to read settings."""
    faulty_store.break_down(Fault("forbidden"))

    assert set(found(f"{faulty_store.url}/app").values()) == {
        ("unknown: these credentials may not ask", None)
    }


@pytest.mark.parametrize("how", ["500", "503"])
def test_a_store_that_fails_leaves_it_unknown(faulty_store: FaultyStore, how: str) -> None:
    """What was answered stands there."""
    faulty_store.break_down(Fault(how))

    assert {good for _, good in found(f"{faulty_store.url}/app").values()} == {None}


def test_a_store_that_hangs_up_is_an_error(faulty_store: FaultyStore) -> None:
    """No answer at all ends the asking."""
    faulty_store.break_down(Fault("drop"))

    with pytest.raises(StoreError, match=r"asking s3://bucket/app failed: 127\.0\.0\.1 gave no answer"):
        found(f"{faulty_store.url}/app")


def test_secrets_go_over_tls_unless_that_was_allowed(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same switch as for the objects themselves."""
    monkeypatch.delenv("AWS_ALLOW_HTTP")

    with pytest.raises(StoreError, match="no https:// address"):
        found(f"s3://{bucket}/app")


@pytest.mark.parametrize("url", ["gs://acme/app", "az://acme/app", "s3://acme/app"])
def test_what_is_not_asked_comes_with_a_command(url: str) -> None:
    """Unknown is not good, and the reader can find out."""
    settings = store_settings(url, {})

    assert {setting.good for setting in settings} == {None}
    assert all("acme" in setting.look or "az storage account" in setting.look for setting in settings)


def test_a_folder_that_others_may_read_is_bad(tmp_path: Path) -> None:
    """A backup holds all data: it is as secret as the database."""
    tmp_path.chmod(0o755)
    assert found(tmp_path.as_uri())["access"] == ("others of this machine may look in (0755)", False)
    tmp_path.chmod(0o700)
    assert found(tmp_path.as_uri())["access"] == ("its owner only (0700)", True)


def test_the_command_shows_settings_and_ends_accordingly(moto: S3Server, bucket: str) -> None:
    """0 when all is good, 1 when something is bad, 3 when something is unknown."""

    def run(url: str, *words: str) -> tuple[int, str]:
        result = CliRunner().invoke(store_command, ["--store", url, *words], standalone_mode=False)
        assert result.exception is None, result.output
        return result.return_value, result.output

    good, told = run(f"s3://{make_safe(moto)}/app", "--json")
    assert good == ExitCode.OK
    assert {entry["name"]: entry["found"] for entry in json.loads(told)["settings"]} == SAFE
    bad, told = run(f"s3://{bucket}/app")
    assert bad == ExitCode.FAILED
    assert "BAD  versioning          off" in told
    assert f"aws s3api get-bucket-versioning --bucket {bucket}" in told
    assert run("gs://acme/app")[0] == ExitCode.INCOMPLETE


def test_an_upload_that_breaks_leaves_no_parts_behind(s3_server: S3Server, real_bucket: str) -> None:
    """The real server lists no unfinished upload, and what was uploaded whole has all its parts."""
    store = open_store(f"s3://{real_bucket}/app")
    block = b"x" * (1 << 20)

    def broken() -> Iterator[bytes]:
        yield from [block] * 30
        raise RuntimeError("the dump died")

    with pytest.raises(RuntimeError, match="the dump died"):
        store.put("broken", broken(), part_bytes=5 << 20)
    store.put("whole", iter([block] * 62), part_bytes=5 << 20)

    uploads = s3_server.client.list_multipart_uploads(Bucket=real_bucket)
    assert uploads.get("Uploads", []) == []
    assert store.keys("") == ["whole"]
    whole = s3_server.client.head_object(Bucket=real_bucket, Key="app/whole", PartNumber=1)
    assert whole["ETag"].strip('"').endswith("-13")
    assert store.size_bytes("whole") == 62 << 20


def test_a_locked_object_outlives_its_deletion(s3_server: S3Server, real_bucket: str) -> None:
    """Deleting hides a version, and the version stays: what a thief of the keys cannot undo."""
    assert real_bucket  # sets the environment
    name = s3_server.make_bucket(locked=True)
    retention = {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
    }
    s3_server.client.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=retention)
    store = open_store(f"s3://{name}/app")
    store.create("m", b"x")

    store.delete("m")

    assert store.keys("") == []
    (version,) = s3_server.client.list_object_versions(Bucket=name)["Versions"]
    with pytest.raises(s3_server.client.exceptions.ClientError, match="AccessDenied"):
        s3_server.client.delete_object(Bucket=name, Key="app/m", VersionId=version["VersionId"])
