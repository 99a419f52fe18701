"""The lines of SOP-603 that somebody ticks, and the checks that say whether each exists, is correct and is alive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the SOP.

    Attributes:
        part: Where it stands: `Schedule`, `Review checklist` or `Outputs`.
        text: Its words.
        exists: Checks that ask whether it is there.
        correct: Checks that ask whether it is well made.
        alive: Checks that ask whether it is kept: none where only people can tell, and a checklist asks them.
    """

    part: str
    text: str
    exists: tuple[str, ...]
    correct: tuple[str, ...]
    alive: tuple[str, ...]

    @property
    def checks(self) -> tuple[str, ...]:
        """All of them."""
        return self.exists + self.correct + self.alive


def _line(part: str, text: str, exists: str, correct: str, alive: str) -> Line:
    return Line(part, text, tuple(exists.split()), tuple(correct.split()), tuple(alive.split()))


def _lines() -> Iterator[Line]:
    for text, exists, correct, alive in _SCHEDULE:
        yield _line("Schedule", text, exists, correct, alive)
    for text, exists, correct, alive in _REVIEW:
        yield _line("Review checklist", text, exists, correct, alive)
    for text, exists, correct, alive in _OUTPUTS:
        yield _line("Outputs", text, exists, correct, alive)


_TICKED = "MNT201 MNT202 MNT203"
_SCHEDULE = (
    ("Dependency updates, weekly", "DEP101", "DEP102 DEP103 DEP104 DEP105", "DEP201 DEP202 DEP203"),
    (
        "Security patches, immediately",
        "SEC103 SEC201",
        "SEC101 SEC301",
        "SEC202 SEC203 SEC211 SEC212 SEC213 SEC214 SEC215",
    ),
    ("Database backups, daily", "BK101 BK105", "BK103 BK104 BK301", "BK201 BK202 BK205 BK206 BK208 BK209"),
    ("Log rotation, weekly", "MNT101", "MNT102", _TICKED),
    ("Performance review, monthly", "MNT101", "MNT102", _TICKED),
    (
        "Security audit, quarterly",
        "MNT101 SEC102",
        "MNT102 WF101 WF102 WF103 WF105 WF204",
        f"{_TICKED} SOP204",
    ),
    ("Disaster recovery test, quarterly", "BK102", "BK103 BK104", "BK203 BK204 BK210"),
)
_REVIEW = (
    ("Maintenance schedule documented", "MNT101 SOP104", "SOP301 ONC102 ONC203", f"{_TICKED} WF201 WF202"),
    ("Dependabot configured", "DEP101", "DEP102 DEP104 DEP204 DEP301 DEP302 DEP303", "DEP201 DEP202 DEP203"),
    (
        "Backup strategy implemented",
        "BK101 BK102 BK105",
        "BK103 BK301 WF104 WF203",
        "BK201 BK203 BK207 BK209",
    ),
    ("Incident response procedure defined", "INC101 INC103 ONC101", "INC104 ONC301", "INC205 INC206 ONC201"),
    ("Severity matrix established", "INC102", "INC104 SOP301", "INC204 INC206"),
    ("Rollback procedure documented", "ROLL101", "ROLL301", "ROLL201"),
    ("Post-mortem template created", "INC111", "INC311 INC312 INC313", "INC201 INC202 INC203"),
    (
        "Runbooks for common issues",
        "RB101",
        "RB102 RB103 RB104 RB301 RB302 RB303",
        "RB201 RB202 RB203 RB211 RB212",
    ),
    ("Team trained on procedures", "ONC101", "ONC301", "ONC202 INC205"),
)
_OUTPUTS = (
    ("Automated updates (.github/dependabot.yml)", "DEP101", "DEP102 DEP105", "DEP201"),
    ("Backup script (scripts/)", "SOP104", "BK103", "BK201"),
    ("Post-mortem template (docs/incidents/template.md)", "INC111", "SOP302", "INC201"),
    ("Runbooks (docs/runbooks/)", "RB101", "RB103 SOP302", "RB201 RB202"),
    (
        "Maintenance procedures (docs/maintenance/)",
        "SOP101 SOP102 SOP104",
        "SOP301 SOP302 SOP303 SOP304",
        "SOP201 SOP203",
    ),
    ("Backup workflow configured", "BK101", "BK104 SOP103", "WF201 WF202"),
)

LINES = tuple(_lines())
"""Every line of the schedule, the Review Checklist and the Outputs."""
