from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.dependabot import Merge, read_document, revise
from mainstay.errors import DependabotError

HEAD = "# Weekly.\n\nversion: 2\nupdates:\n"
NPM = """\
  - package-ecosystem: npm
    directory: /
    schedule:
      interval: weekly
      time: "09:00"
      timezone: UTC
    labels: [dependencies]
    cooldown:
      default-days: 7
"""
DOCKER = NPM.replace("npm", "docker")
PIP = NPM.replace("npm", "pip")
BASE = f"{HEAD}{NPM}\n{DOCKER}"


def revised(yours: str, theirs: str, base: str = BASE) -> Merge:
    """Return your file with what changed between two revisions."""
    return revise(*(read_document(text.encode()) for text in (base, yours, theirs)))


def text_of(merge: Merge) -> str:
    """Return what a file becomes."""
    return merge.after.decode()


def test_what_nobody_edited_becomes_the_template_s() -> None:
    """Text, comments and order of values included."""
    theirs = f"# Every week.\n\nversion: 2\nupdates:\n{NPM}    # slow\n    rebase-strategy: auto\n\n{DOCKER}"

    assert text_of(revised(BASE, theirs)) == theirs


def test_an_edited_entry_keeps_its_edits_and_follows_in_the_rest() -> None:
    """A time zone that is still the old template's moves; the interval that you chose stays; comments stay."""
    yours = BASE.replace("interval: weekly", "interval: daily # says the board", 1)
    theirs = BASE.replace("UTC", "Europe/Berlin").replace("default-days: 7", "default-days: 14")

    merge = revised(yours, theirs)

    assert text_of(merge) == yours.replace("UTC", "Europe/Berlin").replace(
        "default-days: 7", "default-days: 14"
    )
    assert [edit.why for edit in merge.edits if edit.why.startswith("npm")] == [
        "npm in /: schedule.timezone is what the new revision has",
        "npm in /: cooldown.default-days is what the new revision has",
    ]


def test_where_both_changed_a_value_yours_counts_and_is_said() -> None:
    """Nobody's choice is taken back."""
    yours = BASE.replace("default-days: 7", "default-days: 3", 1)
    theirs = BASE.replace("default-days: 7", "default-days: 14")

    merge = revised(yours, theirs)

    assert text_of(merge) == yours[: -len(DOCKER)] + DOCKER.replace("7", "14")
    assert merge.notes == ("npm in /: the template changes cooldown.default-days; yours stays",)


def test_new_entries_folders_and_keys_arrive() -> None:
    """Beside what you added yourself."""
    yours = (
        BASE.replace("labels: [dependencies]", "labels: [deps]", 1) + "\n" + PIP.replace(": /", ": /tools")
    )
    theirs = BASE.replace("    cooldown", "    open-pull-requests-limit: 10\n    cooldown", 1)
    theirs += "\n" + PIP + "\n" + NPM.replace(": /", ": /web")

    merge = revised(yours, theirs)

    entries = {(e.ecosystem, e.directories): e.tree for e, _ in read_document(merge.after).entries()}
    assert set(entries) == {
        ("npm", ("/",)),
        ("npm", ("/web",)),
        ("docker", ("/",)),
        ("pip", ("/tools",)),
        ("pip", ("/",)),
    }
    assert entries["npm", ("/",)]["labels"] == ["deps"]
    assert entries["npm", ("/",)]["open-pull-requests-limit"] == 10


def test_an_entry_that_you_removed_does_not_come_back() -> None:
    """Not even when the template goes on with it."""
    yours = f"{HEAD}{NPM.replace('weekly', 'daily')}"
    theirs = BASE.replace("UTC", "Asia/Tokyo")

    assert text_of(revised(yours, theirs)) == yours.replace("UTC", "Asia/Tokyo")


def test_an_entry_that_the_template_removed_goes_unless_you_edited_it() -> None:
    """What is yours stays, and is said."""
    theirs = f"{HEAD}{DOCKER}"
    edited = BASE.replace("weekly", "daily", 1)

    assert text_of(revised(f"{BASE}\n{PIP}", theirs)) == f"{HEAD}\n{DOCKER}\n{PIP}"
    assert text_of(revised(f"{BASE}\n{PIP}", f"{HEAD}{NPM}")) == f"{HEAD}{NPM}\n{PIP}"
    kept = revised(edited, theirs)
    assert text_of(kept) == edited
    assert kept.notes == ("npm in /: the template no longer has this entry; yours stays",)


def test_an_entry_that_both_added_stands_there_once() -> None:
    """GitHub refuses a file with two entries for one folder."""
    yours = f"{BASE}\n{PIP.replace('weekly', 'daily')}"

    assert text_of(revised(yours, f"{BASE}\n{PIP}")) == yours


@pytest.mark.parametrize(
    "yours",
    [
        BASE.replace("labels: [dependencies]", "labels: &l [dependencies]", 1).replace("09", "08", 1),
        BASE.replace("labels: [dependencies]", "labels: # ours\n      - dependencies", 1),
        BASE.replace("labels: [dependencies]", "labels: [dependencies, # ours\n      ]", 1),
    ],
)
def test_what_cannot_be_replaced_without_losing_something_stays(yours: str) -> None:
    """An anchor that others refer to, a comment inside a value."""
    merge = revised(yours, BASE.replace("[dependencies]", "[dependencies, automated]"))

    assert text_of(merge).startswith(yours[: -len(DOCKER)])
    assert merge.notes == ("npm in /: the template changes labels; yours stays",)


@pytest.mark.parametrize(
    "yours", ["version: 2\nupdates: [{package-ecosystem: npm, directory: /}]\n", "a: [\n", "- 1\n"]
)
def test_what_cannot_be_read_entry_by_entry_is_left_to_people(yours: str) -> None:
    """A conflict with markers is better than a guess."""
    with pytest.raises(DependabotError):
        revised(yours, BASE.replace("UTC", "Asia/Tokyo"))


LINES = BASE.splitlines(keepends=True)
OWN_VALUES = {"interval": "daily", "labels": "[deps, ops]", "timezone": "Asia/Tokyo"}
EDITS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["comment", "entry"]), st.integers(0, len(LINES) - 1)),
        st.tuples(st.sampled_from(sorted(OWN_VALUES)), st.integers(0, len(LINES) - 1)),
    ),
    max_size=6,
)
THEIRS = st.lists(
    st.sampled_from(
        [
            ("UTC", "Europe/Paris"),
            ("7", "10"),
            ("Weekly", "Each week"),
            ("[dependencies]", "[d]"),
            (NPM, ""),
            (DOCKER, PIP),
        ]
    ),
    max_size=4,
)


@settings(deadline=None, max_examples=60)
@given(EDITS, THEIRS)
def test_nothing_that_you_wrote_is_lost(edits: list[tuple[str, int]], changes: list[tuple[str, str]]) -> None:
    """Comments and values of yours are in the result, whatever the template does; a second time changes nothing."""
    lines, own = list(LINES), []
    for number, (what, at) in enumerate(edits):
        if what == "entry":
            own.append(PIP.replace(": /", f": /own{number}"))
            lines += ["\n", own[-1]]
        elif what == "comment":
            own.append(f"# mine {number}\n")
            lines.insert(at, own[-1])
        elif f" {what}: " in lines[at]:
            own.append(f"{lines[at].partition(':')[0]}: {OWN_VALUES[what]} # mine {number}\n")
            lines[at] = own[-1]
    own = [piece for piece in own if piece in lines]  # one edit may have replaced another
    theirs = BASE
    for old, new in changes:
        theirs = theirs.replace(old, new)

    merge = revised("".join(lines), theirs)

    assert [piece for piece in own if piece not in text_of(merge)] == []
    again = revised(text_of(merge), theirs, base=theirs)
    assert again.after == merge.after
