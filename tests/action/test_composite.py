from __future__ import annotations

import json
import os
import re
import stat
import sys
from pathlib import Path

import pytest

from helpers.composite import Runner, evaluate
from helpers.postgres import Database
from helpers.rendering import REPOSITORY, render
from helpers.workflow_log import commands_in
from mainstay.policy import POLICY_PATH

INSTALL = "apt-get install --yes --no-install-recommends"
REPOSITORY_OF_POSTGRESQL = "/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh"
HIJACK = "import pathlib; pathlib.Path('{marker}').write_text('hijacked'); raise SystemExit('hijacked')\n"


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner with a checkout of a repository that has just adopted the SOP."""
    temp = tmp_path / "temp"
    temp.mkdir()
    return Runner(REPOSITORY, render(tmp_path / "app"), temp)


def test_the_action_audits_a_hostile_checkout(runner: Runner, tmp_path: Path) -> None:
    """Every step runs for real. Neither the checkout nor the caller's settings take part; nothing stays behind."""
    marker = tmp_path / "hijacked"
    for name in ("sitecustomize", "usercustomize", "json", "venv", "pip", "mainstay", "encodings"):
        (runner.workspace / f"{name}.py").write_text(HIJACK.format(marker=marker))
    (runner.workspace / "uv.toml").write_text('index-url = "https://index.invalid/simple"\n')
    (runner.workspace / "pip.conf").write_text("[global]\nindex-url = https://index.invalid/simple\n")
    (runner.workspace / ".python-version").write_text("2.7\n")
    hostile = str(runner.workspace)
    runner.env = {
        "PYTHONPATH": hostile,
        "PYTHONHOME": hostile,
        "PYTHONSTARTUP": f"{hostile}/json.py",
        "PIP_INDEX_URL": "https://index.invalid/simple",
        "PIP_REQUIRE_VIRTUALENV": "x",
        "UV_INDEX_URL": "https://index.invalid/simple",
        "UV_PYTHON": "2.7",
        "UV_CONFIG_FILE": f"{hostile}/uv.toml",
        "VIRTUAL_ENV": hostile,
    }

    run = runner.run(command="audit", fail_on="critical")

    assert run.outcomes == {
        "install": "success",
        "step-1": "skipped",
        "run": "success",
        "step-3": "success",
    }, run.log + run.summary
    assert not marker.exists()
    assert "SOP-603 audit" in run.summary
    assert json.loads(run.outputs["report"]).keys() == {"low", "medium", "high", "critical"}
    assert run.changed_job == ""
    assert not list(runner.temp.glob("mainstay.*"))


def test_a_refused_input_ends_in_a_verdict(runner: Runner, tmp_path: Path) -> None:
    """The step fails, says which input, and cleans up."""
    runner.folder = _installed_already(tmp_path)

    run = runner.run(command="audit", path="$(touch pwned)\n::add-mask::a")

    assert run.outcomes["run"] == "failure"
    assert run.outputs["result"] == "usage"
    assert [command.name for command in commands_in(run.log)] == ["error"]
    assert not (runner.workspace / "pwned").exists()
    assert not list(runner.temp.glob("mainstay.*"))


def test_a_backup_and_its_drill_run_as_the_workflows_run_them(
    runner: Runner, tmp_path: Path, database: Database
) -> None:
    """The drill has no secret of the database: it starts a server of its own."""
    policy = runner.workspace / POLICY_PATH
    text = re.sub(r"store: \S+", f"store: file://{tmp_path}/store", policy.read_text(encoding="utf-8"))
    policy.write_text(text, encoding="utf-8")
    (tmp_path / "store").mkdir()
    database.execute("CREATE TABLE cat AS SELECT n FROM generate_series(1, 1000) n")
    runner.folder = _installed_already(tmp_path)

    runner.env = {"DATABASE_URL": database.url}
    backup = runner.run(command="backup")
    runner.env = {}
    drill = runner.run(command="restore-drill", database="app")

    assert backup.outputs["result"] == "ok", backup.log
    assert drill.outputs["result"] == "ok", drill.log
    assert "1,000 rows in 1 table" in backup.summary
    assert (
        json.loads(drill.outputs["report"])["app"]["id"] == json.loads(backup.outputs["report"])["app"]["id"]
    )


def test_a_failed_installation_is_no_success(runner: Runner, tmp_path: Path) -> None:
    """Without a Python that is new enough nothing runs, and the last step says that nothing was proved."""
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    for program in ("bash", "sh", "env", "sed", "mktemp", "dirname", "rm"):
        found = next(
            Path(folder) / program for folder in os.get_exec_path() if (Path(folder) / program).exists()
        )
        (bin_dir / program).symlink_to(found)
    runner.env = {"PATH": str(bin_dir)}

    run = runner.run(command="audit")

    assert run.outcomes == {"install": "failure", "step-1": "skipped", "run": "skipped", "step-3": "success"}
    assert "no Python >= 3.11 found" in run.log
    assert run.outputs == {"result": "failed", "report": ""}
    assert "Nothing was proved" in run.summary
    assert not list(runner.temp.glob("mainstay.*"))


@pytest.mark.parametrize(
    ("command", "major", "wanted"),
    [
        ("backup", "99", ["apt-get --quiet update", f"{INSTALL} postgresql-client-99"]),
        ("restore-drill", "99", ["apt-get --quiet update", f"{INSTALL} postgresql-99"]),
        (
            "restore-drill",
            "98",
            [
                "apt-get --quiet update",
                f"{INSTALL} postgresql-common",
                f"{REPOSITORY_OF_POSTGRESQL} -y",
                f"{INSTALL} postgresql-98",
            ],
        ),
        ("audit", "99", []),
    ],
)
def test_the_programs_of_the_servers_version_are_installed(
    runner: Runner, tmp_path: Path, command: str, major: str, wanted: list[str]
) -> None:
    """A backup needs the client, a drill the server too, an audit neither. The package manager is a stand-in."""
    installed = tmp_path / "installed"
    (tmp_path / "bin").mkdir()
    known = "[ $2 != postgresql-98 ]"
    for program, body in {"sudo": f'echo "$@" >> {installed}', "apt-cache": known}.items():
        script = tmp_path / "bin" / program
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    runner.folder = _installed_already(tmp_path)
    runner.env = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}

    run = runner.run(command=command, postgresql=major)

    assert run.outcomes["step-1"] == "success", run.log
    assert (installed.read_text().splitlines() if installed.exists() else []) == wanted


@pytest.mark.parametrize("major", ["16; id", "$(id)", "-y", "9", "016"])
def test_a_version_that_is_none_is_refused(runner: Runner, tmp_path: Path, major: str) -> None:
    """It stands in the name of a package."""
    runner.folder = _installed_already(tmp_path)

    run = runner.run(command="backup", postgresql=major)

    assert run.outcomes["step-1"] == "failure"
    assert "is a major version such as 17" in run.log


def _installed_already(tmp_path: Path) -> Path:
    """Return a copy of the Action whose first step gives this test's own environment: another step is under test."""
    folder = tmp_path / "action"
    scripts = folder / "generator/mainstay/action"
    scripts.mkdir(parents=True)
    (folder / "action.yml").write_text((REPOSITORY / "action.yml").read_text())
    for script in (REPOSITORY / "generator/mainstay/action").glob("*.sh"):
        (scripts / script.name).write_text(script.read_text())
    (scripts / "install.sh").write_text(
        f'home=$(mktemp -d "$RUNNER_TEMP/mainstay.XXXXXX"); ln -s {sys.prefix} "$home/venv"\n'
        'echo "home=$home" >> "$GITHUB_OUTPUT"\n'
    )
    return folder


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("inputs.a != ''", True),
        ("inputs.b == ''", True),
        ("steps.run.outputs.result || 'failed'", "failed"),
        ("steps.install.outputs.home || 'none'", "/h"),
        ("success() && inputs.a == 'x' && (inputs.b || always())", True),
        ("'it''s'", "it's"),
    ],
)
def test_the_expressions_mean_what_github_means(expression: str, value: object) -> None:
    """The runner of these tests has to be right itself."""
    context = {
        "inputs": {"a": "x", "b": ""},
        "steps": {"run": {"outputs": {}}, "install": {"outputs": {"home": "/h"}}},
        "failed": False,
    }

    assert evaluate(expression, context) == value
