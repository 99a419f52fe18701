"""INC1xx: how incidents are declared, judged and handled (SOP-603 sections 5 and 6)."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.audit import sop
from mainstay.audit.facts.documents import Documents
from mainstay.audit.facts.files import RepositoryFiles
from mainstay.audit.facts.policy import PolicyFile
from mainstay.audit.facts.trees import mapping, parse_mapping, sequence
from mainstay.audit.model import Finding, Location, Severity
from mainstay.audit.registry import check
from mainstay.policy import Policy
from mainstay.policy.durations import spell_duration

_RESPONSE = "docs/incidents/response.md"
_SEVERITY = "docs/incidents/severity.md"
_FORM = ".github/ISSUE_TEMPLATE/incident.yml"


@check("INC101", "The incident response has its seven phases", Severity.HIGH, sop="5")
def phases_are_complete(documents: Documents) -> Iterator[Finding]:
    """During an outage people follow what is written. A phase that is not there is not done.

    Detection, triage, communication, investigation, mitigation, resolution and post-mortem each need a heading with
    text below it. Mitigation may stand before investigation, and should.

    Fix: add the heading that the finding names to docs/incidents/response.md.
    """
    document = documents.get(_RESPONSE)
    if document is None:
        yield Finding.missing(_RESPONSE)
        return
    for phase in sop.PHASES:
        section = document.titled(phase)
        if section is None or section.is_empty:
            message = f"the phase {phase} " + ("is missing" if section is None else "is empty")
            at = document.at(section.line if section else None)
            yield Finding(
                message=message, at=at, key=phase, fix=f"write a section {phase!r} that says who does what"
            )


@check("INC102", "The severity matrix is where people look for it", Severity.HIGH, sop="6")
def matrix_is_shown(documents: Documents) -> Iterator[Finding]:
    """Severity decides who is woken up. Everybody must find the same table, with all four severities.

    SOP301 says whether the table agrees with the policy.

    Fix: put the markers `<!-- mainstay:severity-matrix -->` and `<!-- /mainstay:severity-matrix -->` into
    docs/incidents/severity.md and run `mainstay sync`.
    """
    fix = "add the markers of the severity-matrix table and run `mainstay sync`"
    document = documents.get(_SEVERITY)
    if document is None:
        yield Finding.missing(_SEVERITY)
        return
    tables = [region.text or "" for region in document.regions() if region.name == "severity-matrix"]
    missing = [name for name in sop.INCIDENT_CLOCKS if not any(f"**{name}**" in table for table in tables)]
    if missing:
        message = f"the severity matrix lacks {', '.join(missing)}"
        yield Finding(message=message, at=document.at(), key="matrix", fix=fix)


@check("INC103", "A form declares an incident and asks for its severity", Severity.MEDIUM, sop="5")
def form_declares(files: RepositoryFiles) -> Iterator[Finding]:
    """Nobody should have to think about how to declare an incident. The clocks start with the form.

    Fix: restore `.github/ISSUE_TEMPLATE/incident.yml` with `copier update`; its severity field offers P1 to P4.
    """
    if _FORM not in files:
        yield Finding.missing(_FORM)
        return
    tree, fix = parse_mapping(files.text(_FORM), _FORM), "restore the form from the template"
    if not all(isinstance(tree.get(key), str) and tree[key] for key in ("name", "description")):
        yield Finding(
            message="GitHub ignores a form without name and description",
            at=Location(_FORM),
            key="name",
            fix=fix,
        )
    dropdowns = [
        mapping(field) for field in sequence(tree.get("body")) if mapping(field).get("type") == "dropdown"
    ]
    choices = [
        str(option)
        for field in dropdowns
        for option in sequence(mapping(field.get("attributes")).get("options"))
    ]
    missing = [name for name in sop.INCIDENT_CLOCKS if not any(choice.startswith(name) for choice in choices)]
    if missing:
        message = f"no field offers the severity {', '.join(missing)}"
        yield Finding(message=message, at=Location(_FORM), key="severity", fix=fix)


@check("INC104", "Incident clocks are no longer than the SOP's", Severity.MEDIUM, sop="6")
def clocks_keep_the_sop(policy: Policy, file: PolicyFile) -> Iterator[Finding]:
    """A clock that is never missed because it is long measures nothing.

    P1 and P2 also owe a post-mortem within 48 hours and an entry on the status page.

    Fix: shorten the figure under `incidents.severities`, or waive the check with the reason.
    """
    for name, severity in policy.incidents.severities.items():
        acknowledge, resolve = sop.INCIDENT_CLOCKS[name]
        rules = [("acknowledge", severity.acknowledge, acknowledge), ("resolve", severity.resolve, resolve)]
        if name in {"P1", "P2"}:
            rules.append(
                ("post-mortem", severity.post_mortem or 2 * sop.POST_MORTEM_WITHIN, sop.POST_MORTEM_WITHIN)
            )
        for key, span, limit in rules:
            if span > limit:
                yield Finding(
                    message=f"{name}: {key} takes longer than {spell_duration(limit)}",
                    at=file.at("incidents", "severities", name, key),
                    key=f"{name} {key}",
                    fix=f"set `incidents.severities.{name}.{key}` to {spell_duration(limit)} or less",
                )
        if name in {"P1", "P2"} and not severity.status_page:
            message, at = (
                f"{name}: the status page is not updated",
                file.at("incidents", "severities", name, "status-page"),
            )
            yield Finding(message=message, at=at, key=f"{name} status-page", fix="set `status-page: true`")
