"""PostgreSQL servers with contrib modules, which the wheel's servers lack: amcheck above all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from helpers.rendering import REPOSITORY
from helpers.required import missing
from mainstay.platform.embedded_postgres import EmbeddedPostgres
from mainstay.platform.postgres_installs import BIN_VARIABLE

MAJORS = (16, 18)


def contrib_bin(major: int) -> Path:
    """Return the folder of a server of this version that has contrib modules; skips the test when there is none.

    `script/contrib` brings 16 and 18; on Debian the server's own package has the modules too.
    """
    installed = REPOSITORY / ".contrib" / "node_modules" / f"postgresql-{major}" / "native"
    places = {
        installed / "bin": installed / "share/postgresql/extension/amcheck.control",
        Path(f"/usr/lib/postgresql/{major}/bin"): Path(
            f"/usr/share/postgresql/{major}/extension/amcheck.control"
        ),
    }
    found = next(
        (folder for folder, proof in places.items() if (folder / "postgres").is_file() and proof.is_file()),
        None,
    )
    if found is None:
        missing("contrib", f"no PostgreSQL {major} with contrib modules is here: script/contrib installs one")
    return found


@contextlib.contextmanager
def contrib_server(major: int) -> Iterator[EmbeddedPostgres]:
    """Run such a server; programs that it lacks, such as pg_dump, come from elsewhere, of the same version.

    While it runs, every server that mainstay starts is of this kind: a drill has amcheck, too.
    """
    folder = contrib_bin(major)
    with (
        mock.patch.dict(os.environ, {BIN_VARIABLE: str(folder)}),
        EmbeddedPostgres.start(major) as server,
    ):
        yield server
