"""Runs whole workflows off GitHub: `act` in host mode, with stubs for what others publish and our Action as it is now.

`script/test-workflows` builds act. Where it does not do what GitHub does is said beside the tests that notice.
"""

from __future__ import annotations

import json
import os
import re
import subprocess  # noqa: TID251 - the test stands where GitHub stands
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.github.state import REPOSITORY as REPOSITORY_NAME
from fakes.github.state import FakeGitHub
from helpers.policies import changed
from helpers.rendering import REPOSITORY, render
from helpers.required import missing
from helpers.stubs import Stubs, working_tree
from helpers.workflow_log import Command
from mainstay.platform.git import Repository
from mainstay.platform.postgres_installs import find_bin
from mainstay.policy import POLICY_PATH

TOOLS = REPOSITORY / ".tools"
RUNNERS = ("ubuntu-24.04", "macos-15", "windows-2025", "self-hosted")
"""Labels of machines; this one stands for each of them."""
TOOK: list[tuple[str, float]] = []
"""How long each workflow of this test took, in seconds."""
_MACHINE = ("SSL_CERT_FILE", "SSL_CERT_DIR", "LANG")
"""What a runner machine has of its own: act hands its whole environment to every step."""
_UNKNOWN_TO_ACT = re.compile(r"^ +vulnerability-alerts: read.*\n", re.MULTILINE)
"""A permission that GitHub has had since September 2026. None means anything to act: the fake decides."""
_FIXED = (
    "--json",
    "--no-skip-checkout",  # our stub checks out from git, as the real one does
    "--action-offline-mode",
    "--no-cache-server",
    "--pull=false",
    "--concurrent-jobs=2",
)


@dataclass(frozen=True)
class WorkflowRun:
    """What a run left behind.

    Attributes:
        code: What act ended with: 0 when every job did.
        jobs: Job -> success or failure; a job that was skipped is not there.
        steps: (Job, name of the step) -> success, failure or skipped.
        commands: The workflow commands that took effect.
        summary: What all steps wrote for people.
        log: Everything that was printed.
        seconds: How long it took.
    """

    code: int
    jobs: dict[str, str]
    steps: dict[tuple[str, str], str]
    commands: list[Command]
    summary: str
    log: str
    seconds: float

    def said(self, level: str) -> list[str]:
        """Return the texts of the annotations of this level."""
        return [command.data for command in self.commands if command.name == level]


@dataclass(frozen=True)
class Machine:
    """What all runs of a session share.

    Attributes:
        action: A copy of the Action as it is in the working tree.
        home: The home of the runner's user; what is installed is cached there.
    """

    action: Path
    home: Path

    def environment(self) -> dict[str, str]:
        """Return what the machine sets for every step: it has PostgreSQL 16, and its stores speak HTTP."""
        postgresql = str(find_bin(16, "postgres").parent)
        return {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "MAINSTAY_POSTGRES_BIN": postgresql,
            "AWS_ALLOW_HTTP": "true",
        }


@dataclass(frozen=True)
class Scene:
    """What one test runs workflows with: a folder of its own, the machine, and whose API is asked."""

    folder: Path
    machine: Machine
    github: FakeGitHub


@dataclass
class Runner:
    """A machine that runs the workflows of the repository in `root`.

    Attributes:
        root: A git repository with everything committed.
        folder: For everything that act and the steps leave.
        stubs: What stands for the Actions of others.
        companions: Our own Action: `owner/name@ref` -> its folder.
        github: Whose API is asked.
        environment: What the machine sets for every step.
    """

    root: Path
    folder: Path
    stubs: Stubs
    companions: dict[str, Path]
    github: FakeGitHub
    environment: dict[str, str]

    @property
    def repository(self) -> Repository:
        """The repository whose workflows are run."""
        return Repository(self.root)

    def run(
        self,
        workflow: str,
        event: str = "workflow_dispatch",
        *,
        secrets: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        payload: Mapping[str, Any] | None = None,
        words: tuple[str, ...] = (),
    ) -> WorkflowRun:
        """Run a workflow to its end, as this event starts it."""
        github = self.github.environ()
        tokens = {"GITHUB_TOKEN": github["GITHUB_TOKEN"], **(secrets or {})}
        files = {
            "--secret-file": _dotenv(self.folder / "secrets", tokens),
            "--var-file": _dotenv(self.folder / "variables", variables or {}),
            "--env-file": _dotenv(self.folder / "env", {"GITHUB_API_URL": github["GITHUB_API_URL"]}),
            "--input-file": _dotenv(self.folder / "inputs", {}),
            "--eventpath": _event(self.folder / "event.json", payload or {}),
            "--action-cache-path": self.folder / "cache",
            "--workflows": self.root / ".github/workflows" / workflow,
            "--directory": self.root,
        }
        argv: list[str | Path] = [_program(), event, *_FIXED, *words]
        for option, value in files.items():
            argv += [option, value]
        argv += [f"--platform={name}=-self-hosted" for name in RUNNERS]
        argv += [
            f"--local-repository={name}={folder}"
            for name, folder in (self.stubs.make() | self.companions).items()
        ]
        began = time.monotonic()
        done = subprocess.run(
            argv,
            cwd=self.folder,
            env=self._whole_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=600,
            check=False,
        )
        seconds = time.monotonic() - began
        TOOK.append((workflow, seconds))
        return _read(done.returncode, done.stdout, done.stderr, seconds)

    def _whole_environment(self) -> dict[str, str]:
        own = {name: os.environ[name] for name in _MACHINE if name in os.environ}
        return {
            **own,
            "TMPDIR": str(self.folder),
            "GIT_CONFIG_GLOBAL": os.environ["GIT_CONFIG_GLOBAL"],
            **self.environment,
        }


def _program() -> Path:
    found = sorted(TOOLS.glob("act-*/act"))
    return found[-1] if found else missing("act", "script/test-workflows did not build it")


def _dotenv(file: Path, values: Mapping[str, str]) -> Path:
    file.write_text("".join(f"{name}={json.dumps(value)}\n" for name, value in values.items()))
    return file


def _event(file: Path, payload: Mapping[str, Any]) -> Path:
    file.write_text(json.dumps(payload))
    return file


def _read(code: int, stdout: str, stderr: str, seconds: float) -> WorkflowRun:
    entries = list(_entries(stdout))
    return WorkflowRun(
        code,
        {entry["jobID"]: entry["jobResult"] for entry in entries if "jobResult" in entry},
        {
            (entry["jobID"], entry["step"]): entry["stepResult"]
            for entry in entries
            if "stepResult" in entry and entry.get("stage") == "Main" and len(entry["stepID"]) == 1
        },
        [
            Command(entry["command"], dict(entry.get("kvPairs") or {}), entry["arg"])
            for entry in entries
            if entry.get("command") not in {None, "ignored"} and "arg" in entry
        ],
        "".join(entry["content"] for entry in entries if entry.get("command") == "summary"),
        "".join(f"{entry.get('msg', '').rstrip()}\n" for entry in entries) + stderr,
        seconds,
    )


def _entries(stdout: str) -> Iterator[dict[str, Any]]:
    for line in stdout.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def runner_for(
    scene: Scene, settings: Mapping[str, str], changes: tuple[tuple[str, str], ...] = (), **answers: object
) -> Runner:
    """Return a runner of a repository that adopted the SOP with these answers and these changes of its policy."""
    root = render(scene.folder / "shop", **answers)
    policy = root / POLICY_PATH
    policy.write_text(changed(policy.read_text(encoding="utf-8"), *changes), encoding="utf-8")
    return _runner(scene, root, settings, dict.fromkeys(_companions(root), scene.machine.action))


def own_runner(scene: Scene, **replaced: str) -> Runner:
    """Return a runner of this very repository, with the content of some files replaced: path -> content."""
    root = working_tree(scene.folder / "mainstay", everything=True)
    for name, text in replaced.items():
        (root / name).write_text(text)
        (root / name).chmod(0o755)
    return _runner(scene, root, {}, {})


def _runner(scene: Scene, root: Path, settings: Mapping[str, str], companions: dict[str, Path]) -> Runner:
    for workflow in (root / ".github/workflows").glob("*.yml"):
        workflow.write_text(_UNKNOWN_TO_ACT.sub("", workflow.read_text(encoding="utf-8")), encoding="utf-8")
    repository = Repository(root)
    for words in (
        ["init", "-q"],
        ["remote", "add", "origin", f"https://github.com/{REPOSITORY_NAME}"],
        ["add", "--all"],
        ["commit", "-q", "-m", "Adopt"],
    ):
        repository.git(*words)
    stubs = Stubs(scene.folder / "stubs", {"STUB_REPOSITORY": str(root), **settings})
    return Runner(root, scene.folder, stubs, companions, scene.github, scene.machine.environment())


def _companions(root: Path) -> list[str]:
    """Return how the emitted workflows name our Action."""
    texts = [path.read_text(encoding="utf-8") for path in (root / ".github/workflows").glob("*.yml")]
    return sorted({found for text in texts for found in re.findall(r"uses: (OWNER/REPO@\S+)", text)})
