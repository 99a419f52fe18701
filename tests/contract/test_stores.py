"""What every store has to do, over every kind of store."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from helpers.s3 import refusing_server
from mainstay.backup.stores import Store, open_store
from mainstay.errors import AccessDeniedError, ObjectMissingError, StoreError

MIB = 1 << 20
PART = 5 * MIB


KINDS = {
    # name: URL scheme, and the fixture that gives an empty bucket and the environment to reach it
    "file": ("file", "tmp_path"),
    "s3 by moto": ("s3", "bucket"),
    "s3 by versitygw": ("s3", "real_bucket"),
    "gs": ("gs", "google_bucket"),
    "az by azurite": ("az", "container"),
}


@pytest.fixture(params=KINDS)
def root(request: pytest.FixtureRequest) -> str:
    """The URL of an empty bucket or folder."""
    scheme, fixture = KINDS[request.param]
    return f"{scheme}://{request.getfixturevalue(fixture)}"


@pytest.fixture
def store(root: str) -> Store:
    """An empty store with a prefix of its own."""
    return open_below(root, "some/prefix")


def open_below(root: str, prefix: str) -> Store:
    """Open a store at a prefix; in a folder it is made first."""
    url = f"{root}/{prefix}"
    if root.startswith("file:"):
        Path(unquote(urlsplit(url).path)).mkdir(parents=True, exist_ok=True)
    return open_store(url)


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


@pytest.mark.parametrize(
    "key", ["a b", "a%20b", "100%", "a+b", "q?x=1", "h#x", "ünï/ß", "日本", "a&b=c", "a;b", "it's", 'say "x"']
)
def test_a_key_is_kept_as_it_is(store: Store, key: str) -> None:
    """Whatever a URL or a form would do to it."""
    store.create(f"d/{key}", key.encode())

    assert store.keys("d") == [f"d/{key}"]
    assert store.read(f"d/{key}", most_bytes=100) == key.encode()
    assert store.size_bytes(f"d/{key}") == len(key.encode())
    store.delete(f"d/{key}")
    assert store.keys("") == []


@pytest.mark.parametrize("prefix", ["app", "app/", "a/b/c", "a%20b", "%C3%BC", ""])
def test_a_store_is_what_lies_below_its_prefix(root: str, prefix: str) -> None:
    """With or without a slash at its end, percent-encoded or none at all; `app` is not `app-staging`."""
    neighbour = open_below(root, f"{prefix.rstrip('/')}-staging")
    neighbour.create("x/1", b"theirs")
    store = open_below(root, prefix)

    store.create("x/1", b"ours")

    assert store.read("x/1", most_bytes=9) == b"ours"
    assert store.keys("x") == store.keys("x/") == ["x/1"]
    assert neighbour.keys("") == ["x/1"]
    for same in (prefix.rstrip("/"), f"{prefix.rstrip('/')}/".lstrip("/")):
        assert open_below(root, same).keys("x") == ["x/1"]


def test_an_empty_store_has_no_keys(store: Store) -> None:
    """An empty listing, not an error."""
    assert store.keys("") == []
    assert store.keys("app") == []


def test_a_listing_has_all_pages(store: Store) -> None:
    """A store answers with at most 1,000 keys at once."""
    names = [f"many/{number:04}" for number in range(1_105)]
    with ThreadPoolExecutor(8) as executor:
        list(executor.map(lambda name: store.create(name, b"x"), names))

    assert store.keys("many") == names


def test_of_two_that_create_at_once_one_wins(store: Store) -> None:
    """A manifest is one run's, or the other's, whole; the loser is told."""

    def create(text: bytes) -> bytes | None:
        try:
            store.create("a/manifest.json", text * 1000)
        except StoreError:
            return None
        return text * 1000

    with ThreadPoolExecutor(8) as executor:
        made = [text for text in executor.map(create, (b"%d" % n for n in range(8))) if text]

    assert len(made) == 1
    assert store.read("a/manifest.json", most_bytes=10_000) == made[0]


def test_an_object_of_no_bytes_is_one(store: Store) -> None:
    """What is empty is there all the same: the caller decides whether that is an error."""
    store.put("empty", iter([]), part_bytes=PART)

    assert store.size_bytes("empty") == 0
    assert list(store.stream("empty")) == []


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


WRONG_SECRETS = {
    # kind of store -> variable of the environment, a value that is wrong for it
    "s3 by versitygw": ("AWS_SECRET_ACCESS_KEY", "wrong-secret-1"),
    "gs": ("GOOGLE_BEARER_TOKEN", "ya29.wrong-secret-1"),
    "az by azurite": ("AZURE_STORAGE_ACCOUNT_KEY", "d3Jvbmctc2VjcmV0LTE="),
}


@pytest.mark.parametrize("root", WRONG_SECRETS, indirect=True)
@pytest.mark.parametrize("operation", ["create", "keys", "put", "read"])
def test_a_wrong_secret_is_refused_and_shown_nowhere(
    root: str, operation: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what was done where, the hint what to check; neither holds the secret."""
    variable, secret = WRONG_SECRETS[request.node.callspec.params["root"]]
    monkeypatch.setenv(variable, secret)
    store = open_store(f"{root}/app")
    operations: dict[str, Callable[[], object]] = {
        "create": lambda: store.create("k", b"x"),
        "keys": lambda: store.keys(""),
        "put": lambda: store.put("k", blocks(12), part_bytes=PART),
        "read": lambda: store.read("k", most_bytes=10),
    }

    with pytest.raises(StoreError, match=f"{root}/app.* failed: ") as caught:
        operations[operation]()

    assert caught.value.hint
    assert secret not in f"{caught.value}{caught.value.hint}"


def test_a_signed_address_is_cut_at_its_query(container: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a SAS token every address holds the signature, in whatever encoding."""
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_KEY")
    monkeypatch.setenv("AZURE_STORAGE_SAS_TOKEN", "sv=2023-11-03&sr=c&sp=rl&sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D")
    store = open_store(f"az://{container}/app")

    with pytest.raises(StoreError, match="creating az://") as caught:
        store.create("k", b"x")

    assert "sig=" not in caught.value.message
    assert "c2VjcmV0" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "hint"),
    [("az://container/app", "AZURE_STORAGE_ACCOUNT_NAME"), ("az://", "AZURE_STORAGE_ACCOUNT_NAME")],
)
def test_a_store_that_cannot_be_opened_says_what_is_missing(url: str, hint: str) -> None:
    """Not a bug of ours: the environment lacks something."""
    with pytest.raises(StoreError, match=f"opening {url} failed") as caught:
        open_store(url)

    assert hint in (caught.value.hint or "")
