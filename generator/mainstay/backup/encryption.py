"""Encryption with age: whoever takes a backup holds public keys only, whoever restores it the private one.

The output is what the `age` program writes and reads: `age -d -i key dump.zst.age | zstd -dc | pg_restore`.
"""

from __future__ import annotations

import io
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyrage

from mainstay.backup.stream import BLOCK_BYTES
from mainstay.errors import UsageError, VerificationError, WrongKeyError
from mainstay.platform.redact import remember

_BLOCKS_WAITING = 8
_POLL_SECONDS = 0.1

IDENTITY_VARIABLE = "MAINSTAY_AGE_IDENTITY"
"""Environment variable: private keys of age, one per line, as `age-keygen` writes them."""

Pump = Callable[[io.BufferedReader, "_Writer"], None]


def encrypt(blocks: Iterator[bytes], recipients: Sequence[str]) -> Iterator[bytes]:
    """Yield the blocks encrypted for every recipient, a public key such as `age1…`.

    Raises:
        UsageError: A recipient is no public key.
    """
    keys = [_public_key(recipient) for recipient in recipients]
    return _pumped(blocks, lambda reader, writer: pyrage.encrypt_io(reader, writer, keys))


def decrypt(blocks: Iterator[bytes], identities: Sequence[str]) -> Iterator[bytes]:
    """Yield the blocks decrypted with one of the identities, private keys such as `AGE-SECRET-KEY-1…`.

    Raises:
        UsageError: An identity is no private key.
        VerificationError: None of them fits, or the blocks are damaged or incomplete.
    """
    keys = [_private_key(identity) for identity in identities]
    return _pumped(blocks, lambda reader, writer: pyrage.decrypt_io(reader, writer, keys))


def identities_in(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the private keys that the environment holds, masked in every message from now on."""
    lines = (line.strip() for line in environ.get(IDENTITY_VARIABLE, "").splitlines())
    identities = tuple(line for line in lines if line and not line.startswith("#"))
    for identity in identities:
        remember(identity)
    return identities


def _public_key(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise UsageError(f"{text!r} is no public key of age", hint="age-keygen prints one: age1…") from error


def _private_key(text: str) -> pyrage.x25519.Identity:
    remember(text)
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError as error:
        raise UsageError(
            "an identity is no private key of age", hint="it begins with AGE-SECRET-KEY-1"
        ) from error


def _pumped(blocks: Iterator[bytes], pump: Pump) -> Iterator[bytes]:
    """Run a pump, which pushes, in a thread, and yield what it writes.

    An error of the blocks comes out as it was. The thread is gone when the iteration ends, however it ends: a thread
    that is still blocked when Python exits aborts the process.
    """
    source, writer = _Reader(blocks), _Writer()
    thread = threading.Thread(target=_run, args=(pump, source, writer), name="age")
    thread.start()
    try:
        yield from writer.blocks()
    finally:
        writer.abandon()
        thread.join()
    if source.error is not None:
        raise source.error
    if isinstance(writer.error, pyrage.DecryptError):
        raise WrongKeyError(
            f"decryption failed: {writer.error}",
            hint=f"put a private key of its recipients into {IDENTITY_VARIABLE}",
        ) from writer.error
    if writer.error is not None:
        raise VerificationError(f"decryption failed: {writer.error}") from writer.error


def _run(pump: Pump, source: _Reader, writer: _Writer) -> None:
    try:
        pump(io.BufferedReader(source, BLOCK_BYTES), writer)
        writer.flush()
    except _AbandonedError:
        pass
    except Exception as error:  # noqa: BLE001 - it is raised again where the blocks are consumed
        writer.error = error
    finally:
        writer.finish()


class _AbandonedError(Exception):
    """Nobody wants the rest."""


class _Reader(io.RawIOBase):
    """Blocks as a file. Remembers their error: what pyrage makes of it says less."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")
        self.error: BaseException | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer, which typing has no name for in 3.11
        try:
            while not self._rest:
                self._rest = memoryview(next(self._blocks))
        except StopIteration:
            return 0
        except BaseException as error:
            self.error = error
            raise
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


class _Writer(io.RawIOBase):
    """A file whose content is consumed as blocks in another thread."""

    def __init__(self) -> None:
        self._queue: queue.Queue[bytes | None] = queue.Queue(_BLOCKS_WAITING)
        self._abandoned = threading.Event()
        self._kept = bytearray()
        self.error: Exception | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - a readable buffer
        self._kept += data
        if len(self._kept) >= BLOCK_BYTES:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._kept:
            block, self._kept = bytes(self._kept), bytearray()
            self._put(block)

    def finish(self) -> None:
        try:
            self._put(None)
        except _AbandonedError:
            return

    def abandon(self) -> None:
        self._abandoned.set()

    def blocks(self) -> Iterator[bytes]:
        while (block := self._queue.get()) is not None:
            yield block

    def _put(self, block: bytes | None) -> None:
        while not self._abandoned.is_set():
            try:
                self._queue.put(block, timeout=_POLL_SECONDS)
            except queue.Full:
                continue
            return
        raise _AbandonedError
