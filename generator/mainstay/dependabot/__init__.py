"""Keeps dependencies moving: which updates a repository should have, merged into the dependabot.yml that it has."""

from mainstay.dependabot.check import Checked, Finding
from mainstay.dependabot.document import Document, read_document
from mainstay.dependabot.entries import DEPENDABOT
from mainstay.dependabot.merge import Merge, merge
from mainstay.dependabot.repository import Plan, check_repository, plan_repository, write_plan
from mainstay.dependabot.revise import revise
from mainstay.dependabot.wanted import WantedUpdate, wanted_of, wanted_updates

__all__ = [
    "DEPENDABOT",
    "Checked",
    "Document",
    "Finding",
    "Merge",
    "Plan",
    "WantedUpdate",
    "check_repository",
    "merge",
    "plan_repository",
    "read_document",
    "revise",
    "wanted_of",
    "wanted_updates",
    "write_plan",
]
