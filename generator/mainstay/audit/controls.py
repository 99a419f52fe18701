"""Which controls of the frameworks that auditors use a check gives evidence for. It helps; it attests nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mainstay.audit.model import Check

SOC_2 = "SOC 2"
ISO_27001 = "ISO/IEC 27001:2022"
NIST_CSF = "NIST CSF 2.0"
FRAMEWORKS = {
    SOC_2: "Trust Services Criteria (2017, points of focus of 2022)",
    ISO_27001: "Annex A",
    NIST_CSF: "Core, subcategories",
}
"""Framework -> the part of it that the ids below are from."""


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a framework.

    Attributes:
        framework: One of `FRAMEWORKS`.
        id: As the framework writes it.
        about: What it asks for, in a few words of ours.
        evidence: What gives evidence for it: sections of the SOP (`section:4`), families and ids of checks.
    """

    framework: str
    id: str
    about: str
    evidence: frozenset[str]

    def concerns(self, check: Check) -> bool:
        """Return whether a check gives evidence for it."""
        return bool(self.evidence & {check.id, check.family, f"section:{check.sop}"})


_ROWS = (
    (SOC_2, "CC1.3", "Authority and responsibility are assigned", "MNT101 ONC101 ONC102 ONC201"),
    (SOC_2, "CC1.4", "People are competent for what they do", "ONC202"),
    (SOC_2, "CC4.1", "Controls are evaluated: are they there, do they work", "SOP SEC102 WF104 WF201 WF202"),
    (
        SOC_2,
        "CC5.3",
        "Policies and procedures are in place",
        "section:1 section:9 section:10 section:outputs",
    ),
    (SOC_2, "CC6.1", "Access to data is restricted", "BK206 BK207 WF103"),
    (SOC_2, "CC7.1", "Vulnerabilities are found", "section:2 section:3"),
    (SOC_2, "CC7.3", "Events are evaluated", "section:6"),
    (SOC_2, "CC7.4", "Incidents are responded to", "section:5 section:6"),
    (SOC_2, "CC7.5", "Operations recover after incidents, and learn", "section:7 section:8"),
    (SOC_2, "CC8.1", "Changes are authorised, tested and can be taken back", "DEP ROLL WF"),
    (SOC_2, "A1.2", "Data is backed up, and the means to recover are maintained", "section:4"),
    (SOC_2, "A1.3", "Recovery is tested", "BK102 BK203 BK204 BK210 ROLL201"),
    (ISO_27001, "A.5.2", "Roles and responsibilities", "MNT101 ONC101 ONC102 ONC201"),
    (ISO_27001, "A.5.24", "Incidents: planning and preparation", "section:5 section:6 section:9"),
    (ISO_27001, "A.5.25", "Incidents: assessment and decision", "section:6"),
    (ISO_27001, "A.5.26", "Incidents: response", "section:5 section:9"),
    (ISO_27001, "A.5.27", "Incidents: learning from them", "section:8"),
    (ISO_27001, "A.5.28", "Incidents: collection of evidence", "SOP203 BK209"),
    (ISO_27001, "A.5.30", "Readiness of systems for continuity", "section:7 BK102 BK203 BK204 BK210"),
    (ISO_27001, "A.5.36", "Compliance with policies is reviewed", "section:outputs SEC102"),
    (
        ISO_27001,
        "A.5.37",
        "Operating procedures are documented",
        "section:1 section:9 section:10 section:outputs",
    ),
    (ISO_27001, "A.6.3", "Awareness, education and training", "ONC202"),
    (ISO_27001, "A.8.4", "Access to source code", "WF103 WF204"),
    (ISO_27001, "A.8.8", "Management of technical vulnerabilities", "section:2 section:3"),
    (ISO_27001, "A.8.13", "Backup", "section:4"),
    (ISO_27001, "A.8.24", "Use of cryptography", "BK206"),
    (ISO_27001, "A.8.32", "Change management", "DEP ROLL WF"),
    (
        NIST_CSF,
        "GV.RR-02",
        "Roles and responsibilities are known and enforced",
        "MNT101 ONC101 ONC102 ONC201",
    ),
    (NIST_CSF, "GV.PO-02", "Policy is reviewed, updated and enforced", "section:outputs"),
    (NIST_CSF, "ID.RA-01", "Vulnerabilities are identified and recorded", "section:3"),
    (NIST_CSF, "ID.IM-02", "Improvements come from tests and exercises", "BK102 BK210 INC205 ROLL201 RB202"),
    (NIST_CSF, "ID.IM-03", "Improvements come from operations", "section:8 section:10"),
    (NIST_CSF, "ID.IM-04", "Plans for incidents are kept and improved", "section:5 section:9"),
    (NIST_CSF, "PR.AT-02", "People with special roles are trained", "ONC202"),
    (NIST_CSF, "PR.DS-01", "Data at rest is protected", "BK206 BK207"),
    (NIST_CSF, "PR.DS-11", "Backups are made, protected, maintained and tested", "section:4"),
    (NIST_CSF, "PR.PS-01", "Configuration is managed", "WF SOP101"),
    (NIST_CSF, "PR.PS-02", "Software is maintained", "section:1 section:2 section:3"),
    (NIST_CSF, "RS.MA-01", "The response plan is carried out", "section:5"),
    (NIST_CSF, "RS.MA-03", "Incidents are categorised and prioritised", "section:6"),
    (NIST_CSF, "RS.AN-03", "The cause of an incident is analysed", "section:8"),
    (NIST_CSF, "RC.RP-02", "Recovery is chosen, scoped and carried out", "section:7"),
    (NIST_CSF, "RC.RP-03", "Backups are verified before they are used", "BK202 BK203 BK208"),
)

CONTROLS = tuple(
    Control(framework, control, about, frozenset(evidence.split()))
    for framework, control, about, evidence in _ROWS
)
"""A new control is one row. Ids are the frameworks' own, the words are ours."""


def controls_of(check: Check) -> list[Control]:
    """Return the controls that a check gives evidence for."""
    return [control for control in CONTROLS if control.concerns(check)]


def checks_for(control: Control, checks: Iterable[Check]) -> list[Check]:
    """Return the checks that give evidence for a control."""
    return [check for check in checks if control.concerns(check)]
