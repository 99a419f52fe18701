"""The documentation that is made from the code. `script/docs` writes it, a test holds that it is current."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY / "tests")]  # script/docs runs this file by itself

from pydantic import TypeAdapter  # noqa: E402

from bench.page import performance_page  # noqa: E402
from bench.plot import performance_plot  # noqa: E402
from helpers import action_page, github_page  # noqa: E402
from helpers.backup_examples import EXAMPLES  # noqa: E402
from helpers.rendering import rendered  # noqa: E402
from mainstay.audit.checks import CHECKS  # noqa: E402
from mainstay.demo.text import verdict_text  # noqa: E402
from mainstay.demo.verdict import Verdict  # noqa: E402
from mainstay.policy import POLICY_PATH  # noqa: E402
from mainstay.report.check_pages import checks_markdown  # noqa: E402
from mainstay.report.detection_page import detection_page  # noqa: E402
from mainstay.report.policy_page import policy_page  # noqa: E402
from mainstay.scaffold.ownership import ownership_page  # noqa: E402


def demo() -> str:
    """Return what a recorded run of the demo said, as today's code words it."""
    recorded = (REPOSITORY / "docs/examples/demo.json").read_text(encoding="utf-8")
    return _fenced("text", verdict_text(TypeAdapter(Verdict).validate_json(recorded)))


def tree() -> str:
    """Return what a fresh copy for a Vercel app with Prisma holds."""
    root = rendered(platform="vercel", migrations="prisma", package_manager="pnpm")
    return _fenced("text", "\n".join(_branch(root)))


def workflow() -> str:
    """Return the steps of an emitted backup workflow."""
    text = (rendered() / ".github/workflows/backup.yml").read_text(encoding="utf-8")
    # Which commit it is depends on when the template was copied.
    text = re.sub(r"@[0-9a-f]{40} # \S+$", "@<full commit> # vX.Y.Z", text, flags=re.MULTILINE)
    steps = text[text.index("      - name: Back up") :].partition("\n\n")[0]
    return _fenced("yaml", "\n".join(line.removeprefix("      ") for line in steps.splitlines()))


def benchmark(name: str = "bench-backup") -> Any:
    """Return what a recorded run of `script/bench backup` found."""
    return json.loads((REPOSITORY / f"docs/examples/{name}.json").read_text(encoding="utf-8"))


def exit_codes() -> str:
    """Return the table of exit codes, from its page."""
    page = (REPOSITORY / "docs/exit-codes.md").read_text(encoding="utf-8")
    return "\n".join(line for line in page.splitlines() if line.startswith("|"))


PAGES: dict[str, Callable[[], str]] = {
    "docs/action.md": lambda: _with_blocks("docs/action.md", action_page.BLOCKS),
    "docs/backups.md": lambda: _with_blocks("docs/backups.md", EXAMPLES),
    "docs/checks.md": lambda: checks_markdown(CHECKS),
    "docs/detection.md": detection_page,
    "docs/github.md": lambda: _with_blocks("docs/github.md", github_page.BLOCKS),
    "docs/ownership.md": ownership_page,
    "docs/performance.md": lambda: performance_page(benchmark(), benchmark("bench-backup-smaller")),
    "docs/performance.svg": lambda: performance_plot(benchmark()),
    "docs/policy.md": lambda: policy_page((rendered() / POLICY_PATH).read_text(encoding="utf-8")),
}
"""Whole pages: path -> what makes it."""

BLOCKS: dict[str, Callable[[], str]] = {
    "demo": demo,
    "tree": tree,
    "workflow": workflow,
    "exit-codes": exit_codes,
}
"""Parts of README.md, between `<!-- name -->` and `<!-- /name -->`."""


def readme() -> str:
    """Return README.md with every block made anew."""
    return _with_blocks("README.md", BLOCKS)


def _with_blocks(page: str, blocks: Mapping[str, Callable[[], str]]) -> str:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    for name, make in blocks.items():
        block = f"<!-- {name} -->\n\n{make()}\n\n<!-- /{name} -->"
        before, start, rest = text.partition(f"<!-- {name} -->")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not (start and end):
            raise LookupError(f"{page} has no block {name!r}")
        text = before + block + after
    return text


def _branch(folder: Path, indent: str = "") -> list[str]:
    lines = []
    entries = sorted(folder.iterdir(), key=lambda path: (path.is_file(), path.name))
    for entry in entries:
        if entry.name == ".git":
            continue
        if entry.is_dir():
            lines += [f"{indent}{entry.name}/", *_branch(entry, indent + "  ")]
        else:
            lines.append(f"{indent}{entry.name}")
    return lines


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


if __name__ == "__main__":
    for page, make_page in {**PAGES, "README.md": readme}.items():
        (REPOSITORY / page).write_text(make_page(), encoding="utf-8")
        print(f"wrote {page}")  # noqa: T201 - it is a script then
