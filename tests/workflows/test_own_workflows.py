"""The workflows of this project, run to their end.

What act does not do as GitHub does, and what that means here:

- It has one machine, which stands for ubuntu, macOS and Windows alike. That the others can run it is not shown here.
- The self-test's job with a database of the runner's image is not run; the emitted backup and drill are.
- When a called workflow fails, the run ends there; on GitHub the jobs after it with `if: always()` still run. There the
  gate is shut by the result of that job; here by the run's own. `.github/tell` is started by hand for a failure.
- Nothing is signed and nothing reaches PyPI: what would be signed and uploaded is looked at, in the order of the jobs.
- `environment: release` asks nobody.
- Of ci.yml the scripts are replaced: each says that it ran, or fails. Whether they pass is what this very suite shows.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from helpers.act import Runner, Scene, own_runner
from helpers.rendering import REPOSITORY
from mainstay import __version__
from mainstay.platform import process

RECORD = '#!/bin/sh\necho "$(basename "$0") $*" >> {log}\n{then}\n'
CALLED = "on: {workflow_call: {}}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps: [{run: '%s'}]\n"
SELFTEST = ".github/workflows/selftest.yml"
OWN_ENVIRONMENT = f'#!/bin/sh\nln -sfn {REPOSITORY}/.venv "$(dirname "$0")/../.venv"\n'
"""In the place of script/bootstrap: the environment that this test runs in."""


def recorder(log: Path, then: str = "") -> str:
    """Return a script that keeps how it was called."""
    return RECORD.format(log=log, then=then)


def lines(log: Path) -> list[str]:
    """Return what was called, in order."""
    return log.read_text().splitlines() if log.exists() else []


def stand_in(scene: Scene, name: str, log: Path, then: str = "") -> str:
    """Put a program in the place of one that reaches the world, and return the PATH that has it first."""
    script = scene.folder / "bin" / name
    script.parent.mkdir(exist_ok=True)
    script.write_text(recorder(log, then))
    script.chmod(0o755)
    return f"{script.parent}:{scene.machine.environment()['PATH']}"


def ci(scene: Scene, *, fails: str = "", selftest: str = "true") -> tuple[Runner, Path]:
    """Return a runner of this repository whose scripts keep a record, and one of them fails."""
    log = scene.folder / "log"
    scripts = ("script/lint", ".ci/run", "script/test-wheel", "script/demo")
    replaced = {name: recorder(log, "exit 1" if name == fails else "") for name in scripts}
    runner = own_runner(scene, **replaced, **{SELFTEST: CALLED % selftest})
    runner.environment["PATH"] = stand_in(scene, "sudo", scene.folder / "sudo")
    return runner, log


def test_ci_runs_everything_on_everything(scene: Scene) -> None:
    """Each script once, the wheel on four Pythons and three systems; then the gate opens."""
    runner, log = ci(scene)

    run = runner.run("ci.yml", "pull_request")

    assert (run.code, run.jobs["gate"]) == (0, "success"), run.log
    called = lines(log)
    assert {line.split()[0] for line in called} == {"lint", "run", "test-wheel", "demo"}
    assert len([line for line in called if line.startswith("test-wheel")]) == 12
    pythons = [used["python-version"] for used in runner.stubs.used("actions/setup-python")]
    assert sorted(set(pythons)) == ["3.11", "3.12", "3.13", "3.14"]


def test_the_gate_stays_shut_when_a_job_fails(scene: Scene) -> None:
    """One of many is enough."""
    runner, _ = ci(scene, fails="script/demo")

    run = runner.run("ci.yml", "pull_request")

    assert (run.code, run.jobs["demo"], run.jobs["gate"]) == (1, "failure", "failure"), run.log


def test_a_self_test_that_fails_makes_ci_red(scene: Scene) -> None:
    """It is a workflow of its own, which this one calls."""
    runner, _ = ci(scene, selftest="false")

    assert runner.run("ci.yml", "pull_request").code == 1


def test_the_self_test_runs_our_action_and_sees_its_refusals(scene: Scene) -> None:
    """`uses: ./`: the Action out of the checkout, as its own workflow uses it."""
    runner = own_runner(scene)

    audit = runner.run("selftest.yml", words=("--job=audit", "--matrix=system:ubuntu-24.04"))
    refusal = runner.run("selftest.yml", words=("--job=refusal",))

    assert (audit.code, audit.jobs) == (0, {"audit": "success"}), audit.log
    assert (refusal.code, refusal.jobs) == (0, {"refusal": "success"}), refusal.log
    assert refusal.steps["refusal", "An option where a folder belongs"] == "failure"


def test_a_scheduled_success_closes_the_issue(scene: Scene) -> None:
    """GitHub's program is a stand-in that knows of one open issue."""
    log = scene.folder / "log"
    runner = own_runner(scene, **{SELFTEST: CALLED % "true"})
    runner.environment["PATH"] = stand_in(scene, "gh", log, "if [ $2 = list ]; then echo 7; fi")

    run = runner.run("scheduled.yml", "schedule")

    assert (run.code, run.jobs["tell"]) == (0, "success"), run.log
    assert lines(log)[1].startswith("gh issue close 7 --comment It passes again: https://")


@pytest.mark.parametrize(
    ("result", "number", "told"),
    [
        ("failure", "", "gh issue create --title The scheduled self-test fails"),
        ("cancelled", "7", "gh issue comment 7 --body It ended with `cancelled` again: https://run"),
        ("success", "", ""),
    ],
)
def test_a_scheduled_failure_keeps_one_issue(scene: Scene, result: str, number: str, told: str) -> None:
    """Opened once and then commented; nothing when there is nothing to say."""
    log = scene.folder / "log"
    path = stand_in(scene, "gh", log, f"if [ $2 = list ]; then echo '{number}'; fi")

    process.run([REPOSITORY / ".github/tell", result, "https://run"], env={"PATH": path})

    said = lines(log)[1:]
    assert len(said) == bool(told)
    assert all(line.startswith(told) for line in said)


def test_what_is_known_about_us_is_asked(scene: Scene) -> None:
    """CodeQL for both languages, zizmor's findings as SARIF, dependencies of a pull request only."""
    runner = own_runner(scene, **{"script/bootstrap": OWN_ENVIRONMENT})
    runner.environment["ZIZMOR_OFFLINE"] = "true"  # it may not ask GitHub here

    run = runner.run("security.yml", "push")

    assert run.jobs["gate"] == "success", run.log
    assert "dependencies" not in run.jobs
    assert sorted(used["languages"] for used in runner.stubs.used("github/codeql-action/init")) == [
        "actions",
        "python",
    ]
    uploaded = json.loads((scene.folder / "stubs/uploaded.sarif").read_text())
    assert uploaded["runs"][0]["tool"]["driver"]["name"] == "zizmor"


def release(scene: Scene, *, tests: str = "") -> tuple[Runner, Path, str]:
    """Return a runner at a tag of this version, with stand-ins for what reaches the world."""
    log = scene.folder / "log"
    changelog = (REPOSITORY / "CHANGELOG.md").read_text().replace("## [Unreleased]", f"## [{__version__}]")
    runner = own_runner(
        scene,
        **{
            "script/bootstrap": OWN_ENVIRONMENT,
            "script/test-wheel": recorder(log, tests or "ls dist/*.whl"),
            **dict.fromkeys(
                ("script/test-servers", "script/linters", "script/test-workflows"), "#!/bin/sh\n"
            ),
            "script/uv": f"#!/bin/sh\necho {scene.folder}/bin/uv\n",
            "CHANGELOG.md": changelog,
        },
    )
    tag = f"v{__version__}"
    repository = runner.repository
    repository.git("tag", "-a", tag, "-m", tag)
    repository.git("update-ref", "refs/heads/main", "HEAD")
    stand_in(scene, "uv", log)
    runner.environment["PATH"] = stand_in(scene, "gh", log)
    return runner, log, tag


def test_a_release_is_built_tested_signed_and_published_in_this_order(scene: Scene) -> None:
    """What is signed is what was tested, and what is published is what was signed."""
    runner, log, tag = release(scene)

    run = runner.run("release.yml", "push", payload={"ref": f"refs/tags/{tag}"})

    assert (run.code, run.jobs.get("gate")) == (0, "success"), run.log
    called = lines(log)
    assert [re.split(r"[ ]", line)[0] for line in called] == ["test-wheel", "uv", "gh", "gh", "gh"]
    assert called[0] == "test-wheel --all --wheel dist"
    assert called[1].startswith("uv publish --trusted-publishing always dist/mainstay-")
    assert called[2].startswith(f"gh release create {tag} --verify-tag --draft")
    signed = runner.stubs.used("actions/attest")
    assert [used["sbom-path"] for used in signed] == ["", "dist/sbom.cdx.json"]


def test_a_wheel_that_fails_its_tests_is_published_nowhere(scene: Scene) -> None:
    """Nothing is signed either."""
    runner, log, tag = release(scene, tests="exit 1")

    run = runner.run("release.yml", "push", payload={"ref": f"refs/tags/{tag}"})

    assert (run.code, run.jobs.get("gate")) == (1, "failure"), run.log
    assert [line.split()[0] for line in lines(log)] == ["test-wheel"]
    assert runner.stubs.used("actions/attest") == []
