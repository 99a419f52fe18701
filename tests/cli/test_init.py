from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from helpers.commands import mainstay
from helpers.rendering import REPOSITORY
from helpers.templates import commit, git, write
from mainstay.cli import init as command
from mainstay.policy import load_policy
from mainstay.scaffold import ANSWERS_FILE


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A Node application on Vercel with PostgreSQL, committed."""
    files = {"package.json": '{"dependencies": {"pg": "8"}}', "pnpm-lock.yaml": "", "vercel.json": "{}"}
    return commit(tmp_path / "shop", files)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options for a template with the real questions and two files: quick to copy."""
    names = ("copier.yml", "template/[= _copier_conf.answers_file =].jinja")
    files = {name: (REPOSITORY / name).read_text(encoding="utf-8") for name in names}
    folder = commit(
        tmp_path_factory.mktemp("template"),
        {**files, "template/docs/maintenance/README.md": "# Maintenance\n"},
    )
    return ["--source", str(folder), "--ref", "HEAD"]


def answers_in(root: Path) -> dict[str, object]:
    """Return the recorded answers."""
    answers: dict[str, object] = YAML(typ="safe").load((root / ANSWERS_FILE).read_text(encoding="utf-8"))
    return answers


def test_init_shows_what_it_found_writes_the_sop_and_says_what_is_next(app: Path) -> None:
    """The real template, from this checkout, without a question; the result is a valid policy."""
    done = mainstay("init", "--defaults", "--data", "on_call=['@ana', '@bo']", cwd=app)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "platform         vercel      vercel.json (settings of Vercel)" in lines
    assert any(line.startswith("  .github/workflows/") and "backup.yml" in line for line in lines)
    assert "  2. Ask the audit what a human still has to do:  mainstay audit" in lines
    answers = answers_in(app)
    assert (answers["platform"], answers["package_manager"], answers["project_name"]) == (
        "vercel",
        "pnpm",
        "shop",
    )
    assert answers["ecosystems"] == ["github-actions", "npm"]
    assert load_policy(app).team.on_call == ["@ana", "@bo"]
    assert git(app, "diff", "--name-only") == ""


def test_a_second_init_is_sent_to_copier_update(app: Path) -> None:
    """Ends with 1, changes nothing, before anything is rendered."""
    commit(app, {ANSWERS_FILE: "_commit: v1.0.0\n_src_path: gh:acme/sop\n"})

    done = mainstay("init", cwd=app)

    assert done.returncode == 1
    assert "mainstay plan, then mainstay update" in done.stderr
    assert git(app, "status", "--porcelain") == ""


def test_outside_git_init_says_what_to_do(tmp_path: Path) -> None:
    """Ends with 1."""
    done = mainstay("init", cwd=tmp_path)

    assert done.returncode == 1
    assert "hint: make it one first: git init" in done.stderr


def test_uncommitted_work_is_listed(app: Path) -> None:
    """And left alone."""
    write(app, {"draft.txt": "x"})

    done = mainstay("init", "--defaults", cwd=app)

    assert done.returncode == 1
    assert "  draft.txt" in done.stderr
    assert not (app / ANSWERS_FILE).exists()


def test_existing_files_are_listed_with_both_ways_out_and_can_be_kept(app: Path, small: list[str]) -> None:
    """Nothing is replaced unasked."""
    commit(app, {"docs/maintenance/README.md": "# Ours\n"})

    refused = mainstay("init", "--defaults", *small, cwd=app)
    kept = mainstay("init", "--defaults", "--keep-existing", *small, cwd=app)

    assert refused.returncode == 1
    assert "  docs/maintenance/README.md" in refused.stderr
    assert "--keep-existing" in refused.stderr
    assert kept.returncode == 0
    assert "kept as they were: docs/maintenance/README.md" in kept.stdout
    assert (app / "docs/maintenance/README.md").read_text(encoding="utf-8") == "# Ours\n"


OWN = """\
version: 2
updates:
- package-ecosystem: npm  # hourly is too much
  directory: /
  schedule: {interval: daily}
"""


def test_an_existing_dependabot_yml_gets_what_it_lacks(app: Path) -> None:
    """The real template: it is no reason to refuse, each addition is told, and the entry stays as it was."""
    commit(app, {".github/dependabot.yml": OWN})

    done = mainstay("init", "--defaults", cwd=app)

    assert done.returncode == 0, done.stderr
    assert "merged, your entries stay: .github/dependabot.yml" in done.stdout
    assert "note: .github/dependabot.yml:5 github-actions in / had no entry" in done.stdout
    text = (app / ".github/dependabot.yml").read_text(encoding="utf-8")
    assert text.startswith(OWN + "  cooldown:\n    default-days: 7\n")
    assert [update["package-ecosystem"] for update in YAML(typ="safe").load(text)["updates"]] == [
        "npm",
        "github-actions",
    ]
    assert mainstay("dependabot", "check", cwd=app).returncode == 0


def test_an_existing_dependabot_yml_can_be_kept(app: Path) -> None:
    """As every other file."""
    commit(app, {".github/dependabot.yml": OWN})

    done = mainstay("init", "--defaults", "--keep-existing", cwd=app)

    assert done.returncode == 0
    assert (app / ".github/dependabot.yml").read_text(encoding="utf-8") == OWN


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (".github/dependabot.yml", "version: 2\nupdates: [\n", "not valid YAML"),
        (".github/dependabot.yaml", OWN, "git mv .github/dependabot.yaml .github/dependabot.yml"),
    ],
)
def test_a_dependabot_yml_that_cannot_be_merged_stops_everything(
    app: Path, path: str, text: str, message: str
) -> None:
    """Nothing is written, not even what has nothing to do with it."""
    commit(app, {path: text})

    done = mainstay("init", "--defaults", cwd=app)

    assert done.returncode in {1, 2}
    assert message in done.stderr
    assert git(app, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "plattform=fly"], "did you mean platform?"),
        (["--data", "platform=moon"], "platform: 'moon' is not in"),
        (["--data", "platform"], "is not KEY=VALUE"),
        (["--data", "on_call=@ana"], "an answer is not YAML: found character '@'"),
        (["--data", "on_call=[ana]"], "on_call: ana is not a handle such as @ana"),
        (["--keep-existing", "--overwrite"], "exclude each other"),
        (["--source", "https://user:s3cretword@github.com/a/b"], "holds credentials"),
        (["--ref", "--upload-pack=x"], "is not a tag, branch or commit"),
    ],
)
def test_a_wrong_request_ends_with_2_and_changes_nothing(
    app: Path, small: list[str], words: list[str], message: str
) -> None:
    """Each with a message that helps, and without the secret that somebody typed."""
    done = mainstay("init", "--defaults", *small, *words, cwd=app)

    assert done.returncode == 2
    assert message in done.stderr
    assert "s3cretword" not in done.stderr + done.stdout
    assert git(app, "status", "--porcelain") == ""


def test_a_dry_run_writes_nothing(app: Path, small: list[str]) -> None:
    """It shows the tree that would be made."""
    done = mainstay("init", "--defaults", "--dry-run", *small, cwd=app)

    assert "Would create 2 files" in done.stdout
    assert git(app, "status", "--porcelain") == ""


def at_a_terminal(app: Path, monkeypatch: pytest.MonkeyPatch, typed: str, *words: str) -> Result:
    """Run init as if somebody typed the answers."""
    monkeypatch.setattr(command, "_is_terminal", lambda: True)
    return CliRunner().invoke(command.init, [str(app), *words], input=typed)


def test_at_a_terminal_only_what_cannot_be_known_is_asked(
    app: Path, small: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time zone, people and addresses; what was detected or given is not asked again."""
    typed = "Europe/Berlin\n@acme/dev\n@ana, @bo\n\n"

    result = at_a_terminal(app, monkeypatch, typed, "--data", "status_page=https://x.example.com", *small)

    assert result.exit_code == 0, result.output
    asked = re.findall(r"^(\w+)(?: [(\[].*)?: ", result.output, re.MULTILINE)
    assert [key for key in asked if key != "note"] == ["timezone", "dev_team", "on_call", "production_url"]
    answers = answers_in(app)
    assert (answers["timezone"], answers["dev_team"], answers["on_call"]) == (
        "Europe/Berlin",
        "@acme/dev",
        ["@ana", "@bo"],
    )
    assert (answers["tech_lead"], answers["production_url"]) == ("@acme/dev", "")


def test_at_a_terminal_doubts_are_asked_and_wrong_answers_asked_again(
    app: Path, small: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two platforms were found: a person decides. A handle without @ is refused by the template and asked once more."""
    commit(app, {"fly.toml": ""})
    typed = "moon\nfly\n\nacme\n\n\n\n@acme/dev\n"

    result = at_a_terminal(app, monkeypatch, typed, *small)

    assert result.exit_code == 0, result.output
    assert (answers_in(app)["platform"], answers_in(app)["dev_team"]) == ("fly", "@acme/dev")


def test_without_a_terminal_doubts_are_said(app: Path, small: list[str]) -> None:
    """And how to decide them; the answer that claims nothing is taken."""
    commit(app, {"fly.toml": ""})

    done = mainstay("init", *small, cwd=app)

    assert "note: not decided: --data platform=other" in done.stdout
    assert answers_in(app)["platform"] == "other"
