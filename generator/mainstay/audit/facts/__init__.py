"""What checks judge. Each fact is a type; the function that returns it says in its parameters what it needs."""

from mainstay.audit.facts.alerts import (
    dependabot_pulls,
    dependabot_runs,
    labels,
    security_alerts,
    security_updates,
)
from mainstay.audit.facts.dependabot import dependabot_config
from mainstay.audit.facts.documents import documents
from mainstay.audit.facts.files import Root, repository_files
from mainstay.audit.facts.history import history
from mainstay.audit.facts.issues import checklist_closings, checklists, incidents
from mainstay.audit.facts.ledger import evidence, stored_ledger
from mainstay.audit.facts.online import Online, github
from mainstay.audit.facts.people import fillings, responders, roster_changes
from mainstay.audit.facts.policy import policy, policy_file
from mainstay.audit.facts.runbooks import runbook_folder
from mainstay.audit.facts.runs import default_branch, scheduled_runs, settings, workflow_states
from mainstay.audit.facts.stack import stack
from mainstay.audit.facts.store import store_settings, stored_backups
from mainstay.audit.facts.template import revisions
from mainstay.audit.facts.vulnerabilities import vulnerabilities
from mainstay.audit.facts.workflows import workflows

PROVIDERS = (
    checklist_closings,
    checklists,
    default_branch,
    dependabot_config,
    dependabot_pulls,
    dependabot_runs,
    documents,
    evidence,
    fillings,
    github,
    history,
    incidents,
    labels,
    policy,
    policy_file,
    repository_files,
    responders,
    revisions,
    roster_changes,
    runbook_folder,
    scheduled_runs,
    security_alerts,
    security_updates,
    settings,
    stack,
    store_settings,
    stored_backups,
    stored_ledger,
    vulnerabilities,
    workflow_states,
    workflows,
)
"""A new fact is one function and one name here."""

__all__ = ["PROVIDERS", "Online", "Root"]
