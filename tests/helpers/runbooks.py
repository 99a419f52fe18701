"""What tests ask of a runbook: its parts, its commands, and everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from helpers.markdown import Markdown
from helpers.rendering import rendered
from mainstay.audit.facts.markdown import Document
from mainstay.runbooks import Runbook as LintedRunbook
from mainstay.runbooks import RunbookFolder, rule_problems
from mainstay.runbooks.lint import RULES

KEYS = (
    "id",
    "title",
    "service",
    "owner",
    "alerts",
    "severity_hint",
    "platform",
    "destructive",
    "time_to_mitigate",
    "last_reviewed",
    "review_every",
    "last_exercised",
    "exercise_evidence",
)
FORBIDDEN = (
    "reset --hard",
    "--force-with-lease",
    "push --force",
    "push -f",
    "--preview-feature",
    "prisma db execute",
    "your-org",
    "your-app",
    "example-org",
    "TODO",
    "FIXME",
    "latest stable",
    "your_",
)
# Read by the tools themselves, or name the app: every runbook may ask for them in the same way.
_COMMON = re.compile(r"PG[A-Z]+|(VERCEL|AWS|RENDER)_[A-Z_]+|APP|NS|CLUSTER|SERVICE|DATABASE_URL")

_FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CAUTION = re.compile(r"^> \[!CAUTION\]\n((?:> .*\n)+)", re.MULTILINE)
_PROMPTED = re.compile(r"\$\{(\w+):\?([^}]*)\}")
_STEP = re.compile(r"^### (\d+)\. ", re.MULTILINE)
_OF_ONE_PAGE = RULES.keys() - {"alerts"}


@dataclass(frozen=True)
class Block:
    """A block of code, and the part of the runbook that it stands in."""

    runbook: str
    section: str
    language: str
    code: str


@dataclass(frozen=True)
class Runbook:
    """A runbook as text."""

    name: str
    text: str

    @cached_property
    def head(self) -> dict[str, Any]:
        """The front matter."""
        return dict(YAML(typ="safe").load(self.text.split("---\n")[1]))

    @cached_property
    def sections(self) -> dict[str, str]:
        """Title -> text of each part, in order."""
        pieces = re.split(r"^## (.+)\n", self.text, flags=re.MULTILINE)
        return dict(zip(pieces[1::2], pieces[2::2], strict=True))

    def blocks(self, language: str, section: str | None = None) -> list[Block]:
        """Return the code blocks of a language, in one part or in all."""
        wanted = {section: self.sections[section]} if section else self.sections
        return [
            Block(self.name, title, name, code)
            for title, body in wanted.items()
            for name, code in _FENCE.findall(body)
            if name == language
        ]

    @cached_property
    def steps(self) -> dict[int, str]:
        """Number -> text of each step under Mitigate."""
        pieces = _STEP.split(self.sections.get("Mitigate", ""))
        return {int(number): body for number, body in zip(pieces[1::2], pieces[2::2], strict=True)}

    def problems(self) -> list[str]:
        """Return everything that is wrong with it: by the lint, and by what the template asks of its own pages."""
        folder = RunbookFolder((LintedRunbook(Document(f"docs/runbooks/{self.name}", self.text)),))
        return [
            *(problem.message for problem in rule_problems(folder, *sorted(_OF_ONE_PAGE))),
            *self._head_problems(),
            *self._shape_problems(),
            *self._variable_problems(),
            *self._mitigation_problems(),
            *(f"says {text!r}" for text in FORBIDDEN if text in self.text),
            *(f"placeholder {text!r}" for text in re.findall(r"<[a-z][^>\n]*>", self._without_code())),
        ]

    def _without_code(self) -> str:
        return re.sub(r"`[^`\n]*`", "", self.text)

    def _head_problems(self) -> Iterator[str]:
        if tuple(self.head) != KEYS:
            yield f"front matter has {list(self.head)}"
            return
        if f"# {self.head['id']}: {self.head['title']}\n" not in self.text:
            yield "id and title are not the heading"
        if (self.head["last_reviewed"], self.head["last_exercised"]) != ("never", "never"):
            yield "claims to be reviewed or exercised"

    def _shape_problems(self) -> Iterator[str]:
        if "15 minutes" not in re.sub(r"\s+", " ", self.sections.get("Verify", "")):
            yield "Verify has no 15-minute watch"
        if re.search(r"\n\n\n|[^\n]\n#{1,3} |[ \t]\n", _FENCE.sub("code", self.text)):
            yield "blank lines"

    def _variable_problems(self) -> Iterator[str]:
        blocks = self.blocks("bash", "Variables") if "Variables" in self.sections else []
        declared = blocks[0].code if blocks else ""
        rest = self.text.replace(declared, "")
        for name, _ in _PROMPTED.findall(declared):
            used = f"${name}" in rest or f"env.{name}" in rest or declared.count(f"${{{name}") > 1
            if not (_COMMON.fullmatch(name) or used or f'"${name}"' in declared):
                yield f"${name} is asked for and not used"

    def _mitigation_problems(self) -> Iterator[str]:
        if list(self.steps) != list(range(1, len(self.steps) + 1)) or not self.steps:
            yield f"Mitigate has the steps {list(self.steps)}"
        for number, body in self.steps.items():
            cautions = list(_CAUTION.finditer(body))
            if not cautions or not any("Undo: " in caution[1] for caution in cautions):
                yield f"Mitigate {number} has no caution that says how to undo it"
            elif (code := list(_FENCE.finditer(body))) and code[-1].start() < cautions[0].start():
                yield f"Mitigate {number} changes something before its caution"


def runbooks_in(root: Path) -> list[Runbook]:
    """Return the runbooks of a rendered repository, in order."""
    found = sorted((root / "docs/runbooks").glob("rb-*.md"))
    return [Runbook(path.name, path.read_text(encoding="utf-8")) for path in found]


def index_of(root: Path) -> Markdown:
    """Return the index of the runbooks."""
    return Markdown(root / "docs/runbooks/README.md")


PLATFORMS = ("vercel", "fly", "render", "heroku", "kubernetes", "ecs", "other")
MIGRATIONS = ("prisma", "drizzle", "django", "alembic", "rails", "flyway", "none")
DATABASES = ("postgresql", "mysql", "mariadb", "sqlite", "mongodb", "command", "none")
EXTRA = ("queue-backlog", "traffic-spike", "github-down", "vulnerable-dependency")
STORES = ("s3://backups/app", "file:///srv/backups", "gs://backups/app", "az://backups/app")
COMMON_RUNBOOKS = {1, 2, 3, 4, 11, 12, 13, 14}
OF_THE_DATABASE = {
    "postgresql": {5, 6, 7, 8, 9, 10},
    "mysql": {5, 6, 7, 8, 9, 10},
    "mariadb": {5, 6, 7, 8, 9, 10},
    "sqlite": {6, 7, 8, 9, 10},
    "mongodb": {5, 6, 7, 9, 10},
    "command": {9, 10},
    "none": set[int](),
}
# Pieces are independent of each other: each platform and migration tool once on PostgreSQL, then the other databases.
STACKS: list[dict[str, object]] = [
    {
        "platform": platform,
        "migrations": migrations,
        "backup_store": STORES[number % len(STORES)],
        "production_url": "https://app.example.com" if number % 2 else "",
        "backup_credentials": ("oidc", "keys")[number % 2],
        "dev_team": "@acme/dev",  # the other roles default to it
        "extra_runbooks": list(EXTRA),
    }
    for number, (platform, migrations) in enumerate(zip(PLATFORMS, MIGRATIONS, strict=True))
]
ON_POSTGRESQL = list(STACKS)
STACKS += [
    {
        "platform": platform,
        "database": database,
        "migrations": migrations,
        "dev_team": "@acme/dev",
        "extra_runbooks": [],
    }
    for platform, database, migrations in zip(PLATFORMS, DATABASES[1:], MIGRATIONS, strict=False)
]
NAMES = [
    f"{stack['migrations']} with {stack.get('database', 'postgresql')} on {stack['platform']}"
    for stack in STACKS
]
every_stack = pytest.mark.parametrize("stack", STACKS, ids=NAMES)


def runbook(number: int, **answers: object) -> Runbook:
    """Return one runbook of a rendered repository."""
    return next(book for book in runbooks_in(rendered(**answers)) if book.name.startswith(f"rb-{number:02}-"))


def database_lines(book: Runbook) -> str:
    """Return the part of the variables that is about the database."""
    lines = book.blocks("bash", "Variables")[0].code.splitlines()
    return "\n".join(line for line in lines if re.search(r"DATABASE_URL=|ADDRESS|PG[A-Z]+=", line))
