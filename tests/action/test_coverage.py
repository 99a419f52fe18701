"""Every input and every output of the Action does something, and no value of an input does anything else."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.action_page import ACTION
from helpers.composite import ActionRun
from helpers.debian import Debian
from helpers.rendering import render
from helpers.workflow_log import commands_in
from mainstay.action.__main__ import main
from mainstay.errors import ExitCode

Given = dict[str, str]
VERSIONS = {"postgresql": "16", "mariadb": "11.4", "mysql": "8.4", "mongodb": "8.0"}
INPUTS: dict[str, tuple[Given, Given, Callable[[ActionRun], object]]] = {
    # input -> two ways to set it and others, and what differs then
    "command": ({"command": "audit"}, {"command": "prune"}, lambda run: "SOP-603 audit" in run.summary),
    "path": (
        {"command": "audit", "path": "."},
        {"command": "audit", "path": "docs"},
        lambda run: json.loads(run.outputs["report"]),
    ),
    "database": (
        {"command": "backup", "database": ""},
        {"command": "backup", "database": "other"},
        lambda run: "DATABASE_URL is not set" in run.summary.replace("&#95;", "_"),
    ),
    "fail-on": (
        {"command": "audit", "fail-on": "low"},
        {"command": "audit", "fail-on": "critical"},
        lambda run: run.outputs["result"],
    ),
    **{
        engine: (
            {"command": "backup", engine: version},
            {"command": "backup"},
            lambda run: re.findall(r"Programs of \w+: ", run.summary),
        )
        for engine, version in VERSIONS.items()
    },
}
OUTPUTS: dict[str, Callable[[ActionRun], bool]] = {
    "result": lambda run: run.outputs["result"] == "failed",
    "report": lambda run: json.loads(run.outputs["report"])["high"] >= 0,
    "sarif": lambda run: json.loads(Path(run.outputs["sarif"]).read_text())["version"] == "2.1.0",
}
CORPUS = (
    "--help",
    "-rf /",
    "$(touch pwned)",
    "`touch pwned`",
    "x; touch pwned",
    "x' || touch pwned || '",
    'x"\ntouch pwned\n"',
    "x\n::add-mask::a\n::error::b",
    "a\nresult=ok\nreport<<end",
    "../../../../etc",
    "${{ secrets.GITHUB_TOKEN }}",
    "%0A::set-output name=result::ok",
)


@pytest.fixture
def shop(debian: Debian) -> Debian:
    """A machine with every program, and a repository that has just adopted the SOP."""
    render(debian.runner.workspace, backup_store="s3://b/p")
    for name, says in {
        "mariadb-dump": "mariadb-dump from 11.4.3-MariaDB",
        "mysqldump": "mysqldump  Ver 8.4.2",
        "mongodump": "mongodump version: 100.10.0",
    }.items():
        debian.program(name, says, here=True)
    debian.have_postgresql("pg_dump", "pg_dump (PostgreSQL) 16.4")
    return debian


def test_every_input_and_output_has_its_row() -> None:
    """All of action.yml: what is added there is added here."""
    assert INPUTS.keys() == ACTION["inputs"].keys()
    assert OUTPUTS.keys() == ACTION["outputs"].keys()


@pytest.mark.parametrize("name", INPUTS)
def test_every_input_has_an_effect(shop: Debian, name: str) -> None:
    """Set in one way and in another, the run differs."""
    one, other, seen = INPUTS[name]

    runs = [
        shop.runner.run(**{key.replace("-", "_"): value for key, value in each.items()})
        for each in (one, other)
    ]

    assert seen(runs[0]) != seen(runs[1]), runs[0].log + runs[1].log


def test_every_output_is_given(shop: Debian) -> None:
    """By one audit that finds something."""
    run = shop.runner.run(command="audit", fail_on="low")

    assert [name for name, given in OUTPUTS.items() if not given(run)] == []


@pytest.mark.parametrize("value", CORPUS)
def test_nothing_in_any_input_comes_alive(shop: Debian, value: str) -> None:
    """Each input in turn: refused, nothing started, nothing but our own error told, no later step changed."""
    for name in ACTION["inputs"]:
        inputs = {"command": "backup", "path": "."} | {name: value}

        run = shop.runner.run(**{key.replace("-", "_"): given for key, given in inputs.items()})

        assert run.failed, name
        assert run.outputs["result"] in {"usage", "failed"}, name
        assert {command.name for command in commands_in(run.log)} <= {"error"}, name
        assert run.changed_job == "", name
    assert not list(shop.folder.rglob("pwned"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(name=st.sampled_from(["command", "path", "database", "fail-on"]), value=st.text(max_size=60))
def test_no_text_at_all_gets_through(tmp_path: Path, name: str, value: str) -> None:
    """What is not exactly what an input may be ends as a refusal that quotes it, harmlessly."""
    given_inputs = {"command": "prune", "path": ".", name: value}
    log = io.StringIO()
    environ = {f"MAINSTAY_INPUT_{key.upper().replace('-', '_')}": text for key, text in given_inputs.items()}

    code = main({"GITHUB_WORKSPACE": str(tmp_path), **environ}, log)

    assert code != ExitCode.OK  # there is no policy, so nothing is ever done
    assert {command.name for command in commands_in(log.getvalue())} <= {"error", "warning"}
