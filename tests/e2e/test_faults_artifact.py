"""A stored backup in which one byte has changed, anywhere: no level passes, and nothing is restored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from helpers.backups import trusting
from helpers.postgres import Database, database_names
from mainstay.backup import (
    Level,
    Manifest,
    Source,
    find_backup,
    take_backup,
    verify_backup,
)
from mainstay.backup.stores import open_store
from mainstay.backup.stream import compress, decompress
from mainstay.errors import BackupError, EngineError, StoreError, UsageError, VerificationError

KEY = pyrage.x25519.Identity.generate()
OTHER = pyrage.x25519.Identity.generate()


@pytest.fixture
def small(database: Database) -> Database:
    """A database that is dumped in no time."""
    database.execute("CREATE TABLE words AS SELECT i, md5(i::text) AS word FROM generate_series(1, 300) i")
    return database


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """An empty folder to store in."""
    folder = tmp_path / "store"
    folder.mkdir()
    return folder


def take(database: Database, store: Path, *, sealed: bool) -> Manifest:
    recipients = [str(KEY.to_public())] if sealed else []
    return take_backup(Source("app", "postgresql", database.url), store.as_uri(), encrypt_to=recipients)


def flipped(data: bytes, position: int) -> bytes:
    """Return the data with one bit of one byte changed."""
    return data[:position] + bytes([data[position] ^ 0x10]) + data[position + 1 :]


def regions_of_age(data: bytes) -> Iterator[tuple[str, int]]:
    """Yield a position in every region of an age file."""
    stanza, mac = data.index(b"-> X25519"), data.index(b"\n---")
    yield from {
        "version": 8,
        "recipient": stanza + 15,
        "file key": data.index(b"\n", stanza) + 10,
        "MAC": mac + 10,
        "nonce": data.index(b"\n", mac + 1) + 3,
        "payload": (data.index(b"\n", mac + 1) + len(data)) // 2,
        "last tag": len(data) - 1,
    }.items()


def regions_of_zstd(data: bytes) -> Iterator[tuple[str, int]]:
    """Yield a position in every region of a zstd frame, and a sample over its blocks."""
    yield from {"magic": 1, "frame header": 4, "block header": 6, "checksum": len(data) - 2}.items()
    yield from ((f"block at {position}", position) for position in range(20, len(data) - 4, len(data) // 12))


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
def test_a_changed_byte_of_the_artifact_is_noticed_wherever_it_is(
    small: Database, store: Path, *, sealed: bool
) -> None:
    """By the manifest's digest; and without it by the age and zstd formats themselves."""
    manifest = take(small, store, sealed=sealed)
    path = store / manifest.artifact.key
    whole = path.read_bytes()
    regions = dict(regions_of_age(whole) if sealed else regions_of_zstd(whole))
    passed = []
    for region, position in regions.items():
        path.write_bytes(flipped(whole, position))
        with pytest.raises(VerificationError, match="another digest than the manifest says"):
            verify_backup(manifest, store.as_uri(), level=Level.DIGEST)
        try:
            for believed in (manifest, trusting(manifest, path.read_bytes())):
                verify_backup(believed, store.as_uri(), level=Level.READABLE, identities=[str(KEY)])
                passed.append(region)
        except VerificationError:
            continue
    assert len(regions) >= 7
    assert passed == []


def test_a_changed_row_is_noticed_although_everything_around_it_fits(small: Database, store: Path) -> None:
    """Packed anew, and vouched for by the manifest: what it holds is not what the database held."""
    manifest = take(small, store, sealed=False)
    path, before = store / manifest.artifact.key, database_names(small.server_url)
    dump = b"".join(decompress(iter([path.read_bytes()])))
    row = dump.index(b"c4ca4238a0b923820dcc509a6f75849b")

    for position in (row, row + 17, dump.rindex(b"\n", row, row + 4096) - 1):
        path.write_bytes(b"".join(compress(iter([flipped(dump, position)]))))
        believed = trusting(manifest, path.read_bytes())
        try:
            proof = verify_backup(believed, store.as_uri(), level=Level.RESTORED, server_url=small.server_url)
        except EngineError:  # no longer a value of its column
            continue
        assert proof.differences

    assert database_names(small.server_url) == before


NOT_CLAIMED = (
    "client",
    "duration_seconds",
    "identity",
    "run_url",
    "tool_version",
    "version",
    "taken_at",
    "caveats",
    "recipients",
)
"""What a manifest tells for people: that it is changed is no claim about the content of the backup."""


def test_a_changed_byte_of_the_manifest_is_noticed_where_it_matters(small: Database, store: Path) -> None:
    """It cannot be read, or it vouches for something else than what is stored."""
    manifest = take(small, store, sealed=False)
    path = store / f"app/{manifest.id}/manifest.json"
    text = path.read_bytes()

    for position in range(1, len(text) - 1, 23):
        path.write_bytes(flipped(text, position))
        try:
            found = find_backup(store.as_uri(), "app", manifest.id)
            if verify_backup(found, store.as_uri(), level=Level.READABLE).differences:
                continue
        except (BackupError, UsageError):
            continue
        changed = {key for key in type(found).model_fields if getattr(found, key) != getattr(manifest, key)}
        assert changed <= {"content", "server", *NOT_CLAIMED, "dump", "globals"}, changed
        if changed & {"content"}:
            proof = verify_backup(found, store.as_uri(), level=Level.RESTORED, server_url=small.server_url)
            assert proof.differences, text[position - 20 : position + 20]

    assert json.loads(text)["id"] == manifest.id


def test_a_missing_manifest_is_no_backup(small: Database, store: Path) -> None:
    """The artifact alone is the rest of a run that failed."""
    manifest = take(small, store, sealed=False)
    (store / f"app/{manifest.id}/manifest.json").unlink()

    with pytest.raises(UsageError, match="holds no backup of 'app'"):
        find_backup(store.as_uri(), "app")

    assert open_store(store.as_uri()).size_bytes(manifest.artifact.key) == manifest.artifact.size_bytes


@pytest.mark.parametrize("level", [Level.READABLE, Level.RESTORED])
def test_a_wrong_key_opens_nothing(small: Database, store: Path, level: Level) -> None:
    """And the message says that it is the key, not where the key is."""
    manifest, before = take(small, store, sealed=True), database_names(small.server_url)

    with pytest.raises(VerificationError, match="decryption failed") as caught:
        verify_backup(
            manifest, store.as_uri(), level=level, server_url=small.server_url, identities=[str(OTHER)]
        )

    assert caught.value.hint
    assert str(OTHER) not in f"{caught.value}{caught.value.hint}"
    assert database_names(small.server_url) == before


def test_a_manifest_that_cannot_be_parsed_is_an_error_everywhere(small: Database, store: Path) -> None:
    """Cut off, empty, or something else: never taken for absent."""
    manifest = take(small, store, sealed=False)
    path = store / f"app/{manifest.id}/manifest.json"
    text = path.read_bytes()

    for broken in (text[:-20], b"", b"null", b"[]", b"\xff\xfe", text + b"x"):
        path.write_bytes(broken)
        with pytest.raises(StoreError, match="is no manifest of a backup"):
            find_backup(store.as_uri(), "app")
