"""Puts the SOP into a repository and keeps its tables current. The only domain that knows Copier."""

from mainstay.scaffold.answers import ANSWERS_FILE, answers_for
from mainstay.scaffold.init import InitResult, OnExisting, init_target
from mainstay.scaffold.source import TemplateSource, find_source
from mainstay.scaffold.sync import sync_documents

__all__ = [
    "ANSWERS_FILE",
    "InitResult",
    "OnExisting",
    "TemplateSource",
    "answers_for",
    "find_source",
    "init_target",
    "sync_documents",
]
