"""A larger buffer for programs that write a stream with C's stdio, which moves 4 KiB at a time through a pipe."""

from __future__ import annotations

import functools
import shutil

from mainstay.errors import ProcessError
from mainstay.platform import process

_BUFFER = "256K"


@functools.cache
def large_buffer() -> tuple[str, ...]:
    """Return the words that go before such a program's own: `stdbuf` of coreutils with options, or none.

    A dump of 990 MB is 240,000 writes otherwise, each of which may wake its reader. Not for a program that somebody
    waits for in the middle: what it says stays in the buffer. A `pg_restore` that turns an archive into rows
    gained nothing.
    """
    if (stdbuf := shutil.which("stdbuf")) is None:
        return ()
    words = (stdbuf, f"--output={_BUFFER}")
    try:
        tried = process.run([*words, "true"])
    except ProcessError:  # it may be there without its library, or be of another architecture
        return ()
    return () if tried.stderr else words
