from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.backup.encryption import decrypt, encrypt
from mainstay.errors import UsageError, VerificationError

KEY = pyrage.x25519.Identity.generate()
OTHER = pyrage.x25519.Identity.generate()


def public(*keys: pyrage.x25519.Identity) -> list[str]:
    return [str(key.to_public()) for key in keys]


SEALED = b"".join(encrypt(iter([b"content " * 20_000]), public(KEY)))


@given(st.lists(st.binary(max_size=3000), max_size=10))
def test_decrypting_gives_back_what_was_encrypted(blocks: list[bytes]) -> None:
    """Whatever the blocks are."""
    sealed = list(encrypt(iter(blocks), public(KEY)))

    assert b"".join(decrypt(iter(sealed), [str(KEY)])) == b"".join(blocks)


def test_each_recipient_can_open_it_alone() -> None:
    """A lost key is no lost backup when there was a second one."""
    sealed = list(encrypt(iter([b"x" * 5_000_000]), public(KEY, OTHER)))

    for key in (KEY, OTHER):
        assert sum(map(len, decrypt(iter(sealed), [str(key)]))) == 5_000_000


def test_stock_age_reads_it() -> None:
    """No lock-in: the library's own one-shot decryption, which is age's format, opens the stream."""
    sealed = b"".join(encrypt(iter([b"hello ", b"world"]), public(KEY)))

    assert pyrage.decrypt(sealed, [KEY]) == b"hello world"


@given(st.data())
def test_damage_and_wrong_keys_never_pass(data: st.DataObject) -> None:
    """A flipped bit, a missing end, somebody else's key: each is an error."""
    position = data.draw(st.integers(0, len(SEALED) - 1))
    flipped = SEALED[:position] + bytes([SEALED[position] ^ 1]) + SEALED[position + 1 :]

    for blocks, key in ((flipped, KEY), (SEALED[:position], KEY), (SEALED, OTHER)):
        with pytest.raises(VerificationError, match="decryption failed"):
            list(decrypt(iter([blocks]), [str(key)]))


def test_an_error_of_the_input_comes_through_as_it_was() -> None:
    """The dump's own error is the useful one."""

    def broken() -> Iterator[bytes]:
        yield b"x" * 3_000_000
        raise RuntimeError("the dump died")

    with pytest.raises(RuntimeError, match="the dump died"):
        list(encrypt(broken(), public(KEY)))


def test_abandoning_the_stream_leaves_no_thread() -> None:
    """A blocked thread at exit would abort the process."""
    before = threading.active_count()
    blocks = encrypt((b"x" * (1 << 20) for _ in range(100)), public(KEY))
    next(blocks)

    del blocks

    assert threading.active_count() == before


def test_an_input_that_is_interrupted_while_age_waits_for_it_leaves_no_thread() -> None:
    """A stop signal comes while the database gives nothing: age has nothing to do, and must not wait for more."""
    before = threading.active_count()

    def interrupted() -> Iterator[bytes]:
        yield b"x"
        time.sleep(0.1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(encrypt(interrupted(), public(KEY)))

    assert threading.active_count() == before


def test_the_input_is_read_in_the_thread_that_wants_the_output() -> None:
    """A stop signal ends a wait for the database only in the main thread."""
    readers = set()

    def blocks() -> Iterator[bytes]:
        for _ in range(30):
            readers.add(threading.current_thread())
            yield b"x" * (1 << 20)

    sealed = list(encrypt(blocks(), public(KEY)))

    assert readers == {threading.current_thread()}
    assert len(sealed) >= 30


def test_damage_ends_the_reading_at_once() -> None:
    """A terabyte is not downloaded to say that its first block is broken."""
    taken = []

    def blocks() -> Iterator[bytes]:
        yield SEALED[:200] + b"damage" + SEALED[206:]
        for number in range(100):
            taken.append(number)
            yield b"x" * (1 << 20)

    with pytest.raises(VerificationError, match="decryption failed"):
        list(decrypt(blocks(), [str(KEY)]))

    assert len(taken) < 20


@pytest.mark.parametrize("text", ["", "age1nonsense", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1NONSENSE"])
def test_what_is_no_key_is_refused(text: str) -> None:
    """With a hint, and without repeating a private key."""
    with pytest.raises(UsageError) as public_error:
        list(encrypt(iter([b"x"]), [text]))
    with pytest.raises(UsageError) as private_error:
        list(decrypt(iter([b"x"]), [text]))

    assert public_error.value.hint
    assert private_error.value.hint
    assert "NONSENSE" not in f"{private_error.value}{public_error.value}"
