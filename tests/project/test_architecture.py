"""The shape of the code, held: who may import what, and how large a module may grow."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.rendering import REPOSITORY

SOURCE = REPOSITORY / "generator"
PACKAGE = SOURCE / "mainstay"
MODULES = sorted(PACKAGE.rglob("*.py"))
LINES_AT_MOST = 300

ONLY_IN = {
    # package: the places that may import it
    "apprise": ("platform/notify.py",),
    "click": ("cli/",),
    "copier": ("scaffold/",),
    "github": ("platform/github",),
    "obstore": ("backup/stores/",),
    "psycopg": ("backup/engines/", "demo/"),
    "pymysql": ("backup/engines/",),
    "rich": ("report/terminal", "report/progress", "cli/"),
    "subprocess": ("platform/process.py", "platform/guard.py", "platform/guardian.py"),
    "moto": ("demo/",),
}
DOMAINS = (
    "policy",
    "stack",
    "scaffold",
    "dependabot",
    "backup",
    "audit",
    "runbooks",
    "incident",
    "maintenance",
    "evidence",
    "fleet",
)
EDGES_OF_A_DOMAIN = ("mainstay.cli", "mainstay.action", "mainstay.demo", "mainstay.report")


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} uses a relative import"
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_edges_are_imported_only_where_they_belong(path: Path) -> None:
    """Domains know no edges: each outside library has its place."""
    roots = {imported.partition(".")[0] for imported in imports(path)}

    misplaced = [root for root in roots & set(ONLY_IN) if not name(path).startswith(ONLY_IN[root])]

    assert misplaced == []


@pytest.mark.parametrize("path", [path for path in MODULES if name(path).startswith(DOMAINS)], ids=name)
def test_domains_do_not_know_who_calls_them(path: Path) -> None:
    """No domain imports the command line, the Action, a report or the demo."""
    assert [imported for imported in imports(path) if imported.startswith(EDGES_OF_A_DOMAIN)] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nothing_imports_a_second_copy_of_the_package(path: Path) -> None:
    """`generator.mainstay` would be another set of the same classes."""
    assert [imported for imported in imports(path) if imported.startswith("generator")] == []


# The guardian runs in a process of its own and imports nothing of mainstay.
CLOCKS = {"platform/clock.py", "platform/guardian.py"}


@pytest.mark.parametrize("path", [path for path in MODULES if name(path) not in CLOCKS], ids=name)
def test_only_the_clock_reads_the_time(path: Path) -> None:
    """Everything else is given a Clock, so that a test can set it."""
    reads = re.findall(
        r"\b(?:datetime\.now|datetime\.utcnow|date\.today|time\.(?:time|monotonic|perf_counter))\(",
        path.read_text(),
    )

    assert reads == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_stay_small(path: Path) -> None:
    """One concept per module: what needs more lines holds more than one."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_AT_MOST


def test_the_source_root_is_no_package() -> None:
    """`generator/` holds the package; it is none itself."""
    assert not (SOURCE / "__init__.py").exists()


def test_every_folder_of_the_package_is_importable() -> None:
    """A missing __init__.py would leave modules out of the wheel's type information."""
    folders = {path.parent for path in MODULES}

    assert [name(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize(
    "path",
    sorted((REPOSITORY / "tests").rglob("test_*.py")),
    ids=lambda path: path.relative_to(REPOSITORY).as_posix(),
)
def test_every_test_says_what_it_specifies(path: Path) -> None:
    """The sentence under a test's name is the specification."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]

    assert [f.name for f in functions if f.name.startswith("test_") and not ast.get_docstring(f)] == []
