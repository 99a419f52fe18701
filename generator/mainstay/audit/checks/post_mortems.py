"""INC11x, INC31x: post-mortems (SOP-603 section 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.audit import sop
from mainstay.audit.facts.documents import Documents
from mainstay.audit.facts.markdown import Document
from mainstay.audit.model import Finding, NotApplicable, Severity
from mainstay.audit.registry import check

_TEMPLATE = "docs/incidents/template.md"
_TODO = re.compile(
    r"\b(?:TODO|TBD|FIXME)\b|YYYY-MM-DD|\[(?:Brief Title|Factor \d|Description of user impact)\]"
)
_OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]*")
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_RULE = re.compile(r"[\s|:-]+")


def _lacks(document: Document, fix: str) -> Iterator[Finding]:
    for title in sop.POST_MORTEM_SECTIONS:
        section = document.titled(title)
        filled = section and (not section.is_empty or title == "Lessons learned")
        if not filled:
            message = f"the section {title} is " + ("empty" if section else "missing")
            yield Finding(
                message=message, at=document.at(section.line if section else None), key=title, fix=fix
            )


@check("INC111", "The post-mortem template has every section", Severity.MEDIUM, sop="8")
def template_is_complete(documents: Documents) -> Iterator[Finding]:
    """What the template does not ask, nobody writes down two days after an outage.

    Fix: restore docs/incidents/template.md with `copier update`, or add the section that the finding names.
    """
    document = documents.get(_TEMPLATE)
    if document is None:
        yield Finding.missing(_TEMPLATE)
    else:
        yield from _lacks(document, "add the section, with a sentence on what belongs there")


@check("INC311", "Every post-mortem is finished", Severity.HIGH, sop="8")
def post_mortems_are_finished(documents: Documents) -> Iterator[Finding]:
    """A post-mortem with open questions has taught nobody anything, and the incident comes back.

    Fix: answer what is left. "Not applicable" with a reason is an answer, an empty section is none.
    """
    found = False
    for document in documents.post_mortems():
        found = True
        yield from _lacks(document, "write the section")
        open_lines = [number for number, line in enumerate(document.lines, 1) if _TODO.search(line)]
        if open_lines:
            yield Finding(
                message=f"placeholders are left in {len(open_lines)} lines",
                at=document.at(open_lines[0]),
                key="todo",
                fix="answer each TODO",
                evidence={"lines": ", ".join(map(str, open_lines[:20]))},
            )
    if not found:
        raise NotApplicable("there is no post-mortem yet")


@check("INC312", "Every action item has an owner and a due date", Severity.MEDIUM, sop="8")
def actions_are_owned(documents: Documents) -> Iterator[Finding]:
    """An action without a name and a day is a wish.

    Fix: give each row of the table `Action Items` an owner such as @ana and a due date such as 2027-01-31.
    """
    found = False
    for document in documents.post_mortems():
        found = True
        section = document.titled("Action items")
        rows = [
            line for line in (section.body.split("\n") if section else []) if line.lstrip().startswith("|")
        ]
        for number, row in enumerate((row for row in rows[1:] if not _RULE.fullmatch(row)), 1):
            missing = [
                word for word, shape in (("owner", _OWNER), ("due date", _DAY)) if not shape.search(row)
            ]
            if missing and section:
                message = f"action {number} has no {' and no '.join(missing)}"
                yield Finding(
                    message=message,
                    at=document.at(section.line),
                    key=row.strip(),
                    fix="name one person and one day",
                )
    if not found:
        raise NotApplicable("there is no post-mortem yet")
