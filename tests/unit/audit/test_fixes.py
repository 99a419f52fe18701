"""Fixes: each repairs what it says, leaves every other byte alone, and leaves alone what it does not understand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from helpers.audits import audit, change, findings, healthy, remove, write
from mainstay.audit import Finding
from mainstay.audit.fixes import Plan, plan_fixes, write_fixes
from mainstay.audit.fixes.change import Change, FixError
from mainstay.audit.fixes.workflows import add_keys
from mainstay.audit.model import Location
from mainstay.errors import MainstayError

BACKUP = ".github/workflows/backup.yml"
EXTRA = ".github/workflows/extra.yml"
SHA = "a1" * 20


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A healthy repository that the test may break."""
    return healthy(tmp_path / "repository")


def fixed(root: Path, *select: str, unsafe: bool = False) -> Plan:
    """Repair what the audit finds, and return what was done."""
    plan = plan_fixes(root, audit(root, *select), unsafe=unsafe)
    write_fixes(root, plan)
    return plan


def lines_of(change: Change) -> Iterator[str]:
    """Yield what was added; everything else has to be there as it was, in its order."""
    before, after = (change.before or b"").decode().splitlines(), change.after.decode().splitlines()
    rest = iter(before)
    expected = next(rest, None)
    for line in after:
        if line == expected:
            expected = next(rest, None)
        else:
            yield line
    assert expected is None, f"{expected!r} was changed or removed"


def without_bounds(root: Path) -> None:
    """Take from the backup what keeps it from running for ever, and twice at once."""
    text = (root / BACKUP).read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if "timeout-minutes" not in line]
    start = kept.index("concurrency:")
    write(root, BACKUP, "\n".join(kept[:start] + kept[start + 3 :]) + "\n")


def test_bounds_are_added_to_a_job(root: Path) -> None:
    """The finding is gone, and nothing but the keys was added."""
    without_bounds(root)
    assert findings(audit(root, "BK104"))

    plan = fixed(root, "BK104")

    assert findings(audit(root, "BK104")) == []
    (changed,) = plan.changes
    jobs = (root / BACKUP).read_text(encoding="utf-8").count("runs-on:")
    assert list(lines_of(changed)) == [
        "concurrency:",
        "  group: database-backup",
        "  cancel-in-progress: false",
        *["    timeout-minutes: 300"] * jobs,
    ]


def test_updates_that_are_missing_are_added(root: Path) -> None:
    """As `mainstay dependabot apply` does, the first file included."""
    remove(".github/dependabot.yml")(root)

    plan = fixed(root, "DEP")

    assert [(each.path, each.before) for each in plan.changes] == [(".github/dependabot.yml", None)]
    assert findings(audit(root, "DEP")) == []


def test_tables_follow_the_policy_again(root: Path) -> None:
    """As `mainstay sync` does, in the documents that a finding names."""
    schedule = "docs/maintenance/schedule.md"
    change(root, schedule, "| Dependency updates |", "| Dependency upgrades |")

    plan = fixed(root, "SOP301")

    assert [each.path for each in plan.changes] == [schedule]
    assert findings(audit(root, "SOP301")) == []


def test_what_could_break_a_workflow_has_to_be_asked_for(root: Path) -> None:
    """A job that writes fails without its permission: only its author knows."""
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@{SHA}\n"
    write(root, EXTRA, text)

    withheld = fixed(root, "WF")
    plan = fixed(root, "WF", unsafe=True)

    assert (withheld.changes, withheld.withheld) == ((), 2)
    assert [list(lines_of(each)) for each in plan.changes] == [
        ["permissions:", "  contents: read", "        with:", "          persist-credentials: false"]
    ]
    assert findings(audit(root, "WF")) == []


def test_a_healthy_repository_is_left_alone(root: Path) -> None:
    """Nothing to repair, nothing written."""
    assert fixed(root, "BK", "DEP", "WF", unsafe=True) == Plan((), 0, ())


def test_a_link_is_not_followed(root: Path, tmp_path: Path) -> None:
    """What it leads to belongs to somebody else."""
    without_bounds(root)
    outside = tmp_path / "outside.yml"
    (root / BACKUP).rename(outside)
    (root / BACKUP).symlink_to(outside)
    before = outside.read_bytes()

    plan = plan_fixes(root, audit(root, "BK104"))

    assert plan.changes == ()
    with pytest.raises(FixError, match="is a link"):
        Change(BACKUP, before, before + b"#").write(root)
    assert outside.read_bytes() == before


def test_a_file_that_changed_meanwhile_is_not_written(root: Path) -> None:
    """Somebody's editor was quicker."""
    without_bounds(root)
    plan = plan_fixes(root, audit(root))
    write(root, BACKUP, "on: push\n")

    with pytest.raises(FixError, match="changed meanwhile"):
        write_fixes(root, plan)

    assert (root / BACKUP).read_text() == "on: push\n"


CHECKOUTS = """\
on: push
jobs:
  a:
    runs-on: x
    steps:
      - run: ls
      - uses: actions/checkout@v4 # first
        with:
          # all of it
          fetch-depth: 0
      - name: Again
        uses: actions/checkout@v4
      - {uses: actions/checkout@v4, with: {ref: main}}
"""


def test_every_checkout_of_a_job_is_found_again() -> None:
    """By its number among the checkouts; in a block, below a comment, in brackets."""
    found = [("WF105", key_missing(f"a checkout {number}")[1]) for number in (1, 2, 3)]

    after = add_keys(CHECKOUTS.encode(), "w.yml", found).decode()

    assert after == CHECKOUTS.replace(
        "fetch-depth: 0\n", "fetch-depth: 0\n          persist-credentials: false\n"
    ).replace(
        "uses: actions/checkout@v4\n",
        "uses: actions/checkout@v4\n        with:\n          persist-credentials: false\n",
    ).replace("{ref: main}", "{ref: main, persist-credentials: false}")
    with pytest.raises(MainstayError):
        add_keys(CHECKOUTS.encode(), "w.yml", [("WF105", key_missing("a checkout 4")[1])])
    with pytest.raises(MainstayError):
        add_keys(after.encode(), "w.yml", found)


def key_missing(key: str) -> tuple[str, Finding]:
    return "BK104", Finding(message="m", at=Location("w.yml"), key=key, fix="f")


@pytest.mark.parametrize(
    "text",
    [
        "jobs: {a: &a {runs-on: x}, b: *a}\n",
        "jobs:\n  a: &a\n    runs-on: x\n  b:\n    <<: *a\n",
        "jobs:\n  b:\n    uses: ./x.yml\n",
        "jobs:\n  b:\n    runs-on: x\n    timeout-minutes: 1\n",
        "jobs:\n  b: text\n",
        "jobs: []\n",
        "[]\n",
        "jobs:\n  b:\n    runs-on: |\n      x\n  b:\n    runs-on: y\n",
        "{",
    ],
)
def test_what_is_written_in_another_way_is_refused(text: str) -> None:
    """An alias, a merged key, a key that is there: a person looks at it."""
    with pytest.raises(MainstayError):
        add_keys(text.encode(), "w.yml", [key_missing("b timeout-minutes")])


def test_brackets_and_line_ends_stay_as_they_are() -> None:
    """One line stays one line; Windows stays Windows; a file without an end of line stays without."""
    found = [key_missing("b timeout-minutes")]

    flow = add_keys(b"jobs: {b: {runs-on: x, steps: []}}", "w.yml", found)
    windows = add_keys(b"jobs:\r\n  b:\r\n    runs-on: x # y\r\n    steps: []", "w.yml", found)
    bare = add_keys(b"jobs:\n    b:\n        runs-on: x", "w.yml", found)

    assert flow == b"jobs: {b: {runs-on: x, steps: [], timeout-minutes: 300}}"
    assert windows == b"jobs:\r\n  b:\r\n    runs-on: x # y\r\n    timeout-minutes: 300\r\n    steps: []"
    assert bare == b"jobs:\n    b:\n        runs-on: x\n        timeout-minutes: 300"


COMMENTS = st.sampled_from(["", " # why", "  # `x`: y"])
BETWEEN = st.sampled_from(["", "\n", "{pad}# a comment\n", "# at the margin\n", "{pad}  # deeper\n\n"])


@st.composite
def workflows(draw: st.DrawFn) -> str:
    """Workflows as people write them: any indent, comments anywhere, keys in any order, more jobs around it."""
    step = draw(st.integers(1, 6))
    pad, inner = " " * step, " " * step * 2
    steps = "steps:\n{i}- run: |\n{i}    a: b\n{i}    # no comment"
    keys = draw(st.permutations(["runs-on: x", "if: ${{ always() }}", "env: {A: 'b'}", steps]))
    body = ""
    for key in keys:
        text = key.replace("{i}", inner)
        comment = "" if "\n" in text else draw(COMMENTS)
        body += draw(BETWEEN).format(pad=inner) + f"{inner}{text}{comment}\n"
    jobs = [f"{pad}b:{draw(COMMENTS)}\n{body}"]
    if draw(st.booleans()):
        jobs.append(f"{pad}other:\n{inner}runs-on: y\n")
    text = draw(BETWEEN).format(pad="") + "on: push\njobs:\n" + "".join(draw(st.permutations(jobs)))
    text = text if draw(st.booleans()) else text.rstrip("\n")
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@settings(max_examples=150, deadline=None)
@given(workflows(), st.sets(st.sampled_from(["timeout-minutes", "concurrency", "permissions"]), min_size=1))
def test_no_unrelated_byte_is_touched(text: str, keys: set[str]) -> None:
    """Taking out what was put in gives back the file, byte for byte; it says what it said, and the keys."""
    found = [key_missing(f"b {key}") for key in sorted(keys)]

    after = add_keys(text.encode(), "w.yml", found).decode()

    rest = iter(after)
    assert all(char in rest for char in text), "something was taken out or moved"
    added = sum(len(line) for line in lines_of(Change("w.yml", text.encode(), after.encode())))
    assert added < len(after) - len(text), "a line was changed, not added"
    before_tree, after_tree = YAML(typ="safe").load(text), YAML(typ="safe").load(after)
    for key in keys:
        assert (after_tree if key == "concurrency" else after_tree["jobs"]["b"]).pop(key)
    assert after_tree == before_tree
    assert ("\r\n" in text) == ("\r\n" in after)
