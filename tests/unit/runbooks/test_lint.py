from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.audit.facts.markdown import Document
from mainstay.policy.model import Runbooks
from mainstay.runbooks import Problem, Runbook, RunbookFolder, lint
from mainstay.runbooks.changes import change_in

TODAY = date(2026, 11, 23)
HEAD = """\
---
id: RB-50
title: Search is down
owner: dev-team
alerts: [SearchDown]
severity_hint: [P2]
last_reviewed: 2026-11-01
review_every: 90d
last_exercised: 2026-11-01
exercise_evidence: https://github.com/acme/shop/issues/1
---
"""
BODY = """
# RB-50: Search is down

## Trigger

The alert.

## Impact

Nobody finds anything.

## Variables

```bash
export URL="${URL:?address of the search}"
export NODE="$(hostname)"
```

## First 5 minutes

- [ ] Declare it.

## Decision tree

- It is slow: [Mitigate 1](#mitigate)
- It is gone
  - Since a deployment: [RB-04](rb-04-roll-back-deployment.md), Mitigate 9

## Diagnose

### 1. Does it answer?

```bash
for _ in 1 2; do curl -fsS "$URL" | jq '.[] | select(.a == $ENV.B)'; done
read -r ANSWER && echo "$ANSWER" "$HOME"
```

## Mitigate

### 1. Restart

> [!CAUTION]
> Nobody finds anything for a minute. Undo: none needed.

```bash
systemctl restart search
```

## Verify

It answers.

## Escalate

Call somebody.

## After

Write it down.

## References

- None.
"""
INDEX = Document("docs/runbooks/README.md", "| Search | `SearchDown` | [RB-50](rb-50-search.md) |\n")


def folder(text: str, *others: tuple[str, str], index: Document | None = INDEX) -> RunbookFolder:
    """Return a folder with this page, and others by name."""
    pages = [("rb-50-search.md", text), *others]
    return RunbookFolder(
        tuple(Runbook(Document(f"docs/runbooks/{name}", text)) for name, text in pages), index
    )


def problems(text: str, policy: Runbooks | None = None) -> list[Problem]:
    """Return what is wrong with one page."""
    return lint(folder(text), policy or Runbooks(), TODAY)


def test_a_good_page_has_no_problem() -> None:
    """Variables of loops, of read, of jq and of the shell itself are none of the page's."""
    assert problems(HEAD + BODY) == []


BROKEN = {
    "no front matter": (HEAD, "", "front matter: id is missing", 1),
    "no severity": ("[P2]", "[P2, P9]", "front matter: P9 is no severity", 6),
    "no day": ("last_exercised: 2026-11-01", "last_exercised: lately", "neither a day nor `never`", 9),
    "no span": ("review_every: 90d", "review_every: often", "review_every is no span of time", 8),
    "other name": ("id: RB-50", "id: RB-51", "the id RB-51 does not fit the file's name", 2),
    "two blocks": ("## Impact", "## Impact\n\n## Variables\n", "the part Impact is empty", 19),
    "asked twice": ('export NODE="$(hostname)"', "echo ${URL:?again}", "$URL is asked for twice", 26),
    "no hint": ("${URL:?address of the search}", "${URL:?}", "$URL does not say what goes there", 26),
    "unknown variable": ('"$URL" | jq', '"$URI" | jq', "$URI is not declared", 45),
    "no step": ("[Mitigate 1]", "[Mitigate 2]", "there is no step Mitigate 2", 36),
    "open end": (
        "- It is slow: [Mitigate 1](#mitigate)",
        "- It is slow",
        "the decision tree ends at 'It is slow'",
        36,
    ),
    "too many ticks": ("- [ ] Declare it.\n", "- [ ] Do it.\n" * 8, "no list of one to 7 things to tick", 30),
    "change in Verify": (
        "It answers.",
        "```sql\nDELETE FROM t;\n```",
        "Verify changes something: DELETE",
        63,
    ),
    "caution too late": ("> [!CAUTION]\n", "", "systemctl restart has no caution", 56),
    "caution without a way back": ("Undo: none needed.", "", "systemctl restart has no caution", 57),
    "placeholder": ("Call somebody.", "Call @person.", "the placeholder @person is left", 66),
    "left to do": ("Call somebody.", "TODO: whom?", "TODO is left to do", 66),
    "no command": ('curl -fsS "$URL"', "git reset --hard", "`git reset --hard` rolls nothing back", 45),
    "other alert": ("[SearchDown]", "[SearchGone]", "the alert SearchDown is no alert of rb-50-search.md", 1),
    "old review": ("reviewed: 2026-11-01", "reviewed: 2026-08-01", "is more than 90 days ago", 7),
    "review to come": ("reviewed: 2026-11-01", "reviewed: 2026-12-01", "lies in the future", 7),
    "no evidence": ("https://github.com/acme/shop/issues/1", '""', "its exercise has no evidence", 9),
}


@pytest.mark.parametrize("case", BROKEN)
def test_each_problem_is_named_at_its_line(case: str) -> None:
    """Every rule finds its break, at the line where a person corrects it."""
    old, new, message, line = BROKEN[case]
    text = HEAD + BODY
    assert old in text

    found = {(problem.line, problem.message) for problem in problems(text.replace(old, new, 1))}

    assert any(at == line and message in words for at, words in found), found


def test_a_page_may_ask_for_more_reviews_than_the_policy_and_not_for_fewer() -> None:
    """The shorter span counts."""
    often = (HEAD + BODY).replace("review_every: 90d", "review_every: 7d")
    seldom = (HEAD + BODY).replace("review_every: 90d", "review_every: 900d")
    strict = Runbooks.model_validate({"review-every": "10d"})

    assert [problem.rule for problem in problems(often)] == ["review"]
    assert [problem.rule for problem in problems(seldom, strict)] == ["review"]


def test_what_is_due_is_told_from_what_is_wrong() -> None:
    """Never reviewed: due, and nobody is asked to try it yet. Reviewed and never tried: due."""
    never = (
        (HEAD + BODY)
        .replace("reviewed: 2026-11-01", "reviewed: never")
        .replace("cised: 2026-11-01", "cised: never")
    )
    untried = (HEAD + BODY).replace("cised: 2026-11-01", "cised: never")

    assert [(problem.rule, problem.due) for problem in problems(never)] == [("never-reviewed", True)]
    assert [(problem.rule, problem.due) for problem in problems(untried)] == [("exercise", True)]


def test_two_pages_do_not_share_an_id_or_an_alert() -> None:
    """Both are found, and a page that the index does not name."""
    twice = lint(folder(HEAD + BODY, ("rb-50-other.md", HEAD + BODY)), Runbooks(), TODAY)

    assert {problem.message for problem in twice} == {
        "the id RB-50 is also that of docs/runbooks/rb-50-search.md",
        "the alert SearchDown is also that of rb-50-search.md",
        "the index does not name rb-50-other.md",
    }


def test_a_row_that_leads_nowhere_is_found_unless_a_page_could_not_be_read() -> None:
    """Nothing is claimed about what could not be read."""
    index = Document(INDEX.path, INDEX.text + "| Gone | `Gone` | [RB-60](rb-60-gone.md) |\n")
    complete = folder(HEAD + BODY, index=index)
    incomplete = RunbookFolder(complete.books, index, ("rb-60-gone.md is no YAML",))

    assert [problem.message for problem in lint(complete, Runbooks(), TODAY)] == [
        "rb-60-gone.md is no runbook"
    ]
    assert lint(incomplete, Runbooks(), TODAY) == []


CHANGES = [
    ("bash", "kubectl -n shop rollout restart deploy/web"),
    ("bash", "kubectl -n shop delete pod web-1"),
    ("bash", "PGOPTIONS='' psql -X"),
    ("bash", "curl -fsS -X POST https://example.com"),
    ("bash", "sudo rm -r /srv/app"),
    ("bash", "true && kill 42"),
    ("bash", "aws ecs update-service --cluster c"),
    ("bash", "aws s3 rm s3://b/k"),
    ("bash", "gh workflow run backup.yml"),
    ("bash", "vercel rollback dpl_1"),
    ("bash", "heroku pg:killall -a app"),
    ("bash", "mainstay backup restore 1"),
    ("sql", "  delete from orders;"),
    ("sql", "SELECT pg_terminate_backend(1);"),
    ("sql", "PRAGMA journal_mode = WAL;"),
    ("sql", "KILL 42;"),
    ("javascript", "db.orders.deleteMany({})"),
    ("javascript", "db.killOp(7)"),
    ("javascript", "db.runCommand({compact: 'orders'})"),
]
READS = [
    ("bash", "kubectl -n shop rollout status deploy/web"),
    ("bash", "kubectl -n shop get rs --sort-by=.metadata.creationTimestamp"),
    ("bash", "vercel rollback status"),
    ("bash", "aws logs start-query --log-group-name g"),
    ("bash", "aws s3 cp s3://b/k -"),
    ("bash", "curl -fsS https://example.com # -X POST deletes"),
    ("bash", "grep -c restart /var/log/app.log"),
    ("bash", "mainstay backup list"),
    ("bash", "gh run list --limit 5"),
    ("sql", "SELECT 'DELETE FROM orders' AS text; -- DELETE"),
    ("sql", "SELECT update_time FROM information_schema.tables;"),
    ("sql", "EXPLAIN ANALYZE SELECT 1;"),
    ("sql", "PRAGMA integrity_check;"),
    ("javascript", "db.serverStatus().connections // db.orders.drop()"),
]


@pytest.mark.parametrize(("language", "line"), CHANGES)
def test_a_command_that_changes_something_is_known(language: str, line: str) -> None:
    """A row for each kind."""
    assert change_in(line, language)


@pytest.mark.parametrize(("language", "line"), READS)
def test_a_command_that_only_reads_is_left_alone(language: str, line: str) -> None:
    """Words in comments, strings and names of columns change nothing."""
    assert change_in(line, language) == ""


_LINES = st.sampled_from(
    [
        *(HEAD + BODY).splitlines(),
        "---",
        "```",
        "```bash",
        "## Mitigate",
        "### 1. ",
        "> [!CAUTION]",
        "$",
        "${",
        "|",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(_LINES, st.text(max_size=30)), max_size=40))
def test_no_page_breaks_the_lint(lines: list[str]) -> None:
    """Whatever stands in a page, every problem has a line that is in it, a message and a fix."""
    text = "\n".join(["# A page", *lines])

    for problem in lint(folder(text), Runbooks(), TODAY):
        assert 1 <= problem.line <= max(len(lines) + 1, 1)
        assert problem.message
        assert problem.fix
