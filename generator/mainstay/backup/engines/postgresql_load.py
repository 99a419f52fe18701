"""Loads an archive of `pg_dump` as it comes, with as many sessions at once as pay.

`pg_restore` works in parallel only on a file that it can seek in, and the whole dump is not put into one. But all that
is not rows needs nothing but the table of contents, which stands at the beginning of the archive: so much of it
is kept in a private file. Rows are written out as a script by one `pg_restore`, and loaded over several sessions.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import psycopg

from mainstay.backup.engines.postgresql_copy import RowLoader
from mainstay.backup.engines.postgresql_url import ConnectionUrl
from mainstay.backup.engines.programs import as_engine_error
from mainstay.backup.stream import file_blocks
from mainstay.errors import EngineError, ProcessError
from mainstay.platform import process
from mainstay.platform.guard import temporary_folder

# Without subscriptions: a copy must not take its original's place in a replication, and could not be dropped.
_ALWAYS = ("--exit-on-error", "--no-password", "--no-subscriptions")
_WITHOUT_OWNERS = ("--no-owner", "--no-acl")
_DATA = "--section=data"
_HAS_DATA = re.compile(r"\d+; \d+ \d+ (TABLE DATA|BLOBS) ")
"""An entry in the list of the data section that has data in the archive. Others set sequences and statistics."""
_ABOUT_ROWS = (psycopg.DataError, psycopg.IntegrityError)
"""What a server says of rows that are not as they were, rather than of itself."""
_JOBS_AT_MOST = 4
_HEAD_BYTES = 1 << 20
_HEAD_BYTES_AT_MOST = 1 << 30
_DAMAGE_HINT = "`mainstay backup verify --level digest` tells whether the artifact is damaged"
"""Only the end of the archive could tell: who waits for a refusal must not wait for all of it to be read."""


def load_archive(
    program: Path, target: ConnectionUrl, blocks: Iterator[bytes], *, with_owners: bool = False
) -> str:
    """Load an archive into an empty database; return what was said on the way. Whatever fails, the caller drops it.

    Args:
        program: `pg_restore`.
        target: The database.
        blocks: The archive. What they raise goes before what the server or `pg_restore` says of it.
        with_owners: Give objects their owners and privileges; every role must exist.

    Raises:
        EngineError: The server refuses, or the temporary folder cannot be written.
        ProcessError: `pg_restore` fails.
    """
    owners = () if with_owners else _WITHOUT_OWNERS
    into = (program, *_ALWAYS, *owners, f"--dbname={target.database}")

    with temporary_folder("mainstay-restore-") as folder:
        contents, rows, others = folder / "contents", folder / "rows", folder / "others"
        with _damage_first(blocks):
            _keep_contents(program, blocks, contents)
            _divide(program, contents, rows, others)
        archive = itertools.chain(file_blocks(contents), blocks)

        def build(*options: str) -> str:
            return process.run([*into, *options, contents], env=target.environment()).stderr

        with as_engine_error(_DAMAGE_HINT):
            said = build("--section=pre-data") + build(_DATA, f"--use-list={others}")
        said += _load_rows((program, _DATA, f"--use-list={rows}", "--file=-"), target, archive)
        return said + build("--section=post-data", f"--jobs={_jobs()}")


def _jobs() -> int:
    return min(os.cpu_count() or 1, _JOBS_AT_MOST)


def _keep_contents(program: Path, blocks: Iterator[bytes], file: Path) -> None:
    """Write the beginning of an archive to a file until the table of contents is in it, or it must be damaged."""
    wanted_bytes = _HEAD_BYTES
    with file.open("wb") as head:
        for block in blocks:
            _write(head, block)
            if head.tell() >= _HEAD_BYTES_AT_MOST:
                return
            if head.tell() >= wanted_bytes:
                if process.run([program, "--list", file], check=False).returncode == 0:
                    return
                wanted_bytes *= 2


def _write(file: IO[bytes], block: bytes) -> None:
    try:
        file.write(block)
        file.flush()
    except OSError as error:
        raise EngineError(
            f"the table of contents cannot be kept in {Path(file.name).parent}: {error.strerror}",
            hint="TMPDIR can name a folder with more room",
        ) from error


def _divide(program: Path, contents: Path, rows: Path, others: Path) -> None:
    """List what the data section holds: what has data in the archive, and what has not."""
    listed = process.run([program, "--list", _DATA, contents]).stdout.splitlines(keepends=True)
    for file, with_data in ((rows, True), (others, False)):
        entries = [line for line in listed if bool(_HAS_DATA.match(line)) is with_data]
        file.write_text("".join(entries), encoding="utf-8")


def _load_rows(words: Sequence[str | Path], target: ConnectionUrl, archive: Iterator[bytes]) -> str:
    loader = RowLoader(target, _jobs())
    with _damage_first(archive):
        said = process.pass_through(words, archive, loader.load, stop=loader.cancel)
    _read_to_the_end(archive)
    return said


@contextlib.contextmanager
def _damage_first(archive: Iterator[bytes]) -> Iterator[None]:
    """Have an archive that is refused say first whether it is what was stored: what else is said follows from that."""
    try:
        yield
    except (EngineError, ProcessError) as error:
        if isinstance(error, ProcessError) or isinstance(error.__cause__, _ABOUT_ROWS):
            _read_to_the_end(archive)
        raise


def _read_to_the_end(archive: Iterator[bytes]) -> None:
    """Have the archive say at its end whether it is what was stored."""
    for _ in archive:
        pass
