"""The stages of a backup's stream: blocks of bytes in, blocks of bytes out, bounded memory, nothing on disk.

A stage that finds its input broken raises; whoever consumes it then never commits what it has.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from mainstay.errors import VerificationError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BLOCK_BYTES = 256 << 10
"""Blocks of 1 MiB are fetched from and given back to the system one by one: a restore took a sixth longer to unpack."""
LEVEL = 1
"""A mixed dump of 778 MB became 330.7 MB on level 1, and 330.2 MB on level 3 for three times the processor time."""
_HASH_LOG = 13
"""A table of matches that fits into a core's first cache: an eighth less processor time for 1 % more bytes."""
_WINDOW_LOG = 18
_JOB_BYTES = 512 << 10
"""Small jobs for one worker more than cores: whoever feeds them waits less for one that waits for a core."""
_PART_FLOOR_BYTES = 8 << 20
_PART_COUNT = 9_000
_DUMP_GROWTH = 2.2


class Counter:
    """Passes blocks on, counting their bytes."""

    def __init__(self) -> None:
        self.size_bytes = 0

    def __call__(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the blocks unchanged."""
        for block in blocks:
            self.size_bytes += len(block)
            yield block


class Meter(Counter):
    """Passes blocks on, counting and hashing them."""

    def __init__(self) -> None:
        super().__init__()
        self._hash = hashlib.sha256()

    def __call__(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the blocks unchanged."""
        for block in super().__call__(blocks):
            self._hash.update(block)
            yield block

    @property
    def sha256(self) -> str:
        """Digest of what went through so far, in hexadecimal."""
        return self._hash.hexdigest()


def file_blocks(file: Path) -> Iterator[bytes]:
    """Yield what a file holds."""
    with file.open("rb") as opened:
        while block := opened.read(BLOCK_BYTES):
            yield block


def compress(blocks: Iterator[bytes], level: int = LEVEL) -> Iterator[bytes]:
    """Yield the blocks as one zstd frame with a checksum; worker threads do the work."""
    parameter = zstd.CompressionParameter
    compressor = zstd.ZstdCompressor(
        options={
            parameter.compression_level: level,
            parameter.hash_log: _HASH_LOG,
            parameter.window_log: _WINDOW_LOG,
            parameter.job_size: _JOB_BYTES,
            parameter.checksum_flag: 1,
            parameter.nb_workers: (os.cpu_count() or 1) + 1,
        }
    )
    for block in blocks:
        if packed := compressor.compress(block):
            yield packed
    yield compressor.flush()


def decompress(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the content of exactly one zstd frame, at most 256 KiB at a time.

    Raises:
        VerificationError: It is no zstd, is damaged, ends early, or something follows it.
    """
    decompressor = zstd.ZstdDecompressor()
    try:
        for packed in blocks:
            rest = packed
            while not decompressor.eof:
                block = decompressor.decompress(rest, max_length=BLOCK_BYTES)
                rest = b""
                if block:
                    yield block
                if decompressor.needs_input:
                    break
            else:
                if rest or decompressor.unused_data:
                    raise VerificationError("something follows the end of the compressed stream")
    except zstd.ZstdError as error:
        raise VerificationError(f"the compressed stream is damaged: {error}") from error
    if not decompressor.eof:
        raise VerificationError("the compressed stream ends early")


def checked(
    blocks: Iterator[bytes], meter: Meter, size_bytes: int, sha256: str, what: str
) -> Iterator[bytes]:
    """Yield the blocks through `meter`, and raise after the last one unless size and digest are as recorded.

    Raises:
        VerificationError: They differ.
    """
    yield from meter(blocks)
    if meter.size_bytes != size_bytes:
        raise VerificationError(f"{what} has {meter.size_bytes} bytes, the manifest says {size_bytes}")
    if meter.sha256 != sha256:
        raise VerificationError(f"{what} has another digest than the manifest says")


def part_size_bytes(database_bytes: int) -> int:
    """Return the size of upload parts that keeps a dump of this database below any store's limit of parts.

    S3 takes 10,000 parts, and R2 wants all of one size. `bytea` doubles in a dump; compression is not counted on.
    """
    needed = -(-int(database_bytes * _DUMP_GROWTH) // _PART_COUNT)
    return max(_PART_FLOOR_BYTES, -(-needed // BLOCK_BYTES) * BLOCK_BYTES)
