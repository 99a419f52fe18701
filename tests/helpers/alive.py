"""A repository that keeps the SOP and shows it: files with a history, GitHub, a store with backups, a ledger."""

from __future__ import annotations

import copy
import functools
import json
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpers.audits import ANSWERS, NOW, POLICY, Break, adopt, change, sync, write
from helpers.backups import manifest_at, put_backup, put_record, record_of
from helpers.memory_github import MemoryGitHub
from helpers.rendering import git_environment, render, scratch_folder
from helpers.scanner import CLEAN, LOCK, LOCK_FILE, replaying
from mainstay.audit import Online, Report, run_audit
from mainstay.audit.facts.files import Root, repository_files
from mainstay.audit.facts.workflows import Workflow as WorkflowFile
from mainstay.audit.facts.workflows import workflows
from mainstay.backup.manifest import Manifest
from mainstay.evidence import BRANCH, PATH, Event, append_to
from mainstay.platform.clock import FixedClock
from mainstay.platform.github import (
    Branch,
    Commit,
    DependabotAlert,
    Issue,
    IssueEvent,
    Label,
    PullRequest,
    Repository,
    Rule,
    Run,
    Workflow,
)
from mainstay.platform.osv_scanner import VARIABLE as OSV_SCANNER
from mainstay.platform.process import run

DAY = timedelta(days=1)
NAME = "acme/bookshop"
URL = f"https://github.com/{NAME}"
RECIPIENT = "age1" + "q" * 58
STORE_WORD = "file:///var/backups/bookshop"
"""Stands in the policy until the world is in its place."""
DYNAMIC = "dynamic/dependabot/dependabot-updates"


@dataclass
class World:
    """Everything that an audit can look at.

    Attributes:
        root: The repository.
        store: The folder of the store.
        github: The repository on GitHub.
    """

    root: Path
    store: Path
    github: MemoryGitHub

    @property
    def store_url(self) -> str:
        """The address of the store."""
        return self.store.as_uri()

    def online(self) -> Online:
        """Return the way out for an audit of this world."""
        scanner = str(self.root.parent / "osv-scanner")
        return Online(self.github.connect, {"GITHUB_TOKEN": "github_pat_x", OSV_SCANNER: scanner})

    def audit(self, *select: str, ignore: tuple[str, ...] = ()) -> Report:
        """Return what the audit says on the day of the tests."""
        clock = FixedClock(NOW)
        return run_audit(self.root, clock=clock, online=self.online(), select=select, ignore=ignore)


Mutation = Callable[[World], object]


def files(broken: Break) -> Mutation:
    """Return the mutation that breaks the files so."""
    return lambda world: broken(world.root)


def alive(into: Path) -> World:
    """Return a world in `into` in which the audit finds nothing."""
    shutil.copytree(_files(), into, dirs_exist_ok=True, symlinks=True)
    world = World(into / "repository", into / "store", copy.deepcopy(_github()))
    replaying(into, CLEAN)
    for path in _files_with_the_store():
        change_all(world.root / path, STORE_WORD, world.store_url)
    return world


def change_all(place: Path, old: str, new: str) -> None:
    """Replace every occurrence of a text in a file."""
    place.write_text(place.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


@functools.cache
def _files_with_the_store() -> list[str]:
    root = _files() / "repository"
    paths = [path for path in root.rglob("*") if path.is_file() and ".git/" not in f"{path}"]
    return [str(path.relative_to(root)) for path in paths if STORE_WORD.encode() in path.read_bytes()]


@functools.cache
def _files() -> Path:
    """Return a folder with the repository, the template that it was made from, and a store."""
    folder = Path(tempfile.mkdtemp(prefix="alive-", dir=scratch_folder()))
    root = adopt(render(folder / "repository", **ANSWERS, backup_store=STORE_WORD, timezone="Europe/Berlin"))
    released = _template(scratch_folder() / f"released-{folder.name}")
    change(root, ".copier-answers.mainstay.yml", _line(root, "_src_path:"), f"_src_path: {released}")
    change(root, ".copier-answers.mainstay.yml", _line(root, "_commit:"), "_commit: v1.2.0")
    change(root, POLICY, "  # encrypt-to: [age1...]", f"  encrypt-to: [{RECIPIENT}]\n  #")
    sync(root)
    write(root, LOCK_FILE, json.dumps(LOCK))
    _commit(root, "2026-10-02T09:00:00Z", "Adopt SOP-603")
    _fill(folder / "store")
    return folder


def _line(root: Path, start: str) -> str:
    text = (root / ".copier-answers.mainstay.yml").read_text(encoding="utf-8")
    return next(line for line in text.splitlines() if line.startswith(start))


def _template(folder: Path) -> Path:
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Release")
    git(folder, "tag", "--annotate", "v1.2.0", "--message", "v1.2.0")
    return folder


def git(folder: Path, *words: str, at: str = "2026-10-01T09:00:00Z") -> None:
    """Run git in a folder at that time."""
    env = {**git_environment(), "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    run(["git", *words], cwd=folder, env=env)


def _commit(root: Path, at: str, message: str) -> None:
    if not (root / ".git").is_dir():
        git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message, at=at)


def _fill(store: Path) -> None:
    """Put two weeks of nightly backups into the store, and what drills found."""
    store.mkdir(mode=0o700)
    for days in range(14):
        manifest = put_encrypted(store.as_uri(), night(days))
        if days in {5, 12}:
            put_record(store.as_uri(), record_of(manifest, manifest.taken_at + timedelta(hours=2), "proved"))


def night(days: int, **more: object) -> Manifest:
    """Return the backup of a night so many days ago."""
    manifest = manifest_at(NOW - timedelta(hours=6) - days * DAY, **more)  # type: ignore[arg-type]
    return encrypted(manifest)


def encrypted(manifest: Manifest, *recipients: str) -> Manifest:
    """Return a manifest whose backup is encrypted for the policy's recipients, or for these."""
    secret = {"encryption": "age", "recipients": recipients or (RECIPIENT,)}
    artifact = manifest.artifact.model_copy(
        update={**secret, "key": f"{manifest.artifact.key.removesuffix('.age')}.age"}
    )
    return manifest.model_copy(update={"artifact": artifact, "globals": None})


def put_encrypted(store_url: str, manifest: Manifest) -> Manifest:
    """Write a backup."""
    return put_backup(store_url, manifest)


def run_of(
    path: str, at: datetime, *, event: str = "schedule", conclusion: str = "success", name: str = ""
) -> Run:
    """Return a run of a workflow."""
    number = int(at.timestamp())
    return Run(
        id=number,
        number=1,
        attempt=1,
        name=name or path,
        path=path,
        event=event,
        status="completed",
        conclusion=conclusion,
        head_branch="main",
        head_sha="a" * 40,
        actor="ana",
        created_at=at,
        updated_at=at,
        url=f"{URL}/actions/runs/{number}",
    )


def issue_of(number: int, title: str, label: str, opened: datetime, closed: datetime | None = None) -> Issue:
    """Return an issue by a person."""
    return Issue(
        number=number,
        title=title,
        body="- [x] Looked",
        url=f"{URL}/issues/{number}",
        author="ana",
        state="closed" if closed else "open",
        created_at=opened,
        updated_at=closed or opened,
        labels=(label,),
        closed_at=closed,
        state_reason="completed" if closed else None,
    )


def alert_of(number: int, severity: str, age: timedelta, **more: object) -> DependabotAlert:
    """Return an open alert."""
    alert = DependabotAlert(
        number=number,
        state="open",
        severity=severity,
        package="left-pad",
        ecosystem="npm",
        manifest_path="package.json",
        advisory=f"GHSA-0000-0000-000{number}",
        summary="Left-pads the wrong side",
        created_at=NOW - age,
        url=f"{URL}/security/dependabot/{number}",
        fixed_in="1.3.0",
    )
    return replace(alert, **more)  # type: ignore[arg-type]


def pull_of(number: int, author: str, age: timedelta) -> PullRequest:
    """Return an open pull request."""
    at = NOW - age
    return PullRequest(
        number=number,
        title="Bump left-pad",
        body="",
        url=f"{URL}/pull/{number}",
        author=author,
        state="open",
        draft=False,
        head="dependabot/npm/left-pad",
        head_sha="b" * 40,
        base="main",
        labels=("dependencies",),
        created_at=at,
        updated_at=at,
        closed_at=None,
        merged_at=None,
    )


def _scheduled() -> list[WorkflowFile]:
    found = workflows(repository_files(Root(_files() / "repository")))
    return [each for each in found.readable if each.crons]


_REVIEWED = {
    "dismiss_stale_reviews_on_push": False,
    "require_code_owner_review": False,
    "require_last_push_approval": False,
    "required_approving_review_count": 0,
    "required_review_thread_resolution": False,
}


@functools.cache
def _github() -> MemoryGitHub:
    outage = datetime(2026, 10, 1, 14, tzinfo=UTC)
    week = datetime(2026, 11, 16, 8, tzinfo=UTC)
    scheduled = [each.path for each in _scheduled()]
    states = [*scheduled, DYNAMIC]
    everything = {name for each in _scheduled() for name in _names(each)}
    return MemoryGitHub(
        repository=Repository(
            full_name=NAME,
            default_branch="main",
            private=True,
            archived=False,
            has_issues=True,
            pushed_at=NOW - DAY,
            url=URL,
        ),
        branch=Branch(name="main", sha="a" * 40, protected=True),
        rules=(Rule(type="pull_request", parameters=_REVIEWED, source=NAME),),
        labels=[
            Label(name=name, color="ededed", description="")
            for name in ("automated", "dependencies", "incident", "maintenance")
        ],
        alerts=[
            alert_of(
                2,
                "high",
                30 * DAY,
                state="dismissed",
                dismissed_at=NOW - 29 * DAY,
                dismissed_by="bo",
                dismissed_reason="tolerable_risk",
                dismissed_comment="Not reachable. Approved by @ana until 2027-01-31",
            ),
            alert_of(3, "high", 9 * DAY, state="fixed", fixed_at=NOW - 9 * DAY + timedelta(hours=20)),
        ],
        pulls=[pull_of(11, "dependabot[bot]", 3 * DAY), pull_of(10, "bo", 90 * DAY)],
        issues=[
            issue_of(1, "P2: Checkout was down", "incident", outage, outage + timedelta(minutes=40)),
            issue_of(2, "Exercise: roll back", "incident", week, week + timedelta(hours=2)),
            issue_of(3, "Weekly maintenance 2026-W47", "maintenance", week, week + 4 * DAY),
            issue_of(4, "Monthly maintenance 2026-11", "maintenance", NOW - 21 * DAY),
            issue_of(5, "Quarterly maintenance 2026-Q4", "maintenance", NOW - 50 * DAY),
            issue_of(6, "Weekly maintenance 2026-W48", "maintenance", NOW - timedelta(hours=2)),
        ],
        events={3: (IssueEvent(id=1, event="closed", actor="ana", created_at=week + 4 * DAY),)},
        workflows=[
            Workflow(id=number, name=path, path=path, state="active", url=f"{URL}/actions/workflows/{number}")
            for number, path in enumerate(states, 1)
        ],
        runs={
            **{
                path.rpartition("/")[2]: [run_of(path, NOW - timedelta(hours=3)), run_of(path, NOW - 8 * DAY)]
                for path in scheduled
            },
            len(states): [
                run_of(
                    DYNAMIC,
                    NOW - hours * timedelta(hours=1),
                    event="dynamic",
                    name=f"npm in /. - Update #{hours}",
                )
                for hours in (4, 172)
            ],
        },
        secrets={
            job.environment: set(everything) for each in _scheduled() for job in each.jobs if job.environment
        },
        variables={None: set(everything)},
        roles={"ana": "admin", "bo": "write"},
        teams={"acme/dev"},
        files={(BRANCH, PATH): ledger_text()},
        commits={
            POLICY: [
                Commit(
                    sha=str(number) * 40,
                    author=author,
                    authored_at=NOW - 40 * DAY,
                    committed_at=NOW - 40 * DAY,
                    message="I am on call",
                    url=f"{URL}/commit/{number}",
                )
                for number, author in enumerate(("Ana", "bo"), 1)
            ]
        },
    )


def _names(workflow: WorkflowFile) -> set[str]:
    text = (_files() / "repository" / workflow.path).read_text(encoding="utf-8")
    return set(re.findall(r"(?:secrets|vars)\.([A-Z_0-9]+)", text))


def events() -> list[Event]:
    """Return what the ledger of the healthy world records."""
    url = f"{URL}/actions/runs/1"
    nights = [
        Event(
            kind="backup",
            subject="app",
            passed=True,
            at=night(days).taken_at + timedelta(minutes=5),
            facts={"id": night(days).id},
            run_url=url,
        )
        for days in range(13, -1, -1)
    ]
    others = [
        Event(
            kind="drill",
            subject="app",
            passed=True,
            at=NOW - 5 * DAY,
            facts={"restore_seconds": 4.0},
            run_url=url,
        ),
        Event(kind="audit", subject="SOP-603", passed=True, at=NOW - 7 * DAY, facts={"high": 0}, run_url=url),
    ]
    return nights + others


def ledger_text(recorded: list[Event] | None = None) -> bytes:
    """Return the ledger that records these events."""
    lines = append_to("", events() if recorded is None else recorded)
    return "".join(f"{line}\n" for line in lines).encode()
