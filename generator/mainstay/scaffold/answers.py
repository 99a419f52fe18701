"""From what a repository is made of to the answers that Copier is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from mainstay.errors import MainstayError, ScaffoldError
from mainstay.platform.git import Repository
from mainstay.stack import Part, Stack
from mainstay.stack.sign import Kind

ANSWERS_FILE = ".copier-answers.mainstay.yml"
"""Our own name: an answers file of another template stays untouched."""

Answers = dict[str, object]

FALLBACKS = {"package_manager": "none", "database": "none", "migrations": "none", "platform": "other"}
ANSWERED: Mapping[str, tuple[Kind, frozenset[str]]] = {
    "package_manager": (
        "package_managers",
        frozenset({"npm", "pnpm", "yarn", "bun", "pip", "poetry", "uv"}),
    ),
    "database": ("databases", frozenset({"postgresql", "mysql", "mariadb", "sqlite", "mongodb"})),
    "migrations": ("migrations", frozenset({"prisma", "drizzle", "django", "alembic", "rails", "flyway"})),
    "platform": ("platforms", frozenset({"vercel", "fly", "render", "heroku", "kubernetes", "ecs"})),
}
"""Question -> what of a stack answers it, and the names that the template has a text or an engine for."""
_LACKING = {
    "database": "mainstay has no engine for it, so nothing is backed up; with programs of your own, answer `command`",
    "migrations": "the template has no commands for it",
    "platform": "the template has no commands for it",
}


def answers_for(stack: Stack, project_name: str, listed: Iterable[str] = ()) -> tuple[Answers, list[str]]:
    """Return the answers that the stack proves, and the keys that it leaves open.

    `listed` are the files of the repository: with them, many folders side by side are answered as a glob.
    Open are the questions with several candidates: their answer here is the one that claims nothing.
    """
    nearest = {key: _nearest(_candidates(stack, key)) for key in ANSWERED}
    answers: Answers = {
        "project_name": project_name,
        **{key: names[0] if len(names) == 1 else FALLBACKS[key] for key, names in nearest.items()},
        **_ecosystem_answers(stack, listed),
    }
    return answers, [key for key, names in nearest.items() if len(names) > 1]


def _candidates(stack: Stack, key: str) -> dict[str, int]:
    """Return answer -> how deep its nearest proof lies. What the template does not know is answered as `none`."""
    kind, known = ANSWERED[key]
    parts: Sequence[Part] = getattr(stack, kind)
    found: dict[str, int] = {}
    for part in parts:
        name = part.name if part.name in known else FALLBACKS[key]
        depth = min(evidence.path.count("/") for evidence in part.evidence)
        found[name] = min(depth, found.get(name, depth))
    return found


def notes_on(stack: Stack) -> list[str]:
    """Return a sentence for each thing that was found and that the template has no answer for."""
    return [
        f"{part.name} ({part.evidence[0].path}): {_LACKING[key]}"
        for key, (kind, names) in ANSWERED.items()
        for part in getattr(stack, kind)
        if part.name not in names
    ]


def _nearest(found: Mapping[str, int]) -> list[str]:
    """Return the names that are proved nearest to the root: an example deep down does not rival the application."""
    return [name for name, depth in found.items() if depth == min(found.values())]


def _ecosystem_answers(stack: Stack, listed: Iterable[str]) -> Answers:
    """Return the answers for Dependabot. The template brings workflows, so there is always github-actions."""
    from mainstay.dependabot.wanted import wanted_directories  # noqa: PLC0415 - an update needs no Dependabot

    directories = wanted_directories(stack, listed)
    actions = directories.get("github-actions", [])
    directories["github-actions"] = sorted({"/", *actions})
    return {
        "ecosystems": sorted(directories),
        "ecosystem_directories": {
            name: folders for name, folders in sorted(directories.items()) if folders != ["/"]
        },
    }


def default_branch(repository: Repository) -> str:
    """Return the branch that `origin` checks out, else the one that is checked out, else `main`."""
    for name in ("refs/remotes/origin/HEAD", "HEAD"):
        try:
            branch = repository.git("symbolic-ref", "--quiet", "--short", name)
        except MainstayError:
            continue
        return branch.removeprefix("origin/")
    return "main"


def read_answers(root: Path) -> Answers:
    """Return what the answers file of the repository records; nothing when there is none.

    Raises:
        ScaffoldError: It cannot be read, or is no answers file.
    """
    path = root / ANSWERS_FILE
    try:
        tree = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, YAMLError, RecursionError) as error:
        raise ScaffoldError(f"{path} cannot be read: {str(error).partition(chr(10))[0]}") from error
    if not isinstance(tree, dict):
        raise ScaffoldError(f"{path} is not an answers file", hint="restore it from git: Copier wrote it")
    return tree
