from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.rendering import render
from mainstay.errors import ScaffoldError
from mainstay.policy import load_policy
from mainstay.policy.tables import TABLES
from mainstay.scaffold import sync_documents
from mainstay.scaffold.sync import fill_tables

TABLE = {"roster": "| Role |\n| --- |\n| DevOps |", "checklist": "## Monday\n\n- [ ] Look"}


def test_a_table_is_written_between_its_markers_with_blank_lines_around() -> None:
    """Every Markdown reader needs the blank lines to see where the comment ends."""
    text = "# Team\n<!-- mainstay:roster -->\nold\n<!-- /mainstay:roster -->\nend\n"

    assert fill_tables(text, TABLE, "a.md") == (
        "# Team\n<!-- mainstay:roster -->\n\n| Role |\n| --- |\n| DevOps |\n\n<!-- /mainstay:roster -->\nend\n"
    )


def test_line_ends_follow_the_opening_marker() -> None:
    """A document with CRLF stays one, byte for byte outside the markers."""
    text = "a\r\nmixed\n<!-- mainstay:roster -->\r\n<!-- /mainstay:roster -->\r\nlast"

    filled = fill_tables(text, TABLE, "a.md")

    assert filled == (
        "a\r\nmixed\n<!-- mainstay:roster -->\r\n\r\n| Role |\r\n| --- |\r\n| DevOps |\r\n\r\n"
        "<!-- /mainstay:roster -->\r\nlast"
    )


@pytest.mark.parametrize(
    "text",
    [
        "```markdown\n<!-- mainstay:roster -->\n```\n",
        "~~~~\n```\n<!-- mainstay:unknown -->\n~~~\n<!-- /mainstay:roster -->\n~~~~\n",
        "Write `<!-- mainstay:roster -->` above the table.\n",
        "",
    ],
)
def test_markers_that_are_shown_and_not_meant_stay_as_they_are(text: str) -> None:
    """A document may explain the markers in code."""
    assert fill_tables(text, TABLE, "a.md") == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "x\n<!-- mainstay:rooster -->\n<!-- /mainstay:rooster -->",
            "a.md: line 2: there is no table 'rooster'",
        ),
        ("<!-- mainstay:roster -->\n", "a.md: line 1: the marker mainstay:roster is not closed"),
        (
            "<!-- mainstay:roster -->\n<!-- mainstay:checklist -->\n<!-- /mainstay:checklist -->\n",
            "a.md: line 1: the marker mainstay:roster is not closed",
        ),
        (
            "<!-- mainstay:roster -->\n<!-- /mainstay:checklist -->\n",
            "a.md: line 1: the marker mainstay:roster is not closed",
        ),
        ("\n\n<!-- /mainstay:roster -->\n", "a.md: line 3: the marker /mainstay:roster closes nothing"),
    ],
)
def test_broken_markers_are_errors_that_name_the_line(text: str, message: str) -> None:
    """A guess about where a table ends would delete what people wrote."""
    with pytest.raises(ScaffoldError) as caught:
        fill_tables(text, TABLE, "a.md")

    assert caught.value.message == message


_LINES = st.sampled_from(
    [
        *("<!-- mainstay:roster -->", "<!-- /mainstay:roster -->", "  <!--mainstay:checklist-->  "),
        *("<!-- /mainstay:checklist -->\r", "```", "~~~", "| a | b |", "", "\r", "text\r", "# T", "\ufeff"),
    ]
)


@given(st.lists(st.one_of(_LINES, st.text(max_size=10)), max_size=25).map("\n".join))
def test_filling_twice_changes_nothing_more(text: str) -> None:
    """Whatever a document holds, the second run finds nothing to do."""
    try:
        once = fill_tables(text, TABLE, "a.md")
    except ScaffoldError:
        return

    assert fill_tables(once, TABLE, "a.md") == once


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_bytes_outside_the_markers_are_untouched(before: str, between: str, after: str) -> None:
    """Only what stands between two markers is ever changed."""
    text = f"{before}\n<!-- mainstay:roster -->\n{between}\n<!-- /mainstay:roster -->\n{after}"
    try:
        filled = fill_tables(text, TABLE, "a.md")
    except ScaffoldError:
        return

    assert filled.startswith(f"{before}\n<!-- mainstay:roster -->\n")
    assert filled.endswith(f"\n<!-- /mainstay:roster -->\n{after}")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A fresh copy of the template."""
    return render(tmp_path / "app")


def test_on_a_fresh_copy_sync_changes_nothing(target: Path) -> None:
    """The template and the tables say the same."""
    assert sync_documents(target, load_policy(target)) == []


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_has_its_place_in_a_document(target: Path, name: str) -> None:
    """A table that no document shows is of no use."""
    documents = (path.read_text(encoding="utf-8") for path in (target / "docs").rglob("*.md"))

    assert any(f"<!-- mainstay:{name} -->" in text for text in documents)


def test_a_changed_figure_reaches_every_document_that_shows_it(target: Path) -> None:
    """`--check` names the document and writes nothing; without it the figure stands there, and only there."""
    policy = target / ".github/mainstay.yml"
    policy.write_text(
        policy.read_text(encoding="utf-8").replace("acknowledge: 15m", "acknowledge: 5m"), encoding="utf-8"
    )
    before = (target / "docs/incidents/severity.md").read_bytes()

    named = sync_documents(target, load_policy(target), check=True)

    assert named == ["docs/incidents/severity.md"]
    assert (target / "docs/incidents/severity.md").read_bytes() == before
    assert sync_documents(target, load_policy(target)) == named
    assert "5 minutes" in (target / "docs/incidents/severity.md").read_text(encoding="utf-8")
    assert sync_documents(target, load_policy(target), check=True) == []


def test_one_broken_document_leaves_all_others_as_they_were(target: Path) -> None:
    """Documents are read before the first is written."""
    policy = target / ".github/mainstay.yml"
    policy.write_text(
        policy.read_text(encoding="utf-8").replace("acknowledge: 15m", "acknowledge: 5m"), encoding="utf-8"
    )
    (target / "docs/zzz.md").write_text("<!-- mainstay:roster -->\n", encoding="utf-8")
    before = (target / "docs/incidents/severity.md").read_bytes()

    with pytest.raises(ScaffoldError, match=r"docs/zzz\.md: line 1"):
        sync_documents(target, load_policy(target))

    assert (target / "docs/incidents/severity.md").read_bytes() == before


def test_a_document_that_is_no_text_is_an_error(target: Path) -> None:
    """What could not be read is not reported as good."""
    (target / "docs/odd.md").write_bytes(b"\xff\xfe")

    with pytest.raises(ScaffoldError, match=r"docs/odd\.md cannot be read"):
        sync_documents(target, load_policy(target), check=True)


def test_links_that_lead_elsewhere_are_left_alone(target: Path, tmp_path: Path) -> None:
    """A document of another repository is not ours to write."""
    outside = tmp_path / "outside.md"
    outside.write_text("<!-- mainstay:roster -->\n<!-- /mainstay:roster -->\n", encoding="utf-8")
    (target / "docs/linked.md").symlink_to(outside)

    sync_documents(target, load_policy(target))

    assert outside.read_text(encoding="utf-8") == "<!-- mainstay:roster -->\n<!-- /mainstay:roster -->\n"
