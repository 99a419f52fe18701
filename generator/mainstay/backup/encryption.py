"""Encryption with age: whoever takes a backup holds public keys only, whoever restores it the private one.

The output is what the `age` program writes and reads: `age -d -i key dump.zst.age | zstd -dc | pg_restore`.
"""

from __future__ import annotations

import contextlib
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

IDENTITY_VARIABLE = "MAINSTAY_AGE_IDENTITY"
"""Environment variable: private keys of age, one per line, as `age-keygen` writes them."""

Pump = Callable[[io.BufferedReader, "_Output"], None]


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
    """Run a pump, which pushes, in a thread; feed it the blocks and yield what it writes.

    The blocks are read here, not in the thread: a stop signal must be able to end the wait for a database. The thread
    is gone when the iteration ends, however it ends: one that is still blocked when Python exits aborts the process.
    """
    source, output = _Input(), _Output()
    thread = threading.Thread(target=_run, args=(pump, source, output), name="age")
    try:
        thread.start()
        for block in blocks:
            source.feed(block)
            yield from output.ready()
            if output.error is not None:
                break
        source.feed(None)
        yield from output.rest()
    finally:
        source.abandon()
        with contextlib.suppress(RuntimeError):  # a signal came while it started: it ends by itself
            thread.join()
    if isinstance(output.error, pyrage.DecryptError):
        raise WrongKeyError(
            f"decryption failed: {output.error}",
            hint=f"put a private key of its recipients into {IDENTITY_VARIABLE}",
        ) from output.error
    if output.error is not None:
        raise VerificationError(f"decryption failed: {output.error}") from output.error


def _run(pump: Pump, source: _Input, output: _Output) -> None:
    try:
        pump(io.BufferedReader(source, BLOCK_BYTES), output)
        output.flush()
    except Exception as error:  # noqa: BLE001 - it is raised again where the blocks are consumed
        output.error = error
    output.finish()
    source.drain()


class _AbandonedError(Exception):
    """Nobody wants the rest."""


class _Input(io.RawIOBase):
    """A file whose content is fed as blocks from another thread."""

    def __init__(self) -> None:
        self._queue: queue.Queue[bytes | None] = queue.Queue(_BLOCKS_WAITING)
        self._abandoned = threading.Event()
        self._rest = memoryview(b"")
        self._ended = False

    def feed(self, block: bytes | None) -> None:
        """Hand a block over, None after the last; waits while too many are waiting."""
        if block != b"":
            self._queue.put(block)

    def abandon(self) -> None:
        """Let whoever reads stop."""
        self._abandoned.set()
        with contextlib.suppress(queue.Full):  # then nobody waits for a block
            self._queue.put_nowait(None)

    def drain(self) -> None:
        """Take what is still fed, so that whoever feeds never waits for a pump that has ended."""
        with contextlib.suppress(_AbandonedError):
            while not self._ended:
                self._next()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer, which typing has no name for in 3.11
        if not self._rest and not self._ended:
            self._rest = memoryview(self._next())
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _next(self) -> bytes:
        block = None if self._abandoned.is_set() else self._queue.get()
        if self._abandoned.is_set():  # meanwhile, or before
            raise _AbandonedError
        self._ended = block is None
        return block or b""


class _Output(io.RawIOBase):
    """A file whose content is consumed as blocks in another thread; as much waits there as the input lets in."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._kept = bytearray()
        self._finished = False
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
            self._queue.put(block)

    def finish(self) -> None:
        self._queue.put(None)

    def ready(self) -> Iterator[bytes]:
        """Yield the blocks that are there already."""
        while not self._queue.empty():
            yield from self._next()

    def rest(self) -> Iterator[bytes]:
        """Yield all blocks that are still to come."""
        while not self._finished:
            yield from self._next()

    def _next(self) -> Iterator[bytes]:
        if (block := self._queue.get()) is None:
            self._finished = True
        else:
            yield block
