"""The steps of the demo, in order, and what they hand to each other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from mainstay.audit import Report, run_audit
from mainstay.backup import (
    Content,
    Manifest,
    Restoration,
    Source,
    engine_named,
    restore_backup,
    take_backup,
)
from mainstay.demo.application import commit_all, make_application
from mainstay.demo.dataset import load_dataset
from mainstay.demo.stores import OpenStore
from mainstay.demo.template import template_source
from mainstay.demo.verdict import Amount
from mainstay.platform.clock import Clock
from mainstay.platform.embedded_postgres import EmbeddedPostgres
from mainstay.platform.git import Repository
from mainstay.policy import Policy, load_policy
from mainstay.progress import Progress
from mainstay.scaffold import answers_for, init_target
from mainstay.stack import LocalTree, detect_stack

MAJOR = 16
ENGINE = "postgresql"
DATABASE = "app"
RESTORED = "app_restored"


@dataclass(slots=True)
class Loop:
    """What the steps hand to each other: each one sets what it brings about.

    Attributes:
        folder: Where everything is made.
        rows: Size of the data set.
        open_store: Makes the store.
        clock: Tells the time and measures.
        resources: Closes what the steps open.
    """

    folder: Path
    rows: int
    open_store: OpenStore
    clock: Clock
    resources: ExitStack
    repository: Repository = field(init=False)
    created: tuple[str, ...] = field(init=False)
    policy: Policy = field(init=False)
    server: EmbeddedPostgres = field(init=False)
    database_bytes: int = field(init=False)
    before: Content = field(init=False)
    store_url: str = field(init=False)
    manifest: Manifest = field(init=False)
    restoration: Restoration = field(init=False)
    after: Content = field(init=False)
    report: Report = field(init=False)


def make_repository(loop: Loop, _progress: Progress) -> Amount:
    """Make the sample application's repository."""
    loop.repository = make_application(loop.folder / "bookshop")
    return Amount(len(loop.repository.files()), "file")


def scaffold(loop: Loop, _progress: Progress) -> Amount:
    """Copy the template into it, with the answers that its own files prove, and commit."""
    root = loop.repository.root
    answers, _ = answers_for(detect_stack(LocalTree(root)), root.name)
    loop.created = init_target(root, answers, template_source(loop.folder)).created
    commit_all(loop.repository, "Adopt SOP-603")
    loop.policy = load_policy(root)
    return Amount(len(loop.created), "file")


def start_server(loop: Loop, _progress: Progress) -> Amount:
    """Start a PostgreSQL server."""
    loop.server = loop.resources.enter_context(EmbeddedPostgres.start(MAJOR))
    return Amount(1, "server")


def load_data(loop: Loop, _progress: Progress) -> Amount:
    """Fill the database."""
    loop.database_bytes = load_dataset(loop.server, DATABASE, loop.rows)
    return Amount(loop.database_bytes, "byte")


def read_before(loop: Loop, _progress: Progress) -> Amount:
    """Read what there is to lose."""
    loop.before = engine_named(ENGINE).read_content(loop.server.url(DATABASE))
    return Amount(loop.before.rows, "row")


def back_up(loop: Loop, progress: Progress) -> Amount:
    """Take a backup."""
    loop.store_url = loop.resources.enter_context(loop.open_store(loop.folder))
    source = Source(DATABASE, ENGINE, loop.server.url(DATABASE))
    loop.manifest = take_backup(source, loop.store_url, clock=loop.clock, progress=progress)
    return Amount(loop.manifest.artifact.size_bytes, "byte")


def destroy(loop: Loop, _progress: Progress) -> Amount:
    """Drop the database: from here on there is only the backup."""
    engine_named(ENGINE).drop_database(loop.server.url(), DATABASE)
    return Amount(loop.database_bytes, "byte")


def restore(loop: Loop, progress: Progress) -> Amount:
    """Restore the backup into a new database."""
    server_url = loop.server.url()
    loop.restoration = restore_backup(
        loop.manifest,
        loop.store_url,
        server_url=server_url,
        into=RESTORED,
        clock=loop.clock,
        progress=progress,
    )
    return Amount(loop.manifest.dump.size_bytes, "byte")


def read_after(loop: Loop, _progress: Progress) -> Amount:
    """Read what came back."""
    loop.after = engine_named(ENGINE).read_content(loop.restoration.url)
    return Amount(loop.after.rows, "row")


def audit(loop: Loop, _progress: Progress) -> Amount:
    """Audit the repository."""
    loop.report = run_audit(loop.repository.root, clock=loop.clock)
    return Amount(len(loop.report.results), "check")


@dataclass(frozen=True, slots=True)
class LoopStep:
    """A step: what people read, and what it does."""

    title: str
    run: Callable[[Loop, Progress], Amount]


STEPS = (
    LoopStep("Make a sample application", make_repository),
    LoopStep("Scaffold SOP-603 into it", scaffold),
    LoopStep(f"Start PostgreSQL {MAJOR}", start_server),
    LoopStep("Load the data set", load_data),
    LoopStep("Read what the database holds", read_before),
    LoopStep("Back the database up", back_up),
    LoopStep("Drop the database", destroy),
    LoopStep("Restore it into a new one", restore),
    LoopStep("Read what the new one holds", read_after),
    LoopStep("Audit the repository", audit),
)
