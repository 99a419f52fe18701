"""Runs a composite Action as GitHub's runner does: every step in a real bash, with the expressions that we use."""

from __future__ import annotations

import os
import re
import subprocess  # noqa: TID251 - the test stands where the runner stands
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from helpers.rendering import REPOSITORY

_FILES = ("OUTPUT", "ENV", "PATH", "STATE", "STEP_SUMMARY")
_MACHINE = ("PATH", "HOME", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""What a runner machine has of its own; the rest of this test's environment is not passed on."""
_BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]
_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(\|\||&&|==|!=|\(|\))|([A-Za-z_][\w.-]*))")
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


@dataclass
class ActionRun:
    """What a run left behind."""

    outcomes: dict[str, str] = field(default_factory=dict)
    """Step -> success, failure or skipped."""
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    changed_job: str = ""
    """What was written to GITHUB_ENV, GITHUB_PATH or GITHUB_STATE."""

    @property
    def failed(self) -> bool:
        """Whether a step failed."""
        return "failure" in self.outcomes.values()


@dataclass
class Runner:
    """Runs the Action in `folder` on a checkout.

    Attributes:
        folder: Where `action.yml` is.
        workspace: The checkout.
        temp: RUNNER_TEMP.
        env: What the workflow sets on the step.
    """

    folder: Path
    workspace: Path
    temp: Path
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self, **inputs: str) -> ActionRun:
        """Run every step and return what is left behind."""
        action = YAML(typ="safe").load(self.folder / "action.yml")
        inputs = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert inputs.keys() <= action["inputs"].keys(), "no such input"
        given = {
            name: inputs.get(name, str(about.get("default", ""))) for name, about in action["inputs"].items()
        }
        run, steps = ActionRun(), dict[str, dict[str, dict[str, str]]]()
        for number, step in enumerate(action["runs"]["steps"]):
            name = step.get("id", f"step-{number}")
            context = {"inputs": given, "steps": steps, "failed": run.failed}
            steps[name] = {"outputs": {}}
            run.outcomes[name] = "skipped"
            if evaluate(_condition(step), context):
                run.outcomes[name], steps[name]["outputs"] = self._step(run, number, step, context)
        context = {"inputs": given, "steps": steps}
        run.outputs = {
            name: interpolate(about["value"], context) for name, about in action["outputs"].items()
        }
        return run

    def _step(
        self, run: ActionRun, number: int, step: Mapping[str, Any], context: Mapping[str, Any]
    ) -> tuple[str, dict[str, str]]:
        files = {kind: self.temp / f"{number}-{kind}" for kind in _FILES}
        for file in files.values():
            file.write_text("")
        script = self.temp / f"{number}.sh"
        script.write_text(interpolate(step["run"], context))
        assert step["shell"] == "bash"
        done = subprocess.run(
            [*_BASH, str(script)],
            cwd=self.workspace,
            env=self._environment(files)
            | {name: interpolate(str(value), context) for name, value in step.get("env", {}).items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        run.log += done.stdout
        run.summary += files["STEP_SUMMARY"].read_text()
        run.changed_job += "".join(files[kind].read_text() for kind in ("ENV", "PATH", "STATE"))
        return ("failure" if done.returncode else "success"), read_outputs(files["OUTPUT"].read_text())

    def _environment(self, files: Mapping[str, Path]) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in _MACHINE if name in os.environ},
            **{f"GITHUB_{kind}": str(file) for kind, file in files.items()},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self.folder),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            **self.env,
        }


def installed_already(folder: Path) -> Path:
    """Return a copy of the Action whose first step gives this test's own environment: another step is under test."""
    scripts = folder / "generator/mainstay/action"
    scripts.mkdir(parents=True)
    (folder / "action.yml").write_text((REPOSITORY / "action.yml").read_text())
    for script in (REPOSITORY / "generator/mainstay/action").glob("*.sh"):
        (scripts / script.name).write_text(script.read_text())
    (scripts / "install.sh").write_text(
        'home=$(mktemp -d "$RUNNER_TEMP/mainstay.XXXXXX")\n'
        f'printf "home=%s\\npython=%s\\n" "$home" {sys.executable} >> "$GITHUB_OUTPUT"\n'
    )
    return folder


def _condition(step: Mapping[str, Any]) -> str:
    condition = str(step.get("if", "success()"))
    return (
        condition
        if re.search(r"\b(always|success|failure)\(\)", condition)
        else f"success() && ({condition})"
    )


def read_outputs(text: str) -> dict[str, str]:
    """Return what the runner reads from a GITHUB_OUTPUT file."""
    outputs = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if match := re.fullmatch(r"([^=]+?)<<(.+)", line):
            value = []
            for inner in lines:
                if inner == match[2]:
                    break
                value.append(inner)
            else:
                raise ValueError(f"{match[1]} has no end")
            outputs[match[1]] = "\n".join(value)
        elif line:
            name, _, outputs_value = line.partition("=")
            outputs[name] = outputs_value
    return outputs


def interpolate(text: str, context: Mapping[str, Any]) -> str:
    """Return the text with each `${{ }}` replaced by its value."""
    return _EXPRESSION.sub(lambda match: str(evaluate(match[1], context)), text)


def evaluate(expression: str, context: Mapping[str, Any]) -> Any:
    """Return the value of an expression: names, texts, `==`, `!=`, `&&`, `||` and the status functions."""
    tokens = [match.groups() for match in _TOKEN.finditer(expression.strip())]
    assert "".join(_TOKEN.sub("", expression.strip()).split()) == "", f"not understood: {expression}"
    value, rest = _either(tokens, context)
    assert not rest, f"not understood: {expression}"
    return value


_Tokens = list[tuple[str | None, ...]]


def _either(tokens: _Tokens, context: Mapping[str, Any]) -> tuple[Any, _Tokens]:
    value, tokens = _both(tokens, context)
    while tokens and tokens[0][1] == "||":
        other, tokens = _both(tokens[1:], context)
        value = value or other
    return value, tokens


def _both(tokens: _Tokens, context: Mapping[str, Any]) -> tuple[Any, _Tokens]:
    value, tokens = _comparison(tokens, context)
    while tokens and tokens[0][1] == "&&":
        other, tokens = _comparison(tokens[1:], context)
        value = value and other
    return value, tokens


def _comparison(tokens: _Tokens, context: Mapping[str, Any]) -> tuple[Any, _Tokens]:
    value, tokens = _operand(tokens, context)
    if tokens and tokens[0][1] in {"==", "!="}:
        operator = tokens[0][1]
        other, tokens = _operand(tokens[1:], context)
        value = (value == other) == (operator == "==")
    return value, tokens


def _operand(tokens: _Tokens, context: Mapping[str, Any]) -> tuple[Any, _Tokens]:
    (text, symbol, name), tokens = tokens[0], tokens[1:]
    if symbol == "(":
        value, tokens = _either(tokens, context)
        return value, tokens[1:]
    if text is not None:
        return text.replace("''", "'"), tokens
    assert name is not None
    if tokens and tokens[0][1] == "(":
        status = {"always": True, "success": not context["failed"], "failure": context["failed"]}
        return status[name], tokens[2:]
    value = context
    for part in name.split("."):
        value = value[part] if part in value or part in {"inputs", "steps"} else ""
    return value, tokens
