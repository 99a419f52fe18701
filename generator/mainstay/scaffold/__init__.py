"""Puts the SOP into a repository and keeps its tables current. The only domain that knows Copier."""

from mainstay.scaffold.answers import ANSWERS_FILE, answers_for
from mainstay.scaffold.copy import InvalidAnswerError
from mainstay.scaffold.init import InitResult, OnExisting, init_target, require_ready
from mainstay.scaffold.source import TemplateSource, find_source
from mainstay.scaffold.sync import sync_documents

__all__ = [
    "ANSWERS_FILE",
    "InitResult",
    "InvalidAnswerError",
    "OnExisting",
    "TemplateSource",
    "answers_for",
    "find_source",
    "init_target",
    "require_ready",
    "sync_documents",
]
