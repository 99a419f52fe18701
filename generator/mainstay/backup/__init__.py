"""Backups: taken in one stream, recorded by a manifest that is written last, verified, and restored."""

from mainstay.backup.catalog import Catalog, find_backup, read_catalog
from mainstay.backup.content import Content, compare_content
from mainstay.backup.encryption import identities_in
from mainstay.backup.engines import engine_named
from mainstay.backup.manifest import Manifest
from mainstay.backup.restore import Restoration, restore_backup
from mainstay.backup.source import Source, secret_of, sources_of
from mainstay.backup.take import take_backup
from mainstay.backup.verify import Level, Verification, verify_backup

__all__ = [
    "Catalog",
    "Content",
    "Level",
    "Manifest",
    "Restoration",
    "Source",
    "Verification",
    "compare_content",
    "engine_named",
    "find_backup",
    "identities_in",
    "read_catalog",
    "restore_backup",
    "secret_of",
    "sources_of",
    "take_backup",
    "verify_backup",
]
