"""The audit: says whether the SOP is alive in a repository, and says so when it cannot know."""

from mainstay.audit.facts.online import Online
from mainstay.audit.model import Finding, Location, Outcome, Report, Result, Severity
from mainstay.audit.run import exit_code, online_checks, run_audit

__all__ = [
    "Finding",
    "Location",
    "Online",
    "Outcome",
    "Report",
    "Result",
    "Severity",
    "exit_code",
    "online_checks",
    "run_audit",
]
