from __future__ import annotations

import shutil
import sys
from pathlib import Path

from helpers.commands import mainstay
from helpers.cpu import cpu_seconds
from helpers.rendering import REPOSITORY
from helpers.templates import commit, git
from helpers.updates import Template, files_of
from mainstay.platform import process

EXTRA = 24
UNRENDERED = 800
"""Files beside the template, as its repository has them: tests, code, documents."""
QUIET_IMPORT_SECONDS = 0.62
"""CPU that `import copier` takes on the machine that the budget was set on, when nothing else runs there."""
BUDGET_SECONDS = 1.5


def test_a_plan_of_sixty_files_takes_little_cpu(tmp_path: Path) -> None:
    """1.5 s on a quiet machine; one that is busy is measured by what importing Copier takes there at that moment."""
    folder = tmp_path / "template"
    shutil.copytree(REPOSITORY / "template", folder / "template")
    shutil.copy(REPOSITORY / "copier.yml", folder)
    runbooks = folder / "template/docs/runbooks"
    for number in range(EXTRA):
        shutil.copy(runbooks / "rb-01-site-down.md.jinja", runbooks / f"extra-{number}.md.jinja")
    unrendered = {f"tests/{number % 90}/{number}.py": "x = 1\n" for number in range(UNRENDERED)}
    template = Template(commit(folder, unrendered))
    git(folder, "tag", "-a", "v1.0.0", "-m", "v1.0.0")
    app = template.adopt(tmp_path / "app")
    template.release("v1.1.0", {"docs/new.md": "x\n"})
    assert len(files_of(app)) >= 60

    spent = [
        (
            cpu_seconds(lambda: mainstay("plan", cwd=app)),
            cpu_seconds(lambda: process.run([sys.executable, "-c", "import copier"])),
        )
        for _ in range(3)
    ]

    plan, copier = (min(seconds) for seconds in zip(*spent, strict=True))
    assert plan < BUDGET_SECONDS * max(1, copier / QUIET_IMPORT_SECONDS), spent


def test_help_takes_little_cpu(tmp_path: Path) -> None:
    """Nothing that an answer does not need is imported."""
    assert min(cpu_seconds(lambda: mainstay("--help", cwd=tmp_path)) for _ in range(5)) < 0.2
