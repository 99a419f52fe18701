from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from helpers.backups import manifest_at
from mainstay.backup.manifest import manifest_schema, parse_manifest
from mainstay.errors import StoreError

MANIFEST = manifest_at("2026-11-23T02:17:00")
STORED = MANIFEST.to_json()


def test_what_is_stored_reads_back() -> None:
    """Every field, exactly."""
    assert parse_manifest(STORED, "x") == MANIFEST


@given(st.integers(0, len(STORED) - 1), st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(position: int, mask: int) -> None:
    """Wherever it is: the manifest is the same, or it is refused."""
    changed = STORED[:position] + bytes([STORED[position] ^ mask]) + STORED[position + 1 :]

    try:
        read = parse_manifest(changed, "x")
    except StoreError:
        return
    assert read == MANIFEST


@pytest.mark.parametrize(
    ("field", "value"),
    [("taken_at", "2026-11-24T02:17:00Z"), ("tool_version", "9.9.9"), ("run_url", "https://example.com/run")],
)
def test_a_forged_field_is_refused(field: str, value: str) -> None:
    """Also where the new value would be a valid one."""
    forged = json.dumps({**json.loads(STORED), field: value}).encode()

    with pytest.raises(StoreError, match="was changed after it was written"):
        parse_manifest(forged, "x")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    """Whatever it is, it is an error that names the object."""
    with pytest.raises(StoreError, match=r"bucket/manifest\.json is no manifest of a backup"):
        parse_manifest(data, "bucket/manifest.json")


def test_the_schema_describes_what_is_stored() -> None:
    """And refuses what is not."""
    validator = Draft202012Validator(manifest_schema())

    assert validator.is_valid(json.loads(STORED))
    assert not validator.is_valid({**json.loads(STORED), "size": 1})
    assert not validator.is_valid(
        {key: value for key, value in json.loads(STORED).items() if key != "digest"}
    )
