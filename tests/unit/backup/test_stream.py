from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.backup.stream import Meter, checked, compress, decompress, part_size_bytes
from mainstay.errors import VerificationError

blocks = st.lists(st.binary(max_size=2000), max_size=20)


@given(blocks)
def test_decompressing_gives_back_what_was_compressed(given_blocks: list[bytes]) -> None:
    """Whatever the blocks are, nothing is lost or added."""
    assert b"".join(decompress(compress(iter(given_blocks)))) == b"".join(given_blocks)


@given(st.binary(min_size=1, max_size=5000), st.data())
def test_a_damaged_stream_never_passes(content: bytes, data: st.DataObject) -> None:
    """A flipped bit, a missing end or something appended is noticed, wherever it is."""
    meter = Meter()
    packed = b"".join(meter(compress(iter([content]))))
    damaged = data.draw(_damage(packed))

    with pytest.raises(VerificationError):
        b"".join(decompress(checked(iter([damaged]), Meter(), meter.size_bytes, meter.sha256, "x")))


def _damage(packed: bytes) -> st.SearchStrategy[bytes]:
    def flip(position: int) -> bytes:
        return packed[:position] + bytes([packed[position] ^ 1]) + packed[position + 1 :]

    return st.one_of(
        st.integers(0, len(packed) - 1).map(flip),
        st.integers(0, len(packed) - 1).map(lambda end: packed[:end]),
        st.binary(min_size=1, max_size=50).map(lambda more: packed + more),
    )


def test_decompression_alone_notices_a_missing_end() -> None:
    """Also without a digest to compare, a truncated frame is an error."""
    packed = b"".join(compress(iter([b"x" * 100_000])))

    with pytest.raises(VerificationError, match="ends early"):
        list(decompress(iter([packed[:-1]])))


def test_a_small_frame_that_expands_a_lot_comes_in_small_blocks() -> None:
    """Memory stays bounded however well the content compresses."""
    packed = b"".join(compress(iter([b"\0" * (50 << 20)])))

    sizes = [len(block) for block in decompress(iter([packed]))]

    assert (max(sizes), sum(sizes)) == (256 << 10, 50 << 20)


def test_an_error_in_the_input_comes_through() -> None:
    """A stage never turns a broken input into a short one."""

    def broken() -> Iterator[bytes]:
        yield b"x" * 1000
        raise RuntimeError("the dump died")

    with pytest.raises(RuntimeError, match="the dump died"):
        list(Meter()(compress(Meter()(broken()))))


@given(st.integers(min_value=0, max_value=50 * 10**12))
def test_no_database_needs_more_parts_than_a_store_takes(database_bytes: int) -> None:
    """S3 takes 10,000 parts; a dump may be 2.2 times the size of its database."""
    part = part_size_bytes(database_bytes)

    assert database_bytes * 2.2 / part <= 10_000
    assert part >= 8 << 20
