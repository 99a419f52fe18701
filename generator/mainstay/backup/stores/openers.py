"""How each kind of store is opened: credentials come from the environment or the machine's role, never from a URL."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from obstore.store import AzureStore, GCSStore, LocalStore, S3Store
from obstore.store import ObjectStore as AnyStore

from mainstay.errors import StoreError
from mainstay.platform.redact import remember

if TYPE_CHECKING:  # obstore has these names for type checkers only
    from obstore.store import ClientConfig, RetryConfig

# The default of 30 s fails an 8 MiB part on a link below 0.3 MB/s.
CLIENT: ClientConfig = {"timeout": "300s", "connect_timeout": "10s"}
RETRY: RetryConfig = {"max_retries": 5, "retry_timeout": timedelta(seconds=120)}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of store.

    Attributes:
        open: Returns the store at a URL.
        hint: What to check when it fails.
        secrets: Variables of the environment whose values must stand in no message.
    """

    open: Callable[[str], AnyStore]
    hint: str
    secrets: tuple[str, ...] = ()

    def __call__(self, url: str) -> AnyStore:
        """Return the store at `url`, its credentials masked from now on."""
        for name in self.secrets:
            remember(os.environ.get(name))
        return self.open(url)


def open_s3(url: str) -> AnyStore:
    """Return a store on S3 or a compatible server."""
    return S3Store.from_url(url, client_options=_client("AWS"), retry_config=RETRY)


def open_google(url: str) -> AnyStore:
    """Return a store on Google Cloud Storage."""
    return GCSStore.from_url(url, client_options=_client("GOOGLE"), retry_config=RETRY)


def open_azure(url: str) -> AnyStore:
    """Return a store in a container of Azure Blob Storage."""
    return AzureStore.from_url(url, client_options=_client("AZURE"), retry_config=RETRY)


def open_folder(url: str) -> AnyStore:
    """Return a store in a local folder, which must exist: a disk that is not mounted must not be written to."""
    parts = urlsplit(url)
    folder = Path(unquote(parts.path))
    if parts.netloc or not folder.is_absolute():
        raise StoreError(f"{url!r} names no absolute folder", hint="write file:///absolute/folder")
    if not folder.is_dir():
        raise StoreError(
            f"opening {url} failed: the folder does not exist", hint=f"make it: mkdir -p {folder}"
        )
    return LocalStore(folder)


KINDS: dict[str, Kind] = {
    "s3": Kind(
        open_s3,
        "check AWS_REGION, AWS_ENDPOINT_URL and the credentials in the environment",
        ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
    ),
    "gs": Kind(
        open_google,
        "check GOOGLE_BEARER_TOKEN or GOOGLE_APPLICATION_CREDENTIALS in the environment",
        ("GOOGLE_BEARER_TOKEN", "GOOGLE_SERVICE_ACCOUNT_KEY"),
    ),
    "az": Kind(
        open_azure,
        "check AZURE_STORAGE_ACCOUNT_NAME and the credentials in the environment",
        (
            "AZURE_STORAGE_ACCOUNT_KEY",
            "AZURE_STORAGE_ACCESS_KEY",
            "AZURE_STORAGE_SAS_TOKEN",
            "AZURE_STORAGE_SAS_KEY",
            "AZURE_STORAGE_TOKEN",
            "AZURE_CLIENT_SECRET",
        ),
    ),
    "file": Kind(open_folder, "check that the disk is mounted, has room and may be written to"),
}
"""URL scheme -> its kind. A new kind of store is one function and one row."""


def _client(prefix: str) -> ClientConfig:
    """Return the settings of the HTTP client; plain HTTP has to be allowed, as `AWS_ALLOW_HTTP=true` does."""
    return {**CLIENT, "allow_http": os.environ.get(f"{prefix}_ALLOW_HTTP", "").lower() == "true"}
