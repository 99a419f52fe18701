"""What every store has to do, over every kind of store."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpers.s3 import refusing_server
from mainstay.backup.stores import Store, open_store
from mainstay.errors import AccessDeniedError, ObjectMissingError, StoreError

MIB = 1 << 20
PART = 5 * MIB


@pytest.fixture(params=["file", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store with a prefix of its own."""
    if request.param == "s3":
        return open_store(f"s3://{request.getfixturevalue('bucket')}/some/prefix")
    return open_store(tmp_path.as_uri())


def blocks(count: int) -> Iterator[bytes]:
    yield from (bytes([number % 256]) * MIB for number in range(count))


@pytest.mark.parametrize("count", [1, 12])
def test_what_is_streamed_in_comes_out(store: Store, count: int) -> None:
    """Below and above the size of a part."""
    store.put("a/dump", blocks(count), part_bytes=PART)

    assert b"".join(store.stream("a/dump")) == b"".join(blocks(count))
    assert store.size_bytes("a/dump") == count * MIB


@pytest.mark.parametrize("count", [1, 12])
def test_a_stream_that_breaks_leaves_no_object(store: Store, count: int) -> None:
    """The error comes out as it is, whatever was uploaded already."""

    def broken() -> Iterator[bytes]:
        yield from blocks(count)
        raise RuntimeError("the dump died")

    with pytest.raises(RuntimeError, match="the dump died"):
        store.put("a/dump", broken(), part_bytes=PART)

    assert store.keys("") == []


def test_created_objects_are_never_overwritten(store: Store) -> None:
    """A manifest is a commit record: the first one stays."""
    store.create("a/manifest.json", b"first")

    with pytest.raises(StoreError, match=r"creating .*a/manifest\.json failed"):
        store.create("a/manifest.json", b"second")

    assert store.read("a/manifest.json", most_bytes=100) == b"first"


def test_keys_are_listed_by_folder_and_relative_to_the_store(store: Store) -> None:
    """`app` does not find `app-staging`, and other people's prefixes stay out of sight."""
    for key in ("app/2", "app/1", "app-staging/1"):
        store.create(key, b"x")

    assert store.keys("app") == ["app/1", "app/2"]
    assert store.keys("") == ["app-staging/1", "app/1", "app/2"]


def test_a_small_object_has_a_limit(store: Store) -> None:
    """A manifest of a gigabyte is not read into memory."""
    store.create("m", b"x" * 11)

    with pytest.raises(StoreError, match="has 11 bytes, at most 10 are expected"):
        store.read("m", most_bytes=10)


def test_what_is_deleted_is_gone(store: Store) -> None:
    """And only that."""
    store.create("a/1", b"x")
    store.create("a/2", b"x")

    store.delete("a/1")

    assert store.keys("a") == ["a/2"]


@pytest.mark.parametrize("operation", ["read", "stream", "size_bytes"])
def test_an_object_that_is_not_there_is_named(store: Store, operation: str) -> None:
    """The message names operation, store and key; the hint says what to check."""
    operations: dict[str, Callable[[], object]] = {
        "read": lambda: store.read("no/such", most_bytes=1),
        "stream": lambda: list(store.stream("no/such")),
        "size_bytes": lambda: store.size_bytes("no/such"),
    }

    with pytest.raises(ObjectMissingError, match=f"{store.url}/no/such failed") as caught:
        operations[operation]()

    assert caught.value.hint
    assert "Debug source" not in caught.value.message


def test_deleting_what_is_gone_hurts_nobody(store: Store) -> None:
    """Either the store does not mind, or it says that the object is missing; never another error."""
    with contextlib.suppress(ObjectMissingError):
        store.delete("no/such")


@pytest.mark.parametrize("code", ["AccessDenied", "ObjectLocked"])
def test_a_delete_that_the_store_forbids_is_told_apart(
    bucket: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """Object lock and a missing right are an answer, not a broken store, in a bulk delete too."""
    with refusing_server(code) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        store = open_store(f"s3://{bucket}/x")

        with pytest.raises(AccessDeniedError, match=f"deleting s3://{bucket}/x/app/1 failed"):
            store.delete("app/1")


def test_a_bucket_that_does_not_exist_is_named(bucket: str) -> None:
    """Nothing makes a bucket on the way."""
    store = open_store(f"s3://{bucket}-other/x")

    with pytest.raises(StoreError, match=f"writing s3://{bucket}-other/x/dump failed: .*"):
        store.put("dump", blocks(1), part_bytes=PART)


def test_an_unreachable_endpoint_is_an_error(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the secret key stands nowhere in it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    store = open_store(f"s3://{bucket}/x")

    with pytest.raises(StoreError, match="listing s3://") as caught:
        store.keys("")

    assert "test-secret" not in str(caught.value)
    assert "AWS_ENDPOINT_URL" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("file:///no/such/folder", "the folder does not exist"),
        ("file://relative/folder", "names no absolute folder"),
        ("ftp://host/x", "is no store URL"),
        ("bucket", "is no store URL"),
        ("s3://key:secretpart@bucket/x", "holds no credentials"),
        ("s3://bucket/x?secretpart=1", "holds no credentials"),
    ],
)
def test_a_url_that_is_no_store_is_refused(url: str, message: str) -> None:
    """With a hint, and without what might be a secret in it."""
    with pytest.raises(StoreError, match=message) as caught:
        open_store(url)

    assert caught.value.hint
    assert "secretpart" not in f"{caught.value}{caught.value.hint}"


def test_a_read_only_folder_is_an_error(tmp_path: Path) -> None:
    """Also for root, who may write everywhere but not below a file."""
    (tmp_path / "app").write_text("a file where a folder is needed")
    store = open_store(tmp_path.as_uri())

    with pytest.raises(StoreError, match=r"writing file://.*/app/dump failed"):
        store.put("app/dump", blocks(1), part_bytes=PART)
