from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.audits import write
from mainstay.audit.checks.dependencies import every_entry_has_a_cooldown
from mainstay.audit.engine import Facts, evaluate
from mainstay.audit.facts import Root
from mainstay.audit.facts.cron import longest_gap
from mainstay.audit.facts.dependabot import DependabotConfig, dependabot_config
from mainstay.audit.facts.files import repository_files
from mainstay.audit.facts.markdown import parse_document
from mainstay.audit.facts.workflows import parse_workflow
from mainstay.audit.model import Unavailable
from mainstay.dependabot.entries import UpdateEntry
from mainstay.platform.git import Repository
from mainstay.platform.process import run

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("crons", "hours"),
    [
        (["17 2 * * *"], 24),
        (["0 */6 * * *"], 6),
        (["0 0,8,16 * * *"], 8),
        (["0 2 * * 1-5"], 72),
        (["0 2 * * MON-FRI", "0 14 * * SAT,SUN"], 36),
        (["37 4 * * 3"], 168),
        (["0 0 * * 0"], 168),
        (["0 0 * * 7"], 168),
        (["0 0 1 * *"], 31 * 24),
        (["0 0 1 * MON"], 168),
        (["0 0 1 JAN *"], 366 * 24),
        (["0 0 */2 * *"], 48),
        (["0 2 * * *", "0 14 * * *"], 12),
        (["0 1,2 * * *"], 23),
    ],
)
def test_the_longest_gap_of_a_schedule(crons: list[str], hours: int) -> None:
    """It is what decides: a schedule is as good as its worst pause."""
    assert longest_gap(crons) == hours * HOUR


@pytest.mark.parametrize(
    "cron",
    ["", "* * * *", "60 * * * *", "* * 0 * *", "a b c d e", "0 0 31 2 *", "*/0 * * * *", "5-1 * * * *"],
)
def test_what_is_no_schedule_is_refused(cron: str) -> None:
    """Also one that never comes, such as the 31st of February."""
    with pytest.raises(ValueError, match=r"."):
        longest_gap([cron])


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_schedule(text: str) -> None:
    """Either it has a gap, or it is refused."""
    with contextlib.suppress(ValueError):
        assert longest_gap([text]) > timedelta()


def test_headings_in_code_and_in_comments_are_none() -> None:
    """A section that nobody sees does not count, and one with only a comment is empty."""
    text = (
        "---\na: 1\n---\n# One\n```\n# not\n```\n<!-- # nor\n## this --> x\n"
        "## Two\n<!-- y -->\n## 3. Three (soon) ##\n```sh\nls\n"
    )

    document = parse_document(text, "a.md")

    assert [(s.level, s.plain_title, s.line, s.is_empty) for s in document.sections] == [
        (1, "one", 4, False),
        (2, "two", 10, True),
        (2, "three", 12, False),
    ]
    assert [(fence.language, fence.line, fence.code) for fence in document.fences] == [
        ("", 6, "# not"),
        ("sh", 14, "ls\n"),
    ]
    assert document.front_matter == {"a": 1}


@pytest.mark.parametrize(
    "text",
    ["# a\n" * 50_000, "<!--" * 100_000, "```\n" * 100_001, "[" * 300_000, "<!-- mainstay:x -->\n" * 20_000],
)
def test_a_document_made_to_be_slow_is_not(text: str) -> None:
    """Every pass is linear. This test takes minutes when one is not."""
    document = parse_document(text, "a.md")

    list(document.regions())
    assert len(document.sections) in {0, 50_000}


@given(st.text(alphabet="#`~<!->\n a-:/", max_size=200))
def test_no_text_breaks_the_reading_of_a_document(text: str) -> None:
    """Lines are counted as in the file, whatever it holds."""
    document = parse_document(text, "a.md")

    assert len(document.prose) == len(document.lines)
    assert all(document.lines[section.line - 1].lstrip().startswith("#") for section in document.sections)


@pytest.mark.parametrize(
    ("own", "directory", "covered"),
    [
        ("/", "/", True),
        ("/", "/app", False),
        ("app/", "/app", True),
        ("/apps/*", "/apps/web", True),
        ("/apps/*", "/apps/web/api", False),
        ("/apps/**", "/apps/web/api", True),
        ("/apps/**", "/apps", True),
        ("/**/api", "/a/b/api", True),
        ("/**", "/", True),
        ("/a.b", "/axb", False),
    ],
)
def test_which_folders_an_entry_covers(own: str, directory: str, covered: object) -> None:
    """Globs as Dependabot reads them: one star stays in a folder, two cross folders."""
    entry = UpdateEntry("npm", (own,), {})

    assert entry.covers(directory) is covered


@given(st.permutations(range(6)), st.sets(st.integers(0, 5)))
def test_every_entry_is_looked_at_whatever_their_order(order: list[int], weak: set[int]) -> None:
    """One good entry does not hide a weak one, wherever it stands."""
    entries = tuple(
        UpdateEntry("npm", (f"/{n}",), {"cooldown": {"default-days": 3 if n in weak else 7}}, "d", n)
        for n in order
    )

    result = evaluate(
        every_entry_has_a_cooldown, Facts({DependabotConfig: DependabotConfig("d", {}, entries)})
    )

    assert {finding.at.line for finding in result.findings} == weak


@pytest.mark.parametrize(
    "text",
    [
        "on: push\njobs:\n  a:\n    steps: null\n",
        "on: push\njobs:\n  a:\n    steps: [x]\n",
        "on: push\njobs:\n  a: null\n",
        "on: push\njobs: []\n",
        "jobs:\n  a:\n    steps: [{run: x}]\n",
        "%YAML 1.1\n---\non: push\njobs:\n  a:\n    steps: [{run: x}]\n",
        "on: push\non: push\njobs: {a: {steps: [{run: x}]}}\n",
        "- a\n",
        "",
        "a: &a [*a]\n",
        "[" * 100_000,
        "on: push\njobs: {a: {steps: [{run: x, y: " + "[" * 97 + "]" * 97 + "}]}}",
    ],
)
def test_what_is_no_workflow_is_not_read_as_one(text: str) -> None:
    """GitHub would not run it; no check passes on it."""
    with pytest.raises(Unavailable):
        parse_workflow(text, "w.yml")


def test_aliases_that_unfold_into_a_bomb_are_refused() -> None:
    """A few lines that stand for a billion values."""
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
    )

    with pytest.raises(Unavailable, match="unfolds into more than"):
        parse_workflow("on: push\n" + bomb, "w.yml")


def test_files_are_read_with_care(tmp_path: Path) -> None:
    """What is too large, no text, no file or somewhere else is not read, and the reason is told."""
    root = tmp_path / "r"
    (tmp_path / "secret").write_text("x")
    write(root, "large", b"x" * (20 << 20))
    write(root, "latin1", "café".encode("latin-1"))
    write(root, "fine", "\ufefffine\r\n")
    (root / "outside").symlink_to(tmp_path / "secret")
    (root / "loop").symlink_to(root / "loop")
    run(["git", "init", "-q", root])
    files = repository_files(Root(root.resolve()))

    reasons = {}
    for path in ("large", "latin1", "outside", "loop", "absent"):
        with pytest.raises(Unavailable) as caught:
            files.text(path)
        reasons[path] = str(caught.value)

    assert files.text("fine") == "fine\n"
    assert reasons == {
        "large": "large is larger than 1024 KiB",
        "latin1": "latin1 is not UTF-8 text (byte 3)",
        "outside": "outside is a link that leads out of the repository",
        "loop": "loop cannot be read: RuntimeError",
        "absent": "absent is not in the repository",
    }


def test_only_what_git_would_commit_is_seen(tmp_path: Path) -> None:
    """An ignored file is not in the repository, and neither is one that was deleted."""
    write(tmp_path, ".gitignore", "ignored\n")
    for name in ("ignored", "kept", "deleted"):
        write(tmp_path, name, "x")
    run(["git", "init", "-q", tmp_path])
    Repository(tmp_path).git("add", "-A")
    (tmp_path / "deleted").unlink()
    write(tmp_path, "new", "x")

    assert repository_files(Root(tmp_path)).listed == (".gitignore", "kept", "new")


def test_an_entry_without_a_folder_makes_the_configuration_unreadable(tmp_path: Path) -> None:
    """GitHub refuses the file, so nothing is concluded from its other entries."""
    write(tmp_path, ".github/dependabot.yml", "version: 2\nupdates:\n  - package-ecosystem: npm\n")

    with pytest.raises(Unavailable, match=r"dependabot.yml:3: an entry needs"):
        dependabot_config(repository_files(Root(tmp_path)))


def test_markers_in_code_are_text() -> None:
    """A page may show how a table is marked."""
    marked = "<!-- mainstay:roster -->\n| a |\n<!-- /mainstay:roster -->\n"

    document = parse_document(f"```html\n{marked}```\n{marked}", "a.md")

    assert [(region.name, region.line, region.text) for region in document.regions()] == [
        ("roster", 6, "| a |")
    ]
