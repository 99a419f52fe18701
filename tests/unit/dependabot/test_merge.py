from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from helpers.dependabot_styles import NAMED, STYLES, Written, configurations, write
from helpers.lint import schema_errors, zizmor
from mainstay.dependabot import merge, read_document, wanted_updates
from mainstay.dependabot.entries import uncovered
from mainstay.errors import DependabotError
from mainstay.stack import MemoryTree, detect_stack

STACK = detect_stack(
    MemoryTree(
        {
            "package.json": '{"dependencies": {}}',
            "apps/web/package.json": '{"dependencies": {}}',
            "api/requirements.txt": "flask==3\n",
            "Dockerfile": "FROM scratch\n",
            ".github/workflows/ci.yml": "jobs: {a: {steps: [{uses: a/b@c}]}}\n",
        }
    )
)
WANTED = wanted_updates(STACK, timezone="Europe/Berlin", companion="acme/mainstay")
OFTEN = settings(deadline=None, max_examples=60)
MAY_GROW = {"ignore", "directories"}


def load(content: bytes) -> Any:
    """Return what YAML says, by a reader that the merge does not use."""
    return YAML(typ="rt").load(content.decode("utf-8-sig"))


def comments(content: bytes) -> Counter[str]:
    """Return the comments that the styles put in."""
    return Counter(re.findall(r"\b[ct]\d+\b", content.decode()))


def assert_kept(before: Any, after: Any) -> None:
    """Everything is still there, in its place, with the same value."""
    assert list(before) == [key for key in after if key in before]
    assert {key: value for key, value in before.items() if key != "updates"} == {
        key: after[key] for key in before if key != "updates"
    }
    for ours, theirs in zip(before["updates"], after["updates"], strict=False):
        for key, value in ours.items():
            assert theirs[key][: len(value)] == value if key in MAY_GROW else theirs[key] == value
        assert set(theirs) - set(ours) <= {"cooldown", "ignore"}


@OFTEN
@given(configurations(), STYLES)
@example({"version": 2, "updates": []}, Written(comments=9))
def test_merging_adds_what_is_missing_and_loses_nothing(tree: dict[str, Any], style: Written) -> None:
    """Whatever the style: entries, keys, values and comments stay, and a second merge finds nothing to do."""
    content = write(tree, style)

    merged = merge(read_document(content), WANTED)

    assert merged.before == content
    before, after = load(content), load(merged.after)
    assert before == tree
    assert_kept(before, after)
    assert comments(merged.after) == comments(content)
    entries = [entry for entry, _ in read_document(merged.after).entries()]
    assert list(uncovered(STACK, entries)) == []
    assert all("cooldown" in entry.tree for entry in entries)
    actions = [entry for entry in entries if entry.ecosystem == "github-actions"]
    assert all({"dependency-name": "acme/mainstay"} in entry.tree["ignore"] for entry in actions)
    again = merge(read_document(merged.after), WANTED)
    assert (again.after, again.edits, again.notes) == (merged.after, (), ())


@OFTEN
@given(configurations(), STYLES)
def test_bytes_are_only_inserted(tree: dict[str, Any], style: Written) -> None:
    """Line ends, byte order mark and the missing last newline stay; every line of before is in after, in order."""
    content = write(tree, style)

    merged = merge(read_document(content), WANTED)

    rest = iter(merged.after)
    kept = content.replace(b" []", b"") if not tree["updates"] else content
    assert all(byte in rest for byte in kept.rstrip(b" "))
    assert merged.after.startswith(b"\xef\xbb\xbf") == style.bom
    if style.flow != "all":
        assert merged.after.endswith(b"\n") == style.final_newline
    if style.newline == "\r\n" and b"\n" in content:
        assert merged.after.count(b"\n") == merged.after.count(b"\r\n")
    assert all(edit.why and edit.line >= 1 for edit in merged.edits)
    assert (merged.after == content) == (not merged.edits)


@settings(deadline=None, max_examples=20)
@given(st.permutations(range(4)), st.sets(st.integers(0, 3)))
def test_every_entry_is_looked_at_whatever_their_order(order: list[int], waiting: set[int]) -> None:
    """A good entry does not hide one without a cooldown."""
    updates = [
        {"package-ecosystem": "npm", "directory": f"/{n}", "schedule": {"interval": "daily"}}
        | ({"cooldown": {"default-days": 1}} if n in waiting else {})
        for n in order
    ]

    merged = merge(read_document(write({"version": 2, "updates": updates}, Written())), ())

    assert len(merged.edits) == 4 - len(waiting)
    days = [entry["cooldown"]["default-days"] for entry in load(merged.after)["updates"]]
    assert days == [1 if n in waiting else 7 for n in order]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One merged file per named style, each in a repository of its own."""
    entry = {
        "package-ecosystem": "npm",
        "directory": "/",
        "schedule": {"interval": "weekly", "time": "07:30"},
    }
    other = {**entry, "directory": "/docs", "labels": ["deps"], "ignore": [{"dependency-name": "left-pad"}]}
    tree = {"version": 2, "updates": [entry, other, {**entry, "package-ecosystem": "github-actions"}]}
    found = {}
    for number, (name, style) in enumerate(NAMED.items()):
        place = tmp_path_factory.mktemp(f"style{number}") / ".github/dependabot.yml"
        place.parent.mkdir()
        place.write_bytes(merge(read_document(write(tree, style)), WANTED).after)
        found[name] = place
    return found


def test_results_have_the_shape_that_github_accepts(samples: dict[str, Path]) -> None:
    """By the schema that editors use, in every style."""
    assert len(samples) >= 8
    assert schema_errors("vendor.dependabot", samples.values()) == ""


def test_results_have_nothing_that_the_strictest_linter_finds(samples: dict[str, Path]) -> None:
    """Zizmor as an auditor, in every style that it can read: it takes a byte order mark for a second document."""
    readable = [path for path in samples.values() if not path.read_bytes().startswith(b"\xef\xbb\xbf")]

    assert zizmor(*(path.parents[1] for path in readable)) == ""


EXISTING = """\
# Owned by the platform team
version: 2

registries: {own: {type: npm-registry, url: https://npm.example.com}}

updates:
- package-ecosystem: npm   # pnpm, really
  directory: /
  schedule:
    interval: daily
  # groups: not yet

# Actions
- package-ecosystem: "github-actions"
  directory: /
  schedule: {interval: daily}
  cooldown: {default-days: 2}
  ignore:
  - dependency-name: actions/cache
# the end
"""
IGNORED = (
    "github-actions in / would update acme/mainstay alone, which moves together with the template: "
    "it is ignored now"
)
MERGED = """\
# Owned by the platform team
version: 2

registries: {own: {type: npm-registry, url: https://npm.example.com}}

updates:
- package-ecosystem: npm   # pnpm, really
  directory: /
  schedule:
    interval: daily
  cooldown:
    default-days: 7
    semver-major-days: 30
  # groups: not yet

# Actions
- package-ecosystem: "github-actions"
  directory: /
  schedule: {interval: daily}
  cooldown: {default-days: 2}
  ignore:
  - dependency-name: actions/cache
  # The companion Action belongs to the revision of the SOP: `copier update` moves both together.
  - dependency-name: acme/mainstay

- package-ecosystem: docker
  directory: /
  schedule:
    interval: weekly
    day: monday
    time: "09:00"
    timezone: Europe/Berlin
  open-pull-requests-limit: 10
  labels: [dependencies, automated]
  cooldown:
    default-days: 7
  groups:
    docker:
      patterns: ["*"]
      update-types: [minor, patch]
# the end
"""


def test_what_is_added_looks_like_the_rest() -> None:
    """Indentation, quotes and empty lines of the file; each edit has its line and its reason."""
    wanted = wanted_updates(
        detect_stack(
            MemoryTree(
                {
                    "package.json": '{"dependencies": {}}',
                    "Dockerfile": "FROM x\n",
                    ".github/workflows/a.yml": "uses: a/b@c",
                }
            )
        ),
        timezone="Europe/Berlin",
        companion="acme/mainstay",
    )

    merged = merge(read_document(EXISTING.encode()), wanted)

    assert merged.after.decode() == MERGED
    assert [(edit.line, edit.why) for edit in merged.edits] == [
        (10, "npm in / took releases on their first day: it waits 7 days now, except for security updates"),
        (19, IGNORED),
        (19, "docker in / had no entry, so nobody proposed its updates"),
    ]


def test_a_list_of_folders_takes_the_new_folder() -> None:
    """The schedule and the groups that somebody chose for the others hold for it too."""
    text = (
        "version: 2\nupdates:\n  - package-ecosystem: npm\n    directories:\n      - /a # first\n"
        "    schedule: {interval: daily}\n    cooldown: {default-days: 9}\n"
    )
    stack = detect_stack(
        MemoryTree({f"{name}/package.json": '{"dependencies": {}}' for name in ("a", "b/c")})
    )

    merged = merge(read_document(text.encode()), wanted_updates(stack, timezone="UTC", companion=None))

    assert merged.after.decode() == text.replace("first\n", 'first\n      - "/b/c"\n')


def test_a_list_that_comes_from_an_anchor_is_left_to_a_person() -> None:
    """A key of its own would hide what the anchor says; the note names the line."""
    text = (
        "version: 2\nupdates:\n  - &base\n    package-ecosystem: npm\n    directory: /\n"
        "    schedule: {interval: daily}\n    cooldown: {default-days: 9}\n    ignore: [{dependency-name: x}]\n"
        "  - <<: *base\n    package-ecosystem: github-actions\n"
    )
    wanted = wanted_updates(
        detect_stack(MemoryTree({"action.yml": "runs: {}\n"})), timezone="UTC", companion="acme/mainstay"
    )

    merged = merge(read_document(text.encode()), wanted)

    assert merged.after.decode() == text
    assert merged.notes == (
        ".github/dependabot.yml:9: add acme/mainstay to `ignore` by hand: the list belongs to an anchor",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"version: 2\nupdates:\n  - a: [\n", "not valid YAML: .*line 4"),
        (b"version: 2\nupdates:\n\t- a\n", r"not valid YAML: .*\(line 3\)"),
        (b"version: 2\nversion: 2\n", r"duplicate key.*\(line 2\)"),
        (b"- a\n", r"holds no mapping \(line 1\)"),
        (b"text\n", r"holds no mapping \(line 1\)"),
        (b"version: 2\n---\nversion: 2\n", r"several documents.*\(line 2\)"),
        (b"version: 2\n# caf\xe9\n", r"not UTF-8 text \(line 2\)"),
        (b"version: 2\n# \x00\n", r"not valid YAML: .*\(line 2\)"),
        (b"version: 1\nupdates: []\n", "version 1"),
        (b"version: 2\nupdates: {npm: 1}\n", r"updates is not a list \(line 2\)"),
        (b"version: 2\nupdates:\n  - x\n", r"needs package-ecosystem and directory \(line 3\)"),
        (b"version: 2\nupdates:\n  - package-ecosystem: npm\n", r"needs package-ecosystem .*\(line 3\)"),
        (b"x: &x [*x]\n", r"refers to itself \(line 1\)"),
        (
            b"a0: &a0 [x, x]\n"
            + b"".join(
                b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 9)
            ),
            "unfolds into too much",
        ),
        (b"version: 2\nupdates: " + b"[" * 50_000, r"nests more than 40 brackets \(line 2\)"),
        (b"version: 2\nupdates:\n" + b"".join(b" " * n + b"-\n" for n in range(60)), "nests too deep"),
        (b"# x\n" * 100_000, "larger than 256 KiB"),
        (b"version: 2\nupdates:\n" + b"- {package-ecosystem: npm, directory: /}\n" * 501, "more than 500"),
        (
            b"version: 2\nupdates: [{package-ecosystem: npm, directories: ['/" + b"*a" * 9 + b"']}]\n",
            r"100 characters or 6 stars \(line 2\)",
        ),
        (
            b"version: 2\nupdates:\n"
            + b"".join(b"- {package-ecosystem: npm, directories: [/%d/*]}\n" % n for n in range(101)),
            "more than 100 globs",
        ),
        (b"version: 2\nupdates: !!python/object:os.system {}\n", "updates is not a list|not valid YAML"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(content: bytes, message: str) -> None:
    """Ends with 2; nothing is guessed and nothing is written."""
    with pytest.raises(DependabotError, match=f"(?s){message}"):
        merge(read_document(content), WANTED)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="-: {}[]&*#'\"\n\t|>?!%@`a2", max_size=60).map(str.encode))
def test_nothing_that_is_no_configuration_crashes_the_merge(content: bytes) -> None:
    """Either it says why, or what it returns can be read and holds all that was there."""
    try:
        merged = merge(read_document(content), WANTED)
    except DependabotError:
        return

    assert merge(read_document(merged.after), WANTED).edits == ()
