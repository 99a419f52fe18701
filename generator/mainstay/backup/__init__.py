"""Backups: taken in one stream, recorded by a manifest that is written last, verified, and restored."""

from mainstay.backup.catalog import Catalog, find_backup, read_catalog
from mainstay.backup.choose import choose_backup
from mainstay.backup.content import Content, compare_content
from mainstay.backup.encryption import identities_in
from mainstay.backup.engines import engine_named
from mainstay.backup.manifest import Manifest
from mainstay.backup.prune import PruneResult, kept_by, prune_backups
from mainstay.backup.recording import record_verification, verify_and_record
from mainstay.backup.records import Standing, VerificationRecord
from mainstay.backup.restore import Restoration, restore_backup
from mainstay.backup.restore_plan import RestorePlan, carry_out, plan_restore
from mainstay.backup.source import Source, scratch_url_of, secret_of, sources_of
from mainstay.backup.status import State, Status, backup_status
from mainstay.backup.take import take_backup
from mainstay.backup.verify import Level, Verification, verify_backup

__all__ = [
    "Catalog",
    "Content",
    "Level",
    "Manifest",
    "PruneResult",
    "Restoration",
    "RestorePlan",
    "Source",
    "Standing",
    "State",
    "Status",
    "Verification",
    "VerificationRecord",
    "backup_status",
    "carry_out",
    "choose_backup",
    "compare_content",
    "engine_named",
    "find_backup",
    "identities_in",
    "kept_by",
    "plan_restore",
    "prune_backups",
    "read_catalog",
    "record_verification",
    "restore_backup",
    "scratch_url_of",
    "secret_of",
    "sources_of",
    "take_backup",
    "verify_and_record",
    "verify_backup",
]
