"""Every combination of answers that changes documents, rendered in seconds: with copier's own environment, in memory.

Copier itself takes most of a second per copy. A test compares some of these with what copier writes, byte for byte.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from copier._main import Worker
from pathspec import PathSpec
from ruamel.yaml import YAML

from helpers.rendering import REPOSITORY, rendered, scratch_folder, template_repository

COPIER_YML = YAML(typ="safe").load(REPOSITORY / "copier.yml")
PLATFORMS, DATABASES, MANAGERS, MIGRATIONS = (
    tuple(COPIER_YML[question]["choices"])
    for question in ("platform", "database", "package_manager", "migrations")
)
STORES = ("s3://backups/app", "gs://backups/app", "az://backups/app", "file:///srv/backups")
PEOPLE: dict[str, object] = {
    "dev_team": "@acme/dev",
    "devops": "@acme/devops",
    "tech_lead": "@ana",
    "security_team": "@acme/security",
    "on_call": ["@ana", "@bo"],
    "extra_runbooks": list(COPIER_YML["extra_runbooks"]["choices"].values()),
}
"""What a person answers; with these nothing is left for the audit to ask of them, apart from reading the pages."""
SOURCE = {"action_repository": "acme/mainstay", "action_ref": "a1" * 20}
"""What copier derives from the address of the template, and cannot from a folder."""
ANSWERS_FILE = ".copier-answers.mainstay.yml"

Files = Mapping[str, str]
"""Path -> text."""


@dataclass(frozen=True)
class Combination:
    """Answers that documents depend on; the rest is the same everywhere."""

    platform: str
    database: str
    package_manager: str
    migrations: str
    backup_store: str

    def __str__(self) -> str:
        return " ".join(asdict(self).values())

    @property
    def answers(self) -> dict[str, object]:
        """What is answered."""
        return {**PEOPLE, **asdict(self)}


@functools.cache
def combinations() -> tuple[Combination, ...]:
    """Return every platform with every database and every package manager; migration tools and stores take turns.

    Each platform and database meets each migration tool too, for there are more package managers than tools.
    """
    return tuple(
        Combination(
            platform,
            database,
            manager,
            MIGRATIONS[(p + d + m) % len(MIGRATIONS)],
            STORES[(p + m) % len(STORES)],
        )
        for p, platform in enumerate(PLATFORMS)
        for d, database in enumerate(DATABASES)
        for m, manager in enumerate(MANAGERS)
    )


@functools.cache
def matrix() -> dict[Combination, Files]:
    """Return what each combination gives."""
    renderer = _Renderer()
    return {combination: renderer.files(combination, **SOURCE) for combination in combinations()}


def of_copier(combination: Combination) -> Files:
    """Return what copier writes for a combination."""
    root = rendered(**combination.answers)
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in root.rglob("*")
        if path.is_file() and path.name != ANSWERS_FILE
    }


def as_copier(combination: Combination) -> Files:
    """Return the same as `of_copier`, rendered here; without an address the Action has a stand-in."""
    return _Renderer().files(combination)


def distinct(suffix: str, folder: str = "") -> dict[str, tuple[str, str]]:
    """Return the documents of all combinations, each content once: key -> path and text."""
    return {
        hashlib.sha256(f"{path}\0{text}".encode()).hexdigest()[:16]: (path, text)
        for files in matrix().values()
        for path, text in files.items()
        if path.endswith(suffix) and path.startswith(folder)
    }


class _Renderer:
    """Copier's environment and context for the template in the work tree."""

    def __init__(self) -> None:
        worker = Worker(
            src_path=str(template_repository()),
            dst_path=scratch_folder() / "matrix/app",  # the folder's name is the default project_name
            data=dict(PEOPLE),
            defaults=True,
            vcs_ref="HEAD",
            quiet=True,
        )
        self._worker = worker.__enter__()
        atexit.register(worker.__exit__, None, None, None)  # until then its clone of the template stays
        self._root = REPOSITORY / "template"
        self._sources = [
            path.relative_to(self._root).as_posix()
            for path in sorted(self._root.rglob("*"))
            if path.is_file()
            and path.relative_to(self._root).parts[0] != "_includes"
            and "[=" not in path.name
        ]
        self._texts: dict[str, str] = {}

    def files(self, combination: Combination, **overriding: object) -> Files:
        """Return the documents of a combination; equal texts are one object."""
        context = self._context(combination.database) | asdict(combination) | overriding
        excluded = self._excluded(context)
        found: dict[str, str] = {}
        for source in self._sources:
            path = str(PurePosixPath(source).with_suffix("")) if source.endswith(".jinja") else source
            if not excluded.match_file(path):
                text = self._text(source, context)
                found[path] = self._texts.setdefault(text, text)
        return found

    def _text(self, source: str, context: Mapping[str, Any]) -> str:
        if not source.endswith(".jinja"):
            return (self._root / source).read_text(encoding="utf-8")
        return str(self._worker.jinja_env.get_template(f"template/{source}").render(**context))

    @functools.cache  # noqa: B019 - a renderer lives as long as the tests that look at its documents
    def _context(self, database: str) -> dict[str, Any]:
        """Return what copier gives to templates; of the answers only the database decides about others."""
        worker = self._worker
        worker.data["database"] = database
        worker.__dict__.pop("answers", None)
        worker._ask()
        return dict(worker._render_context())

    def _excluded(self, context: Mapping[str, Any]) -> PathSpec[Any]:
        lines = [
            line.strip()
            for pattern in COPIER_YML["_exclude"]
            for line in self._worker.jinja_env.from_string(pattern)
            .render(**context, _copier_operation="copy")
            .split("\n")
        ]
        return PathSpec.from_lines("gitignore", [line for line in lines if line])


class Copy:
    """A folder that holds one combination after the other; what does not change is not written again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._held: dict[str, str] = {}

    def hold(self, files: Files) -> Path:
        """Return the folder, now with these files and no others."""
        for name in self._held.keys() - files.keys():
            (self.root / name).unlink()
        for name, text in files.items():
            if self._held.get(name) != text:
                place = self.root / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8")
        self._held = dict(files)
        return self.root
