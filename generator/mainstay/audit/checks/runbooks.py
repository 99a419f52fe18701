"""RB: runbooks (SOP-603 section 9). What they find is what `mainstay runbook lint` finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mainstay.audit.facts.documents import RUNBOOKS, Documents
from mainstay.audit.model import Finding, Location, NotApplicable, Severity, Unavailable
from mainstay.audit.registry import check
from mainstay.platform.clock import Clock
from mainstay.policy import Policy
from mainstay.runbooks import Problem, RunbookFolder, due_problems, rule_problems


def _findings(folder: RunbookFolder, problems: Iterable[Problem]) -> Iterator[Finding]:
    """Yield what the lint found; what it could not read is unknown, not passed."""
    if not folder.books and not folder.unread:
        raise NotApplicable("there is no runbook (RB101)")
    for problem in problems:
        at = Location(problem.path, problem.line)
        yield Finding(message=problem.message, at=at, key=problem.key, fix=problem.fix)
    if folder.unread:
        raise Unavailable("; ".join(folder.unread))


def _due(folder: RunbookFolder, policy: Policy, clock: Clock, rule: str) -> Iterator[Finding]:
    return _findings(folder, due_problems(folder, policy.runbooks, clock.now().date(), rule))


@check("RB101", "There are runbooks", Severity.HIGH, sop="9")
def runbooks_exist(documents: Documents) -> Iterator[Finding]:
    """Whoever is woken at three in the morning follows a page, or guesses.

    Fix: restore docs/runbooks/ with `copier update`, and write one for each alert that can wake somebody.
    """
    if not list(documents.runbooks()):
        at, fix = Location(RUNBOOKS), "restore the runbooks from the template"
        yield Finding(message="there is no runbook", at=at, key="missing", fix=fix)


@check("RB102", "Every runbook says what it is about and who owns it", Severity.MEDIUM, sop="9")
def front_matter_is_complete(folder: RunbookFolder) -> Iterator[Finding]:
    """Alerts find their runbook, and reminders find its owner, by the front matter at the top of the page.

    Fix: fill the key that the finding names between the two `---` at the top. `owner` is a role of the policy, such
    as devops, or a GitHub user or team.
    """
    return _findings(folder, rule_problems(folder, "front-matter"))


@check("RB103", "Every runbook has its parts, in order", Severity.MEDIUM, sop="9")
def sections_are_complete(folder: RunbookFolder) -> Iterator[Finding]:
    """Under stress people look for the next step where it stands on every other page.

    The parts are: Trigger, Impact, Variables, First 5 minutes, Decision tree, Diagnose, Mitigate, Verify, Escalate,
    After, References.

    Fix: add the heading that the finding names, or move it to its place.
    """
    return _findings(folder, rule_problems(folder, "sections"))


@check("RB104", "Every alert has one runbook, and the index leads to it", Severity.MEDIUM, sop="9")
def alerts_have_runbooks(folder: RunbookFolder) -> Iterator[Finding]:
    """An alert without a page, or with two, is answered by guessing.

    The front matter of a runbook names its alerts, and docs/runbooks/README.md has a row for each runbook with the
    same ones.

    Fix: correct the row or the page that the finding names.
    """
    return _findings(folder, rule_problems(folder, "alerts"))


@check("RB201", "No review of a runbook is out of date", Severity.MEDIUM, sop="9")
def reviews_are_recent(folder: RunbookFolder, policy: Policy, clock: Clock) -> Iterator[Finding]:
    """A runbook for last year's system is worse than none: people trust it.

    The policy says how often (`runbooks.review-every`), and a page may ask for more (`review_every`); a day in the
    future is refused.

    Fix: have the owner walk through the page on a quiet day, and set `last_reviewed` to that day.
    """
    return _due(folder, policy, clock, "review")


@check("RB202", "Every runbook was exercised lately", Severity.LOW, sop="9")
def exercises_are_recent(folder: RunbookFolder, policy: Policy, clock: Clock) -> Iterator[Finding]:
    """What was never tried works on paper. The policy says how often (`runbooks.exercise-every`).

    Only runbooks that were reviewed are asked for it: reading comes before trying.

    Fix: try the page in a drill or use it in an incident; set `last_exercised`, and `exercise_evidence` to a link.
    """
    return _due(folder, policy, clock, "exercise")


@check("RB203", "Every runbook was reviewed by its owner", Severity.LOW, sop="9")
def reviewed_at_all(folder: RunbookFolder, policy: Policy, clock: Clock) -> Iterator[Finding]:
    """A page from the template was tested on its way here, but nobody has held it against this system yet.

    Fix: have the owner walk through the page, correct what is different here, and set `last_reviewed` to that day.
    """
    return _due(folder, policy, clock, "never-reviewed")


@check("RB301", "The commands of a runbook can be pasted", Severity.MEDIUM, sop="9")
def variables_are_declared(folder: RunbookFolder) -> Iterator[Finding]:
    """A command with an empty variable does something else than what it says, mostly to more than it should.

    Every `$VARIABLE` is declared under Variables, in one block. What only a person knows is asked for:
    `export APP="${APP:?name of the app}"` stops with these words instead of going on without it.

    Fix: declare the variable that the finding names, or correct its name.
    """
    return _findings(folder, rule_problems(folder, "variables"))


@check("RB302", "Looking changes nothing, and every change says how to undo it", Severity.MEDIUM, sop="9")
def reading_is_safe(folder: RunbookFolder) -> Iterator[Finding]:
    """Under Diagnose and Verify people paste without a second thought.

    Commands that change something stand under Mitigate. Before them a `> [!CAUTION]` says what they do, and after
    `Undo:` how to take it back.

    Fix: move the command that the finding names, or write the caution.
    """
    return _findings(folder, rule_problems(folder, "read-only", "caution"))


@check("RB303", "Every way through a runbook leads on", Severity.LOW, sop="9")
def every_way_leads_on(folder: RunbookFolder) -> Iterator[Finding]:
    """A decision that ends nowhere costs minutes, and a first list of twenty lines is not read.

    Fix: link what comes next at the end that the finding names; keep First 5 minutes to seven lines to tick; write
    what `TODO` stands for.
    """
    return _findings(folder, rule_problems(folder, "leads-on", "unfinished"))
