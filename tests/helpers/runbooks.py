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

SECTIONS = (
    "Trigger",
    "Impact",
    "Variables",
    "First 5 minutes",
    "Decision tree",
    "Diagnose",
    "Mitigate",
    "Verify",
    "Escalate",
    "After",
    "References",
)
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
_COMMON = re.compile(r"PG[A-Z]+|(VERCEL|AWS|RENDER)_[A-Z_]+|APP|NS|CLUSTER|SERVICE")

_FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CAUTION = re.compile(r"^> \[!CAUTION\]\n((?:> .*\n)+)", re.MULTILINE)
_USED = re.compile(r"(?<!\\)\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_SET = re.compile(
    r"(?:^|[;&|(]\s*|\s)([A-Za-z_][A-Za-z0-9_]*)=|(?:for|read -\w+ '[^']*') (\w+)", re.MULTILINE
)
_PROMPTED = re.compile(r"\$\{(\w+):\?([^}]*)\}")
_STEP = re.compile(r"^### (\d+)\. ", re.MULTILINE)


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
        """Return everything that is wrong with it, apart from where its links lead."""
        return [
            *self._head_problems(),
            *self._shape_problems(),
            *self._variable_problems(),
            *self._mitigation_problems(),
            *(f"says {text!r}" for text in FORBIDDEN if text in self.text),
            *(f"placeholder {text!r}" for text in re.findall(r"<[a-z][^>\n]*>|\[[=%~]|[=%~]\]", self.text)),
        ]

    def _head_problems(self) -> Iterator[str]:
        if tuple(self.head) != KEYS:
            yield f"front matter has {list(self.head)}"
            return
        if not re.match(rf"{str(self.head['id']).lower()}-[a-z-]+\.md", self.name):
            yield f"{self.head['id']} does not fit the file's name"
        if f"# {self.head['id']}: {self.head['title']}\n" not in self.text:
            yield "id and title are not the heading"
        if (self.head["last_reviewed"], self.head["last_exercised"]) != ("never", "never"):
            yield "claims to be reviewed or exercised"
        if not self.head["alerts"] or not set(self.head["severity_hint"]) <= {"P1", "P2", "P3", "P4"}:
            yield "alerts or severity_hint"

    def _shape_problems(self) -> Iterator[str]:
        if tuple(self.sections) != SECTIONS:
            yield f"parts are {list(self.sections)}"
            return
        yield from (f"{title} is empty" for title, body in self.sections.items() if not body.strip())
        if not 1 <= self.sections["First 5 minutes"].count("- [ ] ") <= 7:
            yield "First 5 minutes has no ticks, or more than 7"
        if len(self.blocks("bash", "Variables")) != 1:
            yield "Variables is not one block"
        if "15 minutes" not in self.sections["Verify"]:
            yield "Verify has no 15-minute watch"
        if re.search(r"\n\n\n|[^\n]\n#{1,3} |[ \t]\n", _FENCE.sub("code", self.text)):
            yield "blank lines"
        yield from self._tree_problems()

    def _tree_problems(self) -> Iterator[str]:
        lines = [line for line in self.sections["Decision tree"].splitlines() if line.strip()]
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            is_branch = line.startswith("- ") and following.startswith("  - ")
            if not is_branch and "](" not in line:
                yield f"leaf without a way on: {line.strip()}"
        for number in re.findall(r"\[Mitigate (\d+)\]\(#mitigate\)", self.text):
            if int(number) not in self.steps:
                yield f"no step Mitigate {number}"
        for number in re.findall(r"Diagnose (\d+)", self.text):
            if f"\n### {number}. " not in self.sections["Diagnose"]:
                yield f"no step Diagnose {number}"

    def _variable_problems(self) -> Iterator[str]:
        declared = self.blocks("bash", "Variables")[0].code if "Variables" in self.sections else ""
        known = set(re.findall(r"(\w+)=", declared))
        for block in self.blocks("bash"):
            own = {name for pair in _SET.findall(block.code) for name in pair}
            for name in set(_USED.findall(_without_single_quotes(block.code))) - known - own:
                yield f"${name} is not declared"
        rest = self.text.replace(declared, "")
        for name, hint in _PROMPTED.findall(declared):
            if not hint:
                yield f"${name} does not say what goes there"
            if not (_COMMON.fullmatch(name) or f"${name}" in rest or declared.count(f"${{{name}") > 1):
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
        if tuple(self.sections) == SECTIONS:
            asked = "Diagnose", "Verify"
            yield from (
                f"{block.section} changes something: {word}"
                for block in (
                    *self.blocks("bash", asked[0]),
                    *self.blocks("bash", asked[1]),
                    *self.blocks("sql", asked[0]),
                )
                for word in _CHANGES.findall(block.code)
            )


_CHANGES = re.compile(
    r"-X POST|PGOPTIONS='' |\brestart\b|\bscale (?:count|deploy)|ps:scale|rollout (?:undo|restart)|update-service"
    r"|\b(?:INSERT|UPDATE|DELETE|ALTER|DROP|TRUNCATE|VACUUM|pg_cancel_backend|pg_terminate_backend)\b"
    r"|secret set|workflow (?:run|enable|disable)|backup (?:take|restore)|fly deploy|git push",
)


def _without_single_quotes(code: str) -> str:
    """Return the code without what the shell takes literally: jq programs, SQL between 'SQL' marks."""
    code = re.sub(r"<<'SQL'.*?^SQL$", "", code, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"'[^']*'", "", code)


def runbooks_in(root: Path) -> list[Runbook]:
    """Return the runbooks of a rendered repository, in order."""
    found = sorted((root / "docs/runbooks").glob("rb-*.md"))
    return [Runbook(path.name, path.read_text(encoding="utf-8")) for path in found]


def index_of(root: Path) -> Markdown:
    """Return the index of the runbooks."""
    return Markdown(root / "docs/runbooks/README.md")


PLATFORMS = ("vercel", "fly", "render", "heroku", "kubernetes", "ecs", "other")
MIGRATIONS = ("prisma", "drizzle", "django", "alembic", "rails", "flyway", "none")
STORES = ("s3://backups/app", "file:///srv/backups")
# Pieces are independent of each other: each platform once, each migration tool once, then no database.
STACKS: list[dict[str, object]] = [
    {
        "platform": platform,
        "migrations": migrations,
        "backup_store": STORES[number % 2],
        "production_url": "https://app.example.com" if number % 2 else "",
        "backup_credentials": ("oidc", "keys")[number % 2],
        "dev_team": "@acme/dev",  # the other roles default to it
    }
    for number, (platform, migrations) in enumerate(zip(PLATFORMS, MIGRATIONS, strict=True))
]
STACKS.append({"platform": "kubernetes", "database": "none", "dev_team": "@acme/dev"})
NAMES = [str(stack.get("migrations", "no database")) + " on " + str(stack["platform"]) for stack in STACKS]
DATABASE_RUNBOOKS = {f"RB-{number:02}" for number in range(5, 11)}
every_stack = pytest.mark.parametrize("stack", STACKS, ids=NAMES)


def runbook(number: int, **answers: object) -> Runbook:
    """Return one runbook of a rendered repository."""
    return next(book for book in runbooks_in(rendered(**answers)) if book.name.startswith(f"rb-{number:02}-"))


def database_lines(book: Runbook) -> str:
    """Return the part of the variables that is about the database."""
    lines = book.blocks("bash", "Variables")[0].code.splitlines()
    return "\n".join(line for line in lines if re.search(r"DATABASE_URL=|ADDRESS|PG[A-Z]+=", line))
