"""All checks, in order of id. A new check is one function in the module of its SOP section."""

from mainstay.audit.checks import (
    alert_life,
    backups,
    checklists,
    conformance,
    currency,
    dependabot_life,
    dependencies,
    incident_life,
    incidents,
    maintenance,
    on_call,
    people,
    post_mortems,
    rollback,
    runbook_life,
    runbooks,
    security,
    stored_backups,
    vulnerabilities,
    workflow_life,
    workflows,
)
from mainstay.audit.registry import gather

CHECKS = gather(
    (
        alert_life,
        backups,
        checklists,
        conformance,
        currency,
        dependabot_life,
        dependencies,
        incident_life,
        incidents,
        maintenance,
        on_call,
        people,
        post_mortems,
        rollback,
        runbook_life,
        runbooks,
        security,
        stored_backups,
        vulnerabilities,
        workflow_life,
        workflows,
    )
)
