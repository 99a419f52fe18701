"""Loads an archive of `pg_dump` from a stream: tables and rows as they come, then indexes and constraints in parallel.

`pg_restore` works in parallel only on a file that it can seek in. Indexes and constraints need nothing but the
archive's table of contents, which stands at its beginning: that alone is kept, in a private file.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from mainstay.platform import process

# Without subscriptions: a copy must not take its original's place in a replication, and could not be dropped.
_ALWAYS = ("--exit-on-error", "--no-password", "--no-subscriptions")
_WITHOUT_OWNERS = ("--no-owner", "--no-acl")
_ROWS = ("--section=pre-data", "--section=data")
_REST = ("--section=post-data",)
_JOBS_AT_MOST = 4
_HEAD_BYTES = 1 << 20
_HEAD_BYTES_AT_MOST = 64 << 20


def load_archive(
    program: Path,
    database: str,
    blocks: Iterator[bytes],
    env: Mapping[str, str],
    *,
    with_owners: bool = False,
) -> str:
    """Load an archive into an empty database; return what was said on the way. Whatever fails, the caller drops it.

    The rows are loaded in one transaction, which ends before anything else begins only if `blocks` ended well.

    Args:
        program: `pg_restore`.
        database: Name of the database.
        blocks: The archive.
        env: The connection, as libpq's environment variables.
        with_owners: Give objects their owners and privileges; every role must exist.

    Raises:
        ProcessError: `pg_restore` refuses.
    """
    owners = () if with_owners else _WITHOUT_OWNERS
    words = (*_ALWAYS, *owners, f"--dbname={database}")
    with process.temporary_folder("mainstay-restore-") as folder:
        contents = folder / "contents"
        seen, complete = _keep_contents(program, blocks, contents)
        sections = _ROWS if complete else ()
        everything = itertools.chain(seen, blocks)
        said = process.feed_input([program, *words, "--single-transaction", *sections], everything, env=env)
        if complete:
            jobs = min(os.cpu_count() or 1, _JOBS_AT_MOST)
            said += process.run([program, *words, *_REST, f"--jobs={jobs}", contents], env=env).stderr
    return said


def _keep_contents(program: Path, blocks: Iterator[bytes], file: Path) -> tuple[Iterator[bytes], bool]:
    """Write the beginning of an archive to a file until the table of contents is in it.

    Returns:
        The blocks that were read, and whether the file is complete. A table of contents of more than 64 MiB, or one
        that `pg_restore` cannot read, is not: the archive is then loaded the ordinary way, which says what is wrong.
    """
    seen: list[bytes] = []
    wanted_bytes = _HEAD_BYTES
    for block in blocks:
        seen.append(block)
        if not _appended(file, block):
            return _released(seen), False
        if file.stat().st_size >= wanted_bytes:
            if (complete := _readable(program, file)) or wanted_bytes >= _HEAD_BYTES_AT_MOST:
                return _released(seen), complete
            wanted_bytes *= 2
    return _released(seen), _readable(program, file)


def _appended(file: Path, block: bytes) -> bool:
    try:
        with file.open("ab") as head:
            head.write(block)
    except OSError:  # no room for it
        return False
    return True


def _readable(program: Path, file: Path) -> bool:
    return process.run([program, "--list", file], check=False).returncode == 0


def _released(blocks: list[bytes]) -> Iterator[bytes]:
    """Yield the blocks, keeping none that was consumed."""
    blocks.reverse()
    while blocks:
        yield blocks.pop()
