from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from helpers.commands import mainstay
from helpers.rendering import rendered
from helpers.templates import commit, git
from helpers.updates import LINES, PAGE, Template, edited, files_of, new_template, put
from mainstay.scaffold import ANSWERS_FILE

DEPENDABOT = ".github/dependabot.yml"
OURS = """\
version: 2
updates:
  # Ours: the shop front only.
  - package-ecosystem: npm
    directory: /web
    schedule:
      interval: daily
"""
COPIER_YML_MORE = """\
package_manager: {type: str, default: none}
database: {type: str, default: none}
migrations: {type: str, default: none}
ecosystems: {type: yaml, default: []}
ecosystem_directories: {type: yaml, default: {}}
default_branch: {type: str, default: main}
"""


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A template that asks what mainstay detects, released as v1.0.0."""
    template = new_template(tmp_path / "template")
    copier_yml = template.folder / "copier.yml"
    copier_yml.write_text(copier_yml.read_text() + COPIER_YML_MORE)
    real = rendered(ecosystems=["npm", "github-actions"]) / DEPENDABOT
    template.release("v1.0.1", {DEPENDABOT: real.read_text()})
    return template


@pytest.fixture
def app(template: Template, tmp_path: Path) -> Path:
    """A repository that has adopted it, with an edit in line 5 of a page."""
    app = template.adopt(tmp_path / "app")
    return commit(put(app, {PAGE: edited(LINES, 5, "mine")}), {})


def test_plan_says_what_would_happen_and_ends_with_its_verdict(template: Template, app: Path) -> None:
    """Eighty columns, the verdict last; exit 1 because a person is needed."""
    template.release("v1.1.0", {PAGE: None, "docs/new.md": "x\n"})

    done = mainstay("plan", cwd=app)

    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert "  new       docs/new.md" in lines
    assert (
        lines[-1]
        == "v1.0.1 -> v1.1.0: 2 files would change, 1 conflict, `copier update` would lose work in 1 file"
    )
    assert [line for line in lines[:-1] if len(line) > 80] == []
    assert "--accept-loss takes what the template has" in " ".join(done.stdout.split())
    assert git(app, "status", "--short") == ""


def test_plan_ends_with_0_when_nothing_is_in_the_way(template: Template, app: Path) -> None:
    """Nothing to do, and a clean update."""
    current = mainstay("plan", cwd=app)
    template.release("v1.1.0", {"docs/new.md": "x\n"})
    clean = mainstay("plan", cwd=app)

    assert (current.returncode, current.stdout) == (0, "v1.0.1 is current: nothing would change\n")
    assert clean.returncode == 0
    assert clean.stdout.splitlines()[-1] == "v1.0.1 -> v1.1.0: 2 files would change, no conflict"


def test_plan_speaks_json(template: Template, app: Path) -> None:
    """One document, and nothing else on standard output."""
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs")})

    done = mainstay("plan", "--json", cwd=app)

    plan = json.loads(done.stdout)
    assert (done.returncode, plan["schema_version"], plan["clean"]) == (1, 1, False)
    assert (plan["adopted"], plan["offered"]) == ("v1.0.1", "v1.1.0")
    assert plan["files"]["changed"] == [ANSWERS_FILE, PAGE]
    assert plan["conflicts"] == [
        {
            "path": PAGE,
            "why": "you and the new revision changed the same lines",
            "lines": [5],
            "undecided": False,
        }
    ]


def test_update_refuses_explains_and_then_does_what_was_chosen(template: Template, app: Path) -> None:
    """Three runs: refused, a choice, committed and current."""
    template.release("v1.1.0", {PAGE: None})

    refused = mainstay("update", cwd=app)
    chosen = mainstay("update", "--accept-loss", PAGE, cwd=app)
    commit(app, {})
    again = mainstay("update", cwd=app)

    assert refused.returncode == 1
    assert f"  {PAGE}\n    you edited it, and the new revision does not have it" in refused.stderr
    assert "--keep PATH leaves yours" in refused.stderr
    assert (chosen.returncode, chosen.stdout.splitlines()[-2]) == (
        0,
        "v1.0.1 -> v1.1.0: 2 files changed, no conflict",
    )
    assert not (app / PAGE).exists()
    assert (again.returncode, again.stdout) == (0, "v1.1.0 is current: nothing changed\n")


def test_update_ends_with_1_until_every_conflict_is_decided(template: Template, app: Path) -> None:
    """Unlike Copier, which ends with 0."""
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs")})

    first = mainstay("update", cwd=app)
    second = mainstay("update", cwd=app)
    put(app, {PAGE: edited(LINES, 5, "both")})
    commit(app, {})
    third = mainstay("update", cwd=app)

    assert [done.returncode for done in (first, second, third)] == [1, 1, 0]
    assert f"  {PAGE}, line 5\n" in first.stdout
    assert "conflicts are not decided yet" in second.stderr


def test_diff_shows_what_you_changed(app: Path) -> None:
    """As a patch, as a statistic, and as an exit code."""
    patch = mainstay("diff", cwd=app)
    stat = mainstay("diff", "--stat", "--exit-code", cwd=app)

    assert (patch.returncode, stat.returncode) == (0, 1)
    assert "-line 5\n+mine 5\n" in patch.stdout
    assert "1 file changed" in stat.stdout


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository with a dependabot.yml, a page and another template's answers file of its own."""
    own = {DEPENDABOT: OURS, PAGE: "# Our page\n", ".copier-answers.yml": "_src_path: gh:x/y\n"}
    return commit(tmp_path / "shop", {**own, "web/package.json": "{}", "web/package-lock.json": "{}"})


def test_adopt_shows_the_differences_and_writes_nothing(template: Template, shop: Path) -> None:
    """Every file of the user that the template has too, and what taking it would mean."""
    before = files_of(shop)

    done = mainstay("adopt", "--source", str(template.folder), cwd=shop)

    assert done.returncode == 0, done.stderr
    assert f"{PAGE}: kept as it is; taking it means\n--- a/{PAGE}\n+++ b/{PAGE}\n" in done.stdout
    assert "-# Our page\n+line 1\n" in done.stdout
    assert f"{DEPENDABOT}: kept as it is" in done.stdout
    assert ".copier-answers.yml belongs to another template and was left alone" in done.stdout
    assert "Nothing was written." in done.stdout.splitlines()[-1]
    assert files_of(shop) == before


def test_adopt_changes_only_what_it_was_told_to(template: Template, shop: Path) -> None:
    """A dependabot.yml that is taken keeps every entry and comment, and gets what it lacks."""
    before = files_of(shop)

    done = mainstay("adopt", "--write", "--take", DEPENDABOT, "--source", str(template.folder), cwd=shop)

    assert done.returncode == 0, done.stderr
    after = files_of(shop)
    assert {path for path in before if after[path] != before[path]} == {DEPENDABOT}
    text = after[DEPENDABOT].decode()
    assert textwrap.dedent(OURS).splitlines()[2:6] == text.splitlines()[2:6]
    entries = YAML(typ="safe").load(text)["updates"]
    assert "github-actions" in [entry["package-ecosystem"] for entry in entries]
    assert (shop / ANSWERS_FILE).exists()
    assert (shop / PAGE).read_text() == "# Our page\n"


def test_adopt_goes_on_where_a_shared_file_cannot_be_merged(template: Template, shop: Path) -> None:
    """Yours is kept, and the reason is said; taking it is refused."""
    commit(put(shop, {DEPENDABOT: OURS.replace("version: 2", "version: 1")}), {})

    shown = mainstay("adopt", "--source", str(template.folder), cwd=shop)
    taken = mainstay("adopt", "--write", "--take", DEPENDABOT, "--source", str(template.folder), cwd=shop)

    assert (shown.returncode, taken.returncode) == (0, 2)
    assert f"note: {DEPENDABOT}" in shown.stdout
    assert "version" in taken.stderr
    assert git(shop, "status", "--short") == ""


def test_adopt_refuses_to_take_what_does_not_differ(template: Template, shop: Path) -> None:
    """A slip of the pen is not passed over."""
    done = mainstay("adopt", "--take", "docs/pgae.md", "--source", str(template.folder), cwd=shop)

    assert done.returncode == 2
    assert "docs/pgae.md does not differ" in done.stderr
    assert PAGE in done.stderr


def test_a_kept_file_can_be_kept_in_every_update(template: Template, shop: Path) -> None:
    """It conflicts when the template changes it, and --keep says again that it is yours."""
    mainstay("adopt", "--write", "--source", str(template.folder), cwd=shop)
    commit(shop, {})
    template.release("v1.1.0", {PAGE: edited(LINES, 5, "theirs")})

    plan = mainstay("plan", cwd=shop)
    done = mainstay("update", "--keep", PAGE, cwd=shop)

    assert plan.returncode == 1
    assert (done.returncode, (shop / PAGE).read_text()) == (0, "# Our page\n")
