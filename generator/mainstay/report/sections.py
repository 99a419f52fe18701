"""The sections of SOP-603 as a report shows them, with how much of each is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mainstay.audit.model import Check, Outcome, Report, Result

SECTIONS = {
    "1": "Maintenance schedule",
    "2": "Dependency updates",
    "3": "Security patches",
    "4": "Database backups",
    "5": "Incident response",
    "6": "Severity matrix",
    "7": "Rollback",
    "8": "Post-mortems",
    "9": "Runbooks",
    "10": "Maintenance checklist",
    "outputs": "Outputs and review",
}
"""Section -> what it is about, in the order of the SOP."""


@dataclass(frozen=True, slots=True)
class Section:
    """What the checks of one section said."""

    id: str
    results: tuple[Result, ...]

    @property
    def title(self) -> str:
        """What the section is about."""
        return SECTIONS[self.id]

    @property
    def name(self) -> str:
        """Its number in the SOP and its title, such as `4 Database backups`."""
        return self.title if self.id == "outputs" else f"{self.id} {self.title}"

    @property
    def passed(self) -> int:
        """How many checks passed."""
        return sum(result.outcome is Outcome.PASS for result in self.results)

    @property
    def judged(self) -> int:
        """How many checks had something to judge. What could not be read counts: it is not known to be good."""
        idle = sum(result.outcome is Outcome.NOT_APPLICABLE or result.not_asked for result in self.results)
        return len(self.results) - idle


def sections(report: Report) -> list[Section]:
    """Return the sections that the report has checks of, in the order of the SOP."""
    return [
        Section(section, found)
        for section in SECTIONS
        if (found := tuple(result for result in report.results if result.check.sop == section))
    ]


def in_order_of_the_sop(checks: Iterable[Check]) -> list[Check]:
    """Return the checks section by section."""
    order = list(SECTIONS)
    return sorted(checks, key=lambda check: (order.index(check.sop), check.id))


def section_text(check: Check) -> str:
    """Return where in the SOP a check belongs, such as `section 4`."""
    return "outputs" if check.sop == "outputs" else f"section {check.sop}"
