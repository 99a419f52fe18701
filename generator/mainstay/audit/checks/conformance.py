"""SOP: is the SOP itself in place, whole and current? It asks for the Outputs and the Review Checklist of SOP-603."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.audit import sop
from mainstay.audit.facts.answers import ANSWERS, answers
from mainstay.audit.facts.documents import Documents
from mainstay.audit.facts.files import RepositoryFiles
from mainstay.audit.facts.policy import POLICY, PolicyFile, policy_file
from mainstay.audit.facts.workflows import Workflows
from mainstay.audit.model import Finding, Location, NotApplicable, Severity, Unavailable
from mainstay.audit.registry import check
from mainstay.audit.waivers import WaiverState, WaiverUse
from mainstay.errors import PolicyError
from mainstay.policy import Policy, to_policy
from mainstay.policy.tables import TABLES
from mainstay.runbooks.placeholders import PLACEHOLDER

_LINE = re.compile(r" \(line (\d+)\)$")
_COMPANION = re.compile(r"(?P<repository>[A-Za-z0-9-]+/[A-Za-z0-9._-]+)@(?P<ref>[0-9a-f]{40})")
_COMMANDS = {"audit", "backup", "evidence", "prune", "restore-drill", "sop-update"}
_CONFLICT = re.compile(r"<{7}(?: .*)?|>{7}(?: .*)?")
_OWNED = (
    "docs/incidents/",
    "docs/runbooks/",
    "docs/maintenance/",
    ".github/",
    "scripts/backup-database",
    ANSWERS,
)
_TEMPLATE = "docs/incidents/template.md"


@check("SOP101", "The policy is there and valid", Severity.HIGH, sop="outputs")
def policy_is_valid(files: RepositoryFiles) -> Iterator[Finding]:
    """Every figure of the SOP stands in `.github/mainstay.yml`. What cannot be read there is not kept anywhere.

    Fix: `mainstay policy check` names each error and its line; `mainstay init` writes a first policy.
    """
    fix = "`mainstay policy check` explains each error"
    if POLICY not in files:
        yield Finding(
            message="there is no policy",
            at=Location(POLICY),
            key="missing",
            fix="write it with `mainstay init`",
        )
        return
    try:
        to_policy(policy_file(files).tree)
    except Unavailable as error:
        yield Finding(message=str(error), at=Location(POLICY), key="unreadable", fix=fix)
    except PolicyError as error:
        for text in error.message.splitlines():
            line = _LINE.search(text)
            message = _LINE.sub("", text).removeprefix(f"{POLICY}: ")
            yield Finding(
                message=message, at=Location(POLICY, int(line[1]) if line else None), key=message, fix=fix
            )


@check("SOP102", "The repository knows which revision of the SOP it keeps", Severity.MEDIUM, sop="outputs")
def revision_is_known(files: RepositoryFiles) -> Iterator[Finding]:
    """Without the answers file `copier update` cannot bring a newer revision, and nobody can say what is kept.

    Fix: restore `.copier-answers.mainstay.yml` from git, or adopt the SOP again with `mainstay init`.
    """
    at, fix = Location(ANSWERS), "restore it from git, or run `mainstay init` again"
    if ANSWERS not in files:
        yield Finding(message="the answers file is missing", at=at, key="missing", fix=fix)
        return
    try:
        known = answers(files)
    except Unavailable as error:
        yield Finding(message=str(error), at=at, key="unreadable", fix=fix)
        return
    for key, value in (("_commit", known.revision), ("_src_path", known.source)):
        if not value:
            yield Finding(message=f"{key} is missing", at=at, key=key, fix=fix)


@check(
    "SOP103",
    "Workflows run the Action of a real repository, pinned by its full commit",
    Severity.HIGH,
    sop="outputs",
)
def companion_is_real(workflows: Workflows) -> Iterator[Finding]:
    """A copy made from a local folder does not know where its Action lives: its workflows fail on GitHub.

    Fix: copy the template from its repository on GitHub (`copier copy gh:owner/name .`), or put owner, name and full
    commit into `uses` by hand.
    """
    steps = [
        step
        for workflow in workflows.readable
        for step in workflow.steps()
        if step.command in _COMMANDS or step.uses.startswith("OWNER/REPO@")
    ]
    if not steps and not workflows.unreadable:
        raise NotApplicable("no workflow uses the Action")
    for step in steps:
        match = _COMPANION.fullmatch(step.uses)
        if step.uses.startswith(("./", "$/")) or (match and match["repository"] != "OWNER/REPO"):
            continue
        repository = step.uses.partition("@")[0]
        wrong = "is no repository" if repository == "OWNER/REPO" else "is not pinned by its full commit"
        yield Finding(
            message=f"{step.command}: {repository} {wrong}",
            at=step.at_key("uses"),
            key=step.command,
            fix="run `copier update` from the template's repository on GitHub, or write owner/name@<full commit>",
        )
    list(workflows)  # a workflow that cannot be read may use it too: unknown, not passed


@check("SOP104", "Every output of the SOP is there", Severity.MEDIUM, sop="outputs")
def outputs_exist(files: RepositoryFiles, policy: Policy) -> Iterator[Finding]:
    """The SOP's list of outputs is what a person looks for during an incident, and what a reviewer ticks.

    Fix: restore the file with `copier update`, or from git.
    """
    for path in sop.OUTPUTS + (sop.BACKUP_OUTPUTS if policy.databases else ()):
        if path not in files:
            yield Finding.missing(path)
        elif not files.text(path).strip():
            yield Finding(message="it is empty", at=Location(path), key="empty", fix="restore it from git")


@check("SOP301", "Tables in the documents agree with the policy", Severity.MEDIUM, sop="outputs")
def tables_agree(documents: Documents, policy: Policy) -> Iterator[Finding]:
    """Two figures for one deadline: during an incident, half of the team follows the wrong one.

    Fix: `mainstay sync` writes the tables from the policy. Change the policy, never the table.
    """
    for document in documents.all():
        for region in document.regions():
            at, fix = document.at(region.line), "run `mainstay sync`"
            if region.name not in TABLES:
                message = f"there is no table {region.name}"
                fix = f"known tables are {', '.join(sorted(TABLES))}"
                yield Finding(message=message, at=at, key=region.name, fix=fix)
            elif region.text is None:
                message, fix = (
                    f"the table {region.name} has no end",
                    f"add `<!-- /mainstay:{region.name} -->` below it",
                )
                yield Finding(message=message, at=at, key=region.name, fix=fix)
            elif region.text != TABLES[region.name](policy).strip():
                message = f"the table {region.name} differs from the policy"
                yield Finding(message=message, at=at, key=region.name, fix=fix)


@check("SOP302", "No placeholder is left", Severity.MEDIUM, sop="outputs")
def nothing_is_unfilled(documents: Documents) -> Iterator[Finding]:
    """`your-org` in a link is found when somebody clicks on it, during an outage.

    Post-mortems have a check of their own (INC311), and their template keeps its placeholders.

    Fix: replace the words that the finding quotes.
    """
    for document in documents.all():
        if document.path == _TEMPLATE or not document.path.startswith(_OWNED):
            continue
        for number, line in enumerate(document.lines, 1):
            if match := PLACEHOLDER.search(line):
                message = f"the placeholder {match[0]} is left"
                yield Finding(
                    message=message, at=document.at(number), key=match[0], fix="write what it stands for"
                )


@check("SOP303", "No update was left half merged", Severity.HIGH, sop="outputs")
def no_conflict_is_left(files: RepositoryFiles) -> Iterator[Finding]:
    """A file with conflict markers is no YAML, no policy and no runbook; GitHub skips it without a word.

    Fix: resolve the conflict, or delete the `.rej` file after its change was made by hand.
    """
    for path in files.matching("*.rej"):
        message, fix = "a change of an update was rejected", "make the change by hand and delete the file"
        yield Finding(message=message, at=Location(path), key="rejected", fix=fix)
    unread: list[str] = []
    for path in (path for path in files.listed if path.startswith(_OWNED)):
        try:
            lines = files.text(path).split("\n")
        except Unavailable as error:
            unread.append(str(error))
            continue
        if number := next(
            (number for number, line in enumerate(lines, 1) if _CONFLICT.fullmatch(line)), None
        ):
            message, fix = "it holds conflict markers", "resolve the conflict and commit"
            yield Finding(message=message, at=Location(path, number), key="conflict", fix=fix)
    if unread:
        raise Unavailable("; ".join(unread))


@check("SOP304", "Every waiver is known, current and needed", Severity.MEDIUM, sop="outputs")
def waivers_are_current(waivers: WaiverUse, policy: Policy, file: PolicyFile) -> Iterator[Finding]:
    """An exception that nobody looks at again becomes the rule.

    A waiver has an end. After it the finding is back; a waiver that covers nothing is removed.

    Fix: remove the waiver, correct its check or path, or decide again and set a new day.
    """
    if not policy.audit.waivers:
        raise NotApplicable("the policy waives nothing")
    words = {
        WaiverState.EXPIRED: (
            "expired on {expires}",
            "fix what it covers, or decide again and set a new day",
        ),
        WaiverState.UNUSED: ("covers no finding", "remove it, or correct its path"),
        WaiverState.UNKNOWN_CHECK: (
            "names a check that does not exist or cannot be waived",
            "`mainstay audit list` shows the checks",
        ),
    }
    for position, waiver, state in waivers:
        if state in words:
            what, fix = words[state]
            yield Finding(
                message=f"the waiver for {waiver.check} {what.format(expires=waiver.expires)}: {waiver.reason}",
                at=file.at("audit", "waivers", position),
                key=f"{waiver.check} {waiver.path or ''} {state}",
                fix=fix,
            )
