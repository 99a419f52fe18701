"""ROLL: rolling back (SOP-603 section 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.audit.facts.documents import RUNBOOKS, Documents
from mainstay.audit.facts.markdown import Document
from mainstay.audit.model import Finding, Location, NotApplicable, Severity
from mainstay.audit.registry import check
from mainstay.runbooks.commands import forbidden_in

_NAME = re.compile(r"roll[ -]?back|roll(?:ing)?[ -]back", re.IGNORECASE)


def _rollbacks(documents: Documents) -> Iterator[Document]:
    return (each for each in documents.runbooks() if _NAME.search(each.path) or _NAME.search(_title(each)))


def _title(document: Document) -> str:
    return document.sections[0].title if document.sections else ""


@check("ROLL101", "A runbook says how to roll back", Severity.HIGH, sop="7")
def rollback_is_documented(documents: Documents) -> Iterator[Finding]:
    """Most outages follow a deployment. Rolling back has to take minutes, by somebody who has not done it before.

    The runbook needs commands to run and a section `Verify` that says when it has worked.

    Fix: restore docs/runbooks/rb-04-roll-back-deployment.md with `copier update`.
    """
    if not list(documents.runbooks()):
        raise NotApplicable("there is no runbook (RB101)")
    found = list(_rollbacks(documents))
    if not found:
        at, fix = (
            Location(f"{RUNBOOKS}rb-04-roll-back-deployment.md"),
            "restore the runbook from the template",
        )
        yield Finding(message="no runbook is about rolling back", at=at, key="missing", fix=fix)
    for document in found:
        verify = document.titled("Verify")
        if verify is None or verify.is_empty:
            message, fix = (
                "it does not say when the rollback has worked",
                "add a section `Verify` with figures to watch",
            )
            yield Finding(
                message=message, at=document.at(verify.line if verify else None), key="verify", fix=fix
            )
        if not document.fences:
            yield Finding(
                message="it shows no commands",
                at=document.at(),
                key="commands",
                fix="add them as fenced code",
            )


@check("ROLL301", "No document shows a command that does not do what it says", Severity.HIGH, sop="7")
def commands_do_what_they_say(documents: Documents) -> Iterator[Finding]:
    """SOP-603 itself shows commands that roll nothing back, cannot restore its own backup, or lose work.

    Only fenced shell code is looked at; a page may explain in words why a command is wrong.

    Fix: replace the command by the one that the finding names.
    """
    for document in documents.all():
        for line, text, message, fix in forbidden_in(document):
            yield Finding(message=message, at=document.at(line), key=f"{message} {text}", fix=fix)
