"""Downloads that are only as good as a digest which was pinned before: whatever else arrives is thrown away."""

from __future__ import annotations

import hashlib
import urllib.request
from http.client import HTTPException
from pathlib import Path

from mainstay.errors import HttpError

_BLOCK_BYTES = 1 << 20


def download(url: str, into: Path, *, sha256: str, at_most_bytes: int, timeout_seconds: float = 60) -> Path:
    """Return `into`, now the file at `url`. Redirects are followed: the digest is trusted, no server is.

    Raises:
        HttpError: It cannot be had, is larger than it may be, or is another file. Then there is no file.
    """
    part = into.with_name(f".{into.name}.part")
    digest, size = hashlib.sha256(), 0
    try:
        with urllib.request.urlopen(url, timeout=timeout_seconds) as answer, part.open("xb") as file:  # noqa: S310 - the address is ours
            while block := answer.read(_BLOCK_BYTES):
                digest.update(block)
                size += file.write(block)
                if size > at_most_bytes:
                    raise HttpError(f"{into.name} is larger than {at_most_bytes >> 20} MiB")
        if digest.hexdigest() != sha256:
            raise HttpError(f"{into.name} is not the file whose SHA-256 is pinned")
        part.replace(into)
    except (OSError, HTTPException, ValueError) as error:
        raise HttpError(f"{into.name} cannot be downloaded ({type(error).__name__})") from error
    finally:
        part.unlink(missing_ok=True)
    return into
