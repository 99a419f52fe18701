from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.github.server import github_server
from fakes.github.state import FakeGitHub
from helpers.commands import mainstay
from helpers.templates import write
from mainstay.scaffold import ANSWERS_FILE

FILE = ".github/dependabot.yml"
LACKING = """\
version: 2
updates:
  # once a month, says the board
  - package-ecosystem: npm
    directory: /
    schedule:
      interval: monthly
    labels: [deps]
"""
DIFF = """\
--- a/.github/dependabot.yml
+++ b/.github/dependabot.yml
@@ -6,3 +6,22 @@
     schedule:
       interval: monthly
     labels: [deps]
+    cooldown:
+      default-days: 7
+      semver-major-days: 30
+
+  - package-ecosystem: docker
+    directory: /images/api
+    schedule:
+      interval: weekly
+      day: monday
+      time: "09:00"
+      timezone: UTC
+    open-pull-requests-limit: 10
+    labels: [dependencies, automated]
+    cooldown:
+      default-days: 7
+    groups:
+      docker:
+        patterns: ["*"]
+        update-types: [minor, patch]
"""
REASONS = """
.github/dependabot.yml:8  npm in / took releases on their first day: it waits 7 days now, except for security updates
.github/dependabot.yml:8  docker in /images/api had no entry, so nobody proposed its updates
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A Node application with an image, whose dependabot.yml knows half of it; not a git repository."""
    files = {
        "package.json": '{"dependencies": {}}',
        "images/api/Dockerfile": "FROM scratch\n",
        FILE: LACKING,
    }
    return write(tmp_path / "app", files)


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    """GitHub on this machine."""
    with github_server() as fake:
        yield fake


def test_plan_shows_the_diff_and_the_reasons_and_writes_nothing(app: Path) -> None:
    """To the letter: people read it before they decide."""
    done = mainstay("dependabot", "plan", app, cwd=app)

    assert done.stdout == DIFF + REASONS
    assert (done.returncode, done.stderr) == (0, "")
    assert (app / FILE).read_text() == LACKING


def test_apply_writes_what_plan_shows_and_the_second_time_nothing(app: Path) -> None:
    """The file keeps its mode; nothing else is left beside it."""
    (app / FILE).chmod(0o640)

    done = mainstay("dependabot", "apply", cwd=app)
    written = (app / FILE).read_bytes()
    again = mainstay("dependabot", "apply", cwd=app)

    assert done.stdout == DIFF + REASONS
    assert written.startswith(LACKING.encode())
    assert (app / FILE).stat().st_mode & 0o777 == 0o640
    assert again.stdout == ".github/dependabot.yml needs no change\n"
    assert (app / FILE).read_bytes() == written
    assert [path.name for path in (app / ".github").iterdir()] == ["dependabot.yml"]


def test_apply_writes_a_file_where_there_is_none(app: Path) -> None:
    """With the time zone of the policy and the Action of the template left alone."""
    (app / FILE).unlink()
    write(
        app,
        {
            ANSWERS_FILE: "_src_path: gh:acme/sop\n",
            ".github/workflows/ci.yml": "uses: a/b@c\n",
        },
    )

    planned = mainstay("dependabot", "plan", cwd=app)
    done = mainstay("dependabot", "apply", cwd=app)

    assert planned.stdout.startswith("--- /dev/null\n+++ b/.github/dependabot.yml\n")
    assert done.returncode == 0
    assert "- dependency-name: acme/sop\n" in (app / FILE).read_text()
    assert mainstay("dependabot", "check", cwd=app).returncode == 0


def test_the_other_spelling_is_used_where_it_is_there(app: Path) -> None:
    """GitHub reads either; two files would be one too many."""
    (app / FILE).rename(app / ".github/dependabot.yaml")

    done = mainstay("dependabot", "apply", cwd=app)

    assert done.stdout.startswith("--- a/.github/dependabot.yaml\n")
    assert not (app / FILE).exists()


def test_check_lists_what_is_wrong_and_what_is_unknown(app: Path) -> None:
    """One line each, the verdict last; ends with 1."""
    done = mainstay("dependabot", "check", cwd=app)

    assert done.stdout.splitlines() == [
        f"{FILE}  no entry updates docker in /images/api; fix: `mainstay dependabot apply` adds it",
        "unknown  whether these labels exist: deps; --online asks GitHub",
        "failed: 1 finding",
    ]
    assert done.returncode == 1


def test_unknown_labels_do_not_fail_a_check_that_did_not_ask(app: Path) -> None:
    """But the verdict does not call it passed."""
    mainstay("dependabot", "apply", cwd=app)

    done = mainstay("dependabot", "check", cwd=app)

    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "nothing wrong was found, but not everything is known"


def test_online_asks_github_for_the_labels(app: Path, github: FakeGitHub) -> None:
    """A label that is not there is a finding; with all of them the check passes."""
    mainstay("dependabot", "apply", cwd=app)
    github.shop.label("deps", "dependencies")

    failed = mainstay("dependabot", "check", "--online", cwd=app, env=github.environ())
    github.shop.label("automated")
    passed = mainstay("dependabot", "check", "--online", cwd=app, env=github.environ())

    assert failed.returncode == 1
    assert f"{FILE}:13  docker in /images/api: the label automated does not exist" in failed.stdout
    assert "fix: create it: gh label create automated" in failed.stdout
    assert (passed.returncode, passed.stdout) == (0, "passed\n")


def test_labels_that_github_does_not_tell_are_unknown(app: Path, github: FakeGitHub) -> None:
    """Asked for and not answered: ends with 3, and with 1 when something is wrong as well."""
    github.break_status("GET .*/labels", 403, 403)

    wrong = mainstay("dependabot", "check", "--online", cwd=app, env=github.environ())
    mainstay("dependabot", "apply", cwd=app)
    unknown = mainstay("dependabot", "check", "--online", cwd=app, env=github.environ())

    assert wrong.returncode == 1
    assert unknown.returncode == 3
    assert "cannot read its labels" in unknown.stderr
    assert "unknown  whether these labels exist" in unknown.stdout


def test_a_manifest_that_cannot_be_read_is_never_reported_as_good(app: Path) -> None:
    """Nobody knows which entries it would need: check ends with 3, apply with 2 and without a change."""
    mainstay("dependabot", "apply", cwd=app)
    (app / "package.json").unlink()
    write(app, {"package.json": "x" * (2 << 20), "package-lock.json": "{}"})

    checked = mainstay("dependabot", "check", cwd=app)
    applied = mainstay("dependabot", "apply", cwd=app)

    assert "unknown  what package.json would need: it could not be read" in checked.stdout
    assert checked.returncode == 3
    assert applied.returncode == 2
    assert "package.json" in applied.stderr


def test_json_holds_the_same_for_programs(app: Path) -> None:
    """And nothing else stands on standard output."""
    checked = json.loads(mainstay("dependabot", "check", "--json", cwd=app).stdout)
    planned = json.loads(mainstay("dependabot", "plan", "--json", cwd=app).stdout)
    applied = json.loads(mainstay("dependabot", "apply", "--json", cwd=app).stdout)

    assert checked == {
        "schema_version": 1,
        "path": FILE,
        "findings": [
            {
                "rule": "manifest-without-entry",
                "message": "no entry updates docker in /images/api",
                "line": None,
                "fix": "`mainstay dependabot apply` adds it",
            }
        ],
        "unknown": ["whether these labels exist: deps; --online asks GitHub"],
    }
    assert planned["diff"] == DIFF
    assert [edit["line"] for edit in planned["edits"]] == [8, 8]
    assert (planned["written"], planned["new"], planned["notes"]) == (False, False, [])
    assert applied == {**planned, "written": True}


@pytest.mark.parametrize("verb", ["check", "plan", "apply"])
def test_a_file_that_is_no_yaml_ends_with_2_and_stays(app: Path, verb: str) -> None:
    """The line is named; nothing is guessed."""
    write(app, {FILE: "version: 2\nupdates: [\n"})

    done = mainstay("dependabot", verb, cwd=app)

    assert done.returncode == 2
    assert f"{FILE} is not valid YAML" in done.stderr
    assert "(line " in done.stderr
    assert (app / FILE).read_text() == "version: 2\nupdates: [\n"


def test_a_link_is_not_followed(app: Path, tmp_path: Path) -> None:
    """What it leads to is not this repository's, and would be written."""
    outside = tmp_path / "outside.yml"
    outside.write_text(LACKING)
    (app / FILE).unlink()
    (app / FILE).symlink_to(outside)

    done = mainstay("dependabot", "apply", cwd=app)

    assert done.returncode == 2
    assert outside.read_text() == LACKING


def test_what_a_file_says_cannot_steer_the_terminal(app: Path) -> None:
    """Folders and comments come from whoever writes to the repository."""
    write(app, {FILE: LACKING.replace("directory: /", 'directory: "/\\e[2J"') + "# \u202e\n"})

    for verb in ("check", "plan"):
        done = mainstay("dependabot", verb, cwd=app)
        assert "\x1b" not in done.stdout + done.stderr
        assert "\u202e" not in done.stdout


def test_apply_makes_the_labels_that_are_missing(app: Path, github: FakeGitHub) -> None:
    """Those that are there stay as they are; without the option GitHub is not asked."""
    github.shop.label("deps")

    plain = mainstay("dependabot", "apply", cwd=app, env=github.environ())
    asked = list(github.requests)
    done = mainstay("dependabot", "apply", "--create-labels", cwd=app, env=github.environ())
    checked = mainstay("dependabot", "check", "--online", cwd=app, env=github.environ())

    assert asked == []
    assert "label made" not in plain.stdout
    assert done.stdout.splitlines()[-2:] == ["label made: dependencies", "label made: automated"]
    assert checked.returncode == 0
    assert github.violations == []
