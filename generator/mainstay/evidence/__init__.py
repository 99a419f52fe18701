"""Evidence: an append-only ledger of backups, drills, audits, incidents and checklists, chained line by line."""

from mainstay.evidence.entry import KINDS, Entry, Event
from mainstay.evidence.keeping import read_ledger, record
from mainstay.evidence.ledger import BRANCH, PATH, Break, EvidenceError, Ledger, append_to, parse_ledger
from mainstay.evidence.reports import events_of

__all__ = [
    "BRANCH",
    "KINDS",
    "PATH",
    "Break",
    "Entry",
    "Event",
    "EvidenceError",
    "Ledger",
    "append_to",
    "events_of",
    "parse_ledger",
    "read_ledger",
    "record",
]
