"""What checks judge. Each fact is a type; the function that returns it says in its parameters what it needs."""

from mainstay.audit.facts.answers import answers
from mainstay.audit.facts.dependabot import dependabot_config
from mainstay.audit.facts.documents import documents
from mainstay.audit.facts.files import Root, repository_files
from mainstay.audit.facts.online import Online, github
from mainstay.audit.facts.policy import policy, policy_file
from mainstay.audit.facts.stack import stack
from mainstay.audit.facts.workflows import workflows

PROVIDERS = (
    answers,
    dependabot_config,
    documents,
    github,
    policy,
    policy_file,
    repository_files,
    stack,
    workflows,
)
"""A new fact is one function and one name here."""

__all__ = ["PROVIDERS", "Online", "Root"]
