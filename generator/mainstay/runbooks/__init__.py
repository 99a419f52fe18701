"""Runbooks: what they are made of, what is wrong with them, and a first page for a new one."""

from mainstay.runbooks.lint import due_problems, lint, rule_problems
from mainstay.runbooks.model import Problem, Runbook, RunbookFolder

__all__ = ["Problem", "Runbook", "RunbookFolder", "due_problems", "lint", "rule_problems"]
