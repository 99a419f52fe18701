"""Loads an archive of `pg_dump`, with as many sessions at once as pay.

`pg_restore` works in parallel only on a file that it can seek in. Where the temporary folder has the room, the archive
is first written to a private file there, to its end: a damaged one is refused before a single row is loaded. Where it
has not, the rows are loaded as they come. Indexes and constraints need nothing but the archive's table of contents,
which stands at its beginning: that alone is then kept in a file, and they are built in parallel all the same.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mainstay.errors import EngineError
from mainstay.platform import process
from mainstay.platform.guard import temporary_folder

# Without subscriptions: a copy must not take its original's place in a replication, and could not be dropped.
_ALWAYS = ("--exit-on-error", "--no-password", "--no-subscriptions")
_WITHOUT_OWNERS = ("--no-owner", "--no-acl")
_ROWS = ("--section=pre-data", "--section=data")
_REST = ("--section=post-data",)
_JOBS_AT_MOST = 4
_ROOM = 2
"""A dump is put into a file only when so many times its size are free."""
_HEAD_BYTES = 1 << 20
_HEAD_BYTES_AT_MOST = 64 << 20


def load_archive(  # noqa: PLR0913 - what, to where, how
    program: Path,
    database: str,
    blocks: Iterator[bytes],
    env: Mapping[str, str],
    *,
    size_bytes: int,
    with_owners: bool = False,
) -> str:
    """Load an archive into an empty database; return what was said on the way. Whatever fails, the caller drops it.

    Args:
        program: `pg_restore`.
        database: Name of the database.
        blocks: The archive. Nothing is committed before they have ended well.
        env: The connection, as libpq's environment variables.
        size_bytes: Size of the archive.
        with_owners: Give objects their owners and privileges; every role must exist.

    Raises:
        EngineError: The temporary folder cannot be written.
        ProcessError: `pg_restore` refuses.
    """
    owners = () if with_owners else _WITHOUT_OWNERS
    words = (program, *_ALWAYS, *owners, f"--dbname={database}")
    with temporary_folder("mainstay-restore-") as folder:
        if shutil.disk_usage(folder).free >= _ROOM * size_bytes:
            return _load_from_file(words, blocks, folder / "dump", env)
        return _load_as_it_comes(words, blocks, folder / "contents", env)


def _load_from_file(
    words: Sequence[str | Path], blocks: Iterator[bytes], file: Path, env: Mapping[str, str]
) -> str:
    try:
        with file.open("wb") as dump:
            dump.writelines(blocks)
    except OSError as error:
        raise EngineError(
            f"the dump cannot be written to {file.parent}: {error.strerror}",
            hint="TMPDIR can name a folder with more room",
        ) from error
    return process.run([*words, f"--jobs={_jobs()}", file], env=env).stderr


def _load_as_it_comes(
    words: Sequence[str | Path], blocks: Iterator[bytes], contents: Path, env: Mapping[str, str]
) -> str:
    """Load all rows in one transaction, which ends only if `blocks` ended well, then build the rest in parallel."""
    seen, complete = _keep_contents(Path(words[0]), blocks, contents)
    sections = _ROWS if complete else ()
    everything = itertools.chain(seen, blocks)
    said = process.feed_input([*words, "--single-transaction", *sections], everything, env=env)
    if complete:
        said += process.run([*words, *_REST, f"--jobs={_jobs()}", contents], env=env).stderr
    return said


def _jobs() -> int:
    return min(os.cpu_count() or 1, _JOBS_AT_MOST)


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
