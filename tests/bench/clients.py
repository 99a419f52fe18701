"""What is measured and is Python, each in a process of its own: `python -m bench.clients take|restore|sop`.

Everything comes from the environment: `BENCH_URL` (the database), `BENCH_STORE`, `BENCH_RECIPIENT` and
`MAINSTAY_AGE_IDENTITY` (may be empty), `BENCH_MANIFEST` (key), `BENCH_INTO`, `BENCH_PG_DUMP`.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

_MANIFEST_BYTES_AT_MOST = 1 << 20


def take() -> None:
    """Take a backup with mainstay; print the key of its manifest."""
    from mainstay.backup import Source, take_backup  # noqa: PLC0415 - each client loads only what it needs
    from mainstay.backup.catalog import manifest_key  # noqa: PLC0415

    recipients = os.environ["BENCH_RECIPIENT"].split()
    source = Source("bench", "postgresql", os.environ["BENCH_URL"])
    manifest = take_backup(source, os.environ["BENCH_STORE"], encrypt_to=recipients)
    sys.stdout.write(manifest_key("bench", manifest.id))


def restore() -> None:
    """Restore a backup with mainstay."""
    from mainstay.backup import restore_backup  # noqa: PLC0415
    from mainstay.backup.encryption import identities_in  # noqa: PLC0415
    from mainstay.backup.manifest import parse_manifest  # noqa: PLC0415
    from mainstay.backup.stores import open_store  # noqa: PLC0415

    store_url = os.environ["BENCH_STORE"]
    text = open_store(store_url).read(os.environ["BENCH_MANIFEST"], most_bytes=_MANIFEST_BYTES_AT_MOST)
    restore_backup(
        parse_manifest(text, store_url),
        store_url,
        server_url=os.environ["BENCH_URL"],
        into=os.environ["BENCH_INTO"],
        identities=identities_in(os.environ),
    )


def sop() -> None:
    """Do what SOP-603 section 4 does: a plain dump in a temporary file, then one `put_object`."""
    import boto3  # noqa: PLC0415

    from mainstay.platform.process import run  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "backup.sql"
        run([os.environ["BENCH_PG_DUMP"], f"--file={file}"])
        with file.open("rb") as body:
            bucket = urlsplit(os.environ["BENCH_STORE"]).netloc
            boto3.client("s3").put_object(Bucket=bucket, Key="backup.sql", Body=body)


if __name__ == "__main__":
    atexit.register(gc.freeze)  # as the command line does
    {"take": take, "restore": restore, "sop": sop}[sys.argv[1]]()
