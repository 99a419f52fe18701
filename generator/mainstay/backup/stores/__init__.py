"""Stores, opened by URL: `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`, `file:///folder`."""

from __future__ import annotations

from urllib.parse import urlsplit

from mainstay.backup.stores.interface import Store
from mainstay.errors import StoreError

__all__ = ["Store", "open_store"]


def open_store(url: str) -> Store:
    """Return the store at `url`; credentials come from the environment, never from the URL.

    Raises:
        StoreError: The URL is malformed, of an unknown scheme, or leads to a folder that does not exist.
    """
    from mainstay.backup.stores.errors import failing_as  # noqa: PLC0415 - loads obstore
    from mainstay.backup.stores.object_store import ObjectStore  # noqa: PLC0415 - loads obstore
    from mainstay.backup.stores.openers import KINDS  # noqa: PLC0415 - loads obstore

    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise StoreError("a store URL holds no credentials and no parameters", hint="use the environment")
    if (kind := KINDS.get(parts.scheme)) is None:
        known = ", ".join(f"{scheme}://" for scheme in KINDS)
        raise StoreError(f"{url!r} is no store URL", hint=f"mainstay knows {known}")
    with failing_as("opening", url, kind.hint):
        return ObjectStore(url, kind(url), kind.hint)
