from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.dependabot_styles import STYLES, Written, configurations, write
from mainstay.dependabot.check import Checked, check_document
from mainstay.dependabot.document import read_document
from mainstay.dependabot.ecosystems import ECOSYSTEMS
from mainstay.stack import MemoryTree, detect_stack

FILES = {"package.json": '{"dependencies": {}}', "apps/web/package.json": '{"dependencies": {}}'}
STACK = detect_stack(MemoryTree(FILES))
GOOD = """\
version: 2
updates:
  - package-ecosystem: npm
    directories: ["/", "/apps/*"]
    schedule: {interval: weekly}
    labels: [deps]
"""


def check(text: str, labels: Sequence[str] | None = ("deps",)) -> Checked:
    """Return what is wrong with a configuration of a repository with two Node packages."""
    return check_document(read_document(text.encode()), STACK, listed=list(FILES), labels=labels)


def entry(ecosystem: str, *lines: str) -> str:
    """Return one more entry."""
    return "".join(
        f"{pad}{line}\n"
        for pad, line in [
            ("  - ", f"package-ecosystem: {ecosystem}"),
            ("    ", "schedule: {interval: weekly}"),
            *(("    ", line) for line in lines),
        ]
    )


def test_a_good_file_has_no_finding() -> None:
    """And nothing is unknown once GitHub told its labels."""
    assert check(GOOD) == Checked(".github/dependabot.yml", ())


def test_labels_that_nobody_asked_for_are_unknown_never_good() -> None:
    """They are named, so that a person can look."""
    checked = check(GOOD, labels=None)

    assert checked.findings == ()
    assert checked.unknown == ("whether these labels exist: deps; --online asks GitHub",)


def test_a_repository_without_a_file_is_a_finding() -> None:
    """Nothing is updated there."""
    checked = check_document(None, STACK, listed=[], labels=None)

    assert [finding.message for finding in checked.findings] == ["there is no .github/dependabot.yml"]


CASES = [
    ("manifest-without-entry", None, "no entry updates npm in /apps/web", (', "/apps/*"', "")),
    ("entry-without-manifest", 7, "pip in /: nothing there", ("", entry("pip", "directory: /"))),
    ("overlap", 7, "the entry in line 3 looks into the same", ("", entry("npm", "directory: /apps/web"))),
    ("overlap", 7, "the entry in line 3 looks into the same", ("", entry("npm", 'directories: ["/*/web"]'))),
    ("version", None, "`version: 2` is missing", ("version: 2", "enable-beta-ecosystems: true")),
    ("option", None, "unknown option `update`", ("version: 2", "version: 2\nupdate: []")),
    ("option", 3, "unknown option `reviewers`", ("labels: [deps]", "reviewers: [ana]")),
    ("option", 3, "unknown option `lables`", ("labels", "lables")),
    ("option", 3, "npm has no `vendor`", ("labels: [deps]", "vendor: true")),
    ("option", 3, "npm has no `insecure-ext", ("labels: [deps]", "insecure-external-code-execution: deny")),
    (
        "option",
        3,
        "npm has no `allow.dependency-type: indirect`",
        ("labels: [deps]", "allow: [{dependency-type: indirect}]"),
    ),
    (
        "option",
        7,
        "github-actions has no `cooldown.semver-major-days`",
        ("", entry("github-actions", "directory: /x", "cooldown: {default-days: 7, semver-major-days: 9}")),
    ),
    (
        "option",
        7,
        "gomod has no `groups.a.dependency-type`",
        ("", entry("gomod", "directory: /x", "groups: {a: {dependency-type: production}}")),
    ),
    ("option", 7, "knows no ecosystem yarn", ("", entry("yarn", "directory: /x"))),
    ("option", 7, "`directory` takes no glob", ("", entry("npm", "directory: /x/*"))),
    ("option", 7, "both `directory` and", ("", entry("npm", "directory: /x", "directories: [/y]"))),
    (
        "undefined-group",
        3,
        "the multi-ecosystem-group infra is not defined",
        ("labels: [deps]", "multi-ecosystem-group: infra"),
    ),
    (
        "shadowed-group",
        3,
        "the group b stays empty: a before it",
        ("labels: [deps]", 'groups: {a: {patterns: ["*"]}, b: {patterns: ["lint*"]}}'),
    ),
    ("label", 3, "the label it's does not exist", ("[deps]", '["it\'s"]')),
]


@pytest.mark.parametrize(
    ("rule", "line", "message", "change"), CASES, ids=[f"{n} {case[0]}" for n, case in enumerate(CASES)]
)
def test_each_rule_names_what_is_wrong_and_where(
    rule: str, line: int | None, message: str, change: tuple[str, str]
) -> None:
    """A good file broken in one way: the rule that is meant finds it, in the line of the entry, with a fix."""
    old, new = change
    text = GOOD.replace(old, new, 1) if old else GOOD + new

    found = [finding for finding in check(text).findings if finding.rule == rule]

    assert [(finding.line, message in finding.message) for finding in found] == [(line, True)]
    assert found[0].fix


@pytest.mark.parametrize(
    "groups",
    [
        "a: {dependency-type: production}, b: {dependency-type: development}",
        'a: {patterns: ["*"], update-types: [minor, patch]}, b: {patterns: ["*"], update-types: [major]}',
        'a: {patterns: ["*"], applies-to: security-updates}, b: {patterns: ["*"]}',
        'a: {patterns: ["*"], exclude-patterns: [x]}, b: {patterns: [x]}',
        "a: {patterns: [lint]}, b: {patterns: [lint, test]}",
        "a: 1, b: [x]",
    ],
)
def test_groups_that_leave_something_to_each_other_are_fine(groups: str) -> None:
    """By type, by kind of update, by pattern, and whatever else stands there."""
    text = GOOD.replace("labels: [deps]", f"groups: {{{groups}}}")

    assert [finding for finding in check(text).findings if finding.rule == "shadowed-group"] == []


def test_labels_are_compared_as_github_does() -> None:
    """It does not tell upper from lower case."""
    assert check(GOOD, labels=["DEPS"]).findings == ()


@settings(deadline=None, max_examples=20)
@given(st.permutations(range(5)), st.sets(st.integers(0, 4)))
def test_every_entry_is_looked_at_whatever_their_order(order: list[int], wrong: set[int]) -> None:
    """A good entry does not hide a bad one."""
    text = "version: 2\nupdates:\n" + "".join(
        entry("npm", f"directory: /{n}", *(["vendor: true"] if n in wrong else [])) for n in order
    )

    found = {finding.message.split(":")[0] for finding in check(text).findings if finding.rule == "option"}

    assert found == {f"npm in /{n}" for n in wrong}


@settings(deadline=None, max_examples=40)
@given(configurations(), STYLES)
def test_a_style_never_changes_what_is_found(tree: dict[str, object], style: Written) -> None:
    """The rules judge what a file says."""
    assert found_in(write(tree, style)) == found_in(write(tree, Written()))


def found_in(content: bytes) -> list[tuple[str, str]]:
    """Return what is found, without lines: those a style does change."""
    checked = check_document(read_document(content), STACK, listed=list(FILES), labels=[])
    return sorted((found.rule, re.sub(r"line \d+", "", found.message)) for found in checked.findings)


def test_the_table_knows_every_ecosystem_of_the_schema() -> None:
    """What GitHub documents, and nothing that it does not know."""
    assert len(ECOSYSTEMS) == 33
    assert {name for name, knows in ECOSYSTEMS.items() if knows.typed} == {
        "bundler",
        "composer",
        "maven",
        "mix",
        "npm",
        "pip",
    }
