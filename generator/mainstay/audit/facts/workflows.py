"""The GitHub Actions workflows of the repository, as far as checks look into them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mainstay.audit.facts.files import RepositoryFiles
from mainstay.audit.facts.trees import line_of, mapping, parse_mapping, sequence
from mainstay.audit.model import Location, Unavailable

FOLDER = ".github/workflows/"
_MAX_WORKFLOWS = 200
_FALSE = re.compile(r"(\$\{\{)?\s*false\s*(\}\})?", re.IGNORECASE)
_AFTERMATH = re.compile(r"\b(failure|always|cancelled)\(\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A job or a step: the mapping, and where it stands."""

    name: str
    tree: Mapping[str, Any]
    at: Location

    @property
    def is_switched_off(self) -> bool:
        """Whether its condition is never true."""
        return "if" in self.tree and _FALSE.fullmatch(str(self.tree["if"]).strip()) is not None

    @property
    def may_fail_unseen(self) -> bool:
        """Whether its failure leaves the run green."""
        return str(self.tree.get("continue-on-error", False)).strip().lower() != "false"

    @property
    def follows_a_failure(self) -> bool:
        """Whether it runs because of what happened before, such as a notification."""
        return _AFTERMATH.search(str(self.tree.get("if", ""))) is not None

    def at_key(self, key: str) -> Location:
        """Return where one of its keys stands."""
        return Location(self.at.path, line_of(self.tree, key) if key in self.tree else self.at.line)


@dataclass(frozen=True, slots=True)
class Step(Block):
    """A step of a job."""

    @property
    def uses(self) -> str:
        """The action that it runs; empty for a script."""
        return str(self.tree.get("uses") or "")

    @property
    def run(self) -> str:
        """The script that it runs; empty for an action."""
        return str(self.tree.get("run") or "")

    @property
    def command(self) -> str:
        """What it asks of the companion Action; empty for every other step."""
        return str(mapping(self.tree.get("with")).get("command") or "") if self.uses else ""


@dataclass(frozen=True, slots=True)
class Job(Block):
    """A job of a workflow. A job that calls a reusable workflow has no steps."""

    steps: tuple[Step, ...]

    @property
    def environment(self) -> str:
        """The environment whose secrets it reads; empty for none."""
        value = self.tree.get("environment")
        return str(mapping(value).get("name") or "") if isinstance(value, dict) else str(value or "")


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow file."""

    path: str
    tree: Mapping[str, Any]
    jobs: tuple[Job, ...]

    @property
    def triggers(self) -> Mapping[str, Any]:
        """Event -> its settings."""
        on = self.tree["on"]
        return (
            mapping(on)
            if isinstance(on, dict)
            else dict.fromkeys([on] if isinstance(on, str) else sequence(on))
        )

    @property
    def crons(self) -> list[str]:
        """The cron expressions that it runs on."""
        return [str(mapping(item).get("cron")) for item in sequence(self.triggers.get("schedule"))]

    def at_key(self, key: str) -> Location:
        """Return where one of its top-level keys stands; the file when it has none."""
        return Location(self.path, line_of(self.tree, key) if key in self.tree else None)

    def steps(self) -> Iterator[Step]:
        """Yield the steps of all jobs."""
        return (step for job in self.jobs for step in job.steps)


@dataclass(frozen=True, slots=True)
class Workflows:
    """All workflows. Iteration ends in `Unavailable` when one of them could not be read."""

    readable: tuple[Workflow, ...]
    unreadable: Mapping[str, str]
    """Path -> why."""

    def __iter__(self) -> Iterator[Workflow]:
        yield from self.readable
        if self.unreadable:
            raise Unavailable("; ".join(self.unreadable.values()))

    def running(self, command: str, script: re.Pattern[str]) -> list[Workflow]:
        """Return the workflows with a step that gives the companion Action this command or runs such a script.

        Raises:
            Unavailable: There is none, and one that cannot be read may be it.
        """
        found = [each for each in self.readable if any(_does(step, command, script) for step in each.steps())]
        if not found and self.unreadable:
            raise Unavailable("; ".join(self.unreadable.values()))
        return found


def workflows(files: RepositoryFiles) -> Workflows:
    """Return the workflows."""
    readable: list[Workflow] = []
    unreadable: dict[str, str] = {}
    paths = [path for path in files.matching(f"{FOLDER}*.y*ml") if path.endswith((".yml", ".yaml"))]
    unreadable |= {
        path: f"{path} is one of more than {_MAX_WORKFLOWS} workflows" for path in paths[_MAX_WORKFLOWS:]
    }
    for path in paths[:_MAX_WORKFLOWS]:
        try:
            readable.append(parse_workflow(files.text(path), path))
        except Unavailable as error:
            unreadable[path] = str(error)
    return Workflows(tuple(readable), unreadable)


def parse_workflow(text: str, path: str) -> Workflow:
    """Return the workflow that `text` holds.

    Raises:
        Unavailable: It is no YAML, or has no `on`, no jobs, or a job without steps.
    """
    tree = parse_mapping(text, path)
    jobs = mapping(tree.get("jobs"))
    if not isinstance(tree.get("on"), str | list | dict) or not jobs:
        raise Unavailable(f"{path} is no workflow: it needs `on` and `jobs`")
    return Workflow(path, tree, tuple(_job(str(name), jobs, path) for name in jobs))


def _job(name: str, jobs: Mapping[str, Any], path: str) -> Job:
    tree, at = mapping(jobs[name]), Location(path, line_of(jobs, name))
    steps = tree.get("steps")
    if "uses" in tree and steps is None:
        return Job(name, tree, at, ())
    if not isinstance(steps, list) or not steps or not all(isinstance(step, dict) for step in steps):
        raise Unavailable(f"{at}: the job {name} has no list of steps")
    return Job(name, tree, at, tuple(_step(n, steps, path) for n in range(len(steps))))


def _step(number: int, steps: list[Any], path: str) -> Step:
    tree = steps[number]
    name = str(tree.get("name") or tree.get("uses") or f"step {number + 1}")
    return Step(name, tree, Location(path, line_of(steps, number)))


def _does(step: Step, command: str, script: re.Pattern[str]) -> bool:
    return step.command == command or script.search(step.run) is not None
