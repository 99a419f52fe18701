from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from helpers.composite import Runner, evaluate, installed_already
from helpers.postgres import Database
from helpers.rendering import REPOSITORY, render
from helpers.workflow_log import commands_in
from mainstay.policy import POLICY_PATH

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
    programs = runner.workspace / "node_modules/.bin"
    programs.mkdir(parents=True)
    for name in ("sh", "env", "sed", "mktemp", "python3", "git", "rm", "uv"):
        (programs / name).write_text(f"#!/bin/sh\necho hijacked > '{marker}'\n")
        (programs / name).chmod(0o755)
    (runner.workspace / "bashrc").write_text(f"echo hijacked > '{marker}'\n")
    hostile = str(runner.workspace)
    runner.env = {
        "PATH": f"node_modules/.bin:{programs}:.:{os.environ['PATH']}",
        "BASH_ENV": f"{hostile}/bashrc",
        "ENV": f"{hostile}/bashrc",
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
        "clients": "skipped",
        "run": "success",
        "cleanup": "success",
    }, run.log + run.summary
    assert not marker.exists()
    assert "SOP-603 audit" in run.summary
    assert json.loads(run.outputs["report"]).keys() >= {"critical", "high", "passed", "judged", "findings"}
    assert re.search(r"_Start-up: .* of CPU; packages (downloaded|from the cache)_", run.summary)
    assert run.changed_job == ""
    assert not list(runner.temp.glob("mainstay.*"))


def test_a_refused_input_ends_in_a_verdict(runner: Runner, tmp_path: Path) -> None:
    """The step fails, says which input, and cleans up."""
    runner.folder = installed_already(tmp_path / "action")

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
    runner.folder = installed_already(tmp_path / "action")

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

    assert run.outcomes == {
        "install": "failure",
        "clients": "skipped",
        "run": "skipped",
        "cleanup": "success",
    }
    assert "no Python >= 3.11 found" in run.log
    assert run.outputs == {"result": "failed", "report": "", "sarif": ""}
    assert "Nothing was proved" in run.summary
    assert not list(runner.temp.glob("mainstay.*"))


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
