"""All checks, in order of id. A new check is one function in the module of its SOP section."""

from mainstay.audit.checks import (
    backups,
    conformance,
    dependencies,
    incidents,
    maintenance,
    on_call,
    post_mortems,
    rollback,
    runbooks,
    security,
    workflows,
)
from mainstay.audit.registry import gather

CHECKS = gather(
    (
        backups,
        conformance,
        dependencies,
        incidents,
        maintenance,
        on_call,
        post_mortems,
        rollback,
        runbooks,
        security,
        workflows,
    )
)
