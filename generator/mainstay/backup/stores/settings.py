"""How a store is set up, as far as it says: what protects the backups against mistakes, thieves and cost.

S3 is asked. What a store does not tell, or not to us, is unknown, with the command by which a person finds out.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mainstay.backup.stores.s3_settings import s3_settings
from mainstay.backup.stores.setting import Setting
from mainstay.errors import StoreError
from mainstay.platform.clock import Clock, SystemClock

_LEAST_FREE = 0.1
_NOT_ASKED = "unknown: mainstay does not ask this kind of store"


def store_settings(url: str, environ: Mapping[str, str], clock: Clock | None = None) -> list[Setting]:
    """Return the settings of the store at `url`. Nothing is changed, and no object is read.

    Raises:
        StoreError: The URL is no store's, the store is not there, or it gives no answer.
    """
    if (read := _READERS.get(urlsplit(url).scheme)) is None:
        raise StoreError(f"{url!r} is no store URL", hint=f"mainstay knows {', '.join(_READERS)}")
    return list(read(url, environ, clock or SystemClock()))


def _google(url: str, _: Mapping[str, str], __: Clock) -> Iterator[Setting]:
    look = f"gcloud storage buckets describe gs://{urlsplit(url).netloc}"
    for name, field in {
        "versioning": "versioning_enabled",
        "object lock": "retention_policy",
        "unfinished uploads": "lifecycle_config",
        "old versions": "lifecycle_config",
        "encryption": "default_kms_key",
        "public access": "public_access_prevention",
    }.items():
        yield Setting(name, _NOT_ASKED, None, f"{look} --format='default({field})'")


def _azure(url: str, environ: Mapping[str, str], __: Clock) -> Iterator[Setting]:
    account = f"--account-name {environ.get('AZURE_STORAGE_ACCOUNT_NAME') or 'ACCOUNT'}"
    service = f"az storage account blob-service-properties show {account}"
    rules = f"az storage account management-policy show {account} --resource-group GROUP"
    show = f"az storage account show {account.replace('account-name', 'name')}"
    for name, look in {
        "versioning": f"{service} --query isVersioningEnabled",
        "object lock": "az storage container immutability-policy show "
        f"{account} --container-name {urlsplit(url).netloc}",
        "old versions": rules,
        "encryption": f"{show} --query encryption",
        "public access": f"{show} --query allowBlobPublicAccess",
    }.items():
        yield Setting(name, _NOT_ASKED, None, look)


def _folder(url: str, _: Mapping[str, str], __: Clock) -> Iterator[Setting]:
    folder = Path(unquote(urlsplit(url).path))
    try:
        mode, room = stat.S_IMODE(folder.stat().st_mode), shutil.disk_usage(folder)
    except OSError as error:
        raise StoreError(
            f"asking {url} failed: {error.strerror}", hint=f"make it: mkdir -p {folder}"
        ) from error
    others = mode & (stat.S_IRWXG | stat.S_IRWXO)
    who = "others of this machine may look in" if others else "its owner only"
    yield Setting("access", f"{who} ({mode:04o})", not others, f"chmod 700 {folder}")
    free = room.free / room.total
    yield Setting("room", f"{free:.0%} of the disk is free", free >= _LEAST_FREE, f"df -h {folder}")


_READERS: dict[str, Callable[[str, Mapping[str, str], Clock], Iterator[Setting]]] = {
    "s3": s3_settings,
    "gs": _google,
    "az": _azure,
    "file": _folder,
}
"""URL scheme -> who reads the settings of such a store."""
