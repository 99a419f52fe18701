"""Every platform with every database, package manager and migration tool: parses, lints, leads on, keeps the SOP."""

from __future__ import annotations

import functools
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from helpers import lint
from helpers.markdown import Markdown
from helpers.matrix import (
    ANSWERS_FILE,
    DATABASES,
    MANAGERS,
    MIGRATIONS,
    PLATFORMS,
    Combination,
    Copy,
    Files,
    as_copier,
    combinations,
    distinct,
    matrix,
    of_copier,
)
from mainstay.audit import run_audit
from mainstay.platform.clock import FixedClock

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SAMPLE = combinations()[:: len(combinations()) // 4]
MENTIONS = {"response.md", "review-checklist.md", "template.md"}
"""Pages that speak of the word TODO, or ask for answers by it."""


def test_every_combination_is_there() -> None:
    """Each platform with each database, and each such pair with every package manager and migration tool."""
    found = combinations()

    pairs = len(PLATFORMS) * len(DATABASES)
    assert len({(c.platform, c.database, c.package_manager) for c in found}) == pairs * len(MANAGERS)
    assert len({(c.platform, c.database, c.migrations) for c in found}) == pairs * len(MIGRATIONS)


@pytest.mark.parametrize("combination", SAMPLE, ids=str)
def test_the_matrix_is_what_copier_writes(combination: Combination) -> None:
    """Rendering in memory gives the files of a real copy, byte for byte."""
    assert as_copier(combination) == of_copier(combination)


def test_workflows_and_forms_lint(tmp_path: Path) -> None:
    """Each distinct file for GitHub: zizmor as an auditor, actionlint, and the schemas."""
    place: dict[str, list[Path]] = {"workflows": [], "dependabot": []}
    for key, (path, text) in distinct(".yml", ".github/").items():
        kind = "workflows" if path.startswith(".github/workflows/") else Path(path).stem
        file = tmp_path / key / path
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
        place.setdefault(kind, []).append(file)

    assert len(place["workflows"]) > 40
    assert lint.zizmor(tmp_path) == ""
    assert lint.actionlint(place["workflows"]) == ""
    assert lint.schema_errors("vendor.github-workflows", place["workflows"]) == ""
    assert lint.schema_errors("custom.github-workflows-require-timeout", place["workflows"]) == ""
    assert lint.schema_errors("vendor.dependabot", place["dependabot"]) == ""


def test_other_yaml_parses() -> None:
    """Policy, form and everything else that ends in .yml is YAML."""
    for path, text in distinct(".yml").values():
        assert YAML(typ="safe").load(text), path


def test_pages_are_good_markdown(tmp_path: Path) -> None:
    """Markdownlint, over every distinct page."""
    pages = {
        re.sub(r"(?m)^platform: .*$", "platform: any", text): f"{Path(path).stem}-{key}.md"
        for key, (path, text) in distinct(".md").items()
    }
    assert len(pages) > 500
    for text, name in pages.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert lint.markdownlint(tmp_path) == ""


def blocks(folder: Path, *languages: str) -> list[Path]:
    """Write each distinct block of code in these languages into a folder, and return the files."""
    fence = re.compile(rf"^( *)```(?:{'|'.join(languages)})\b[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
    found = {
        re.sub(rf"^{indent}", "", code, flags=re.MULTILINE): path
        for path, text in distinct(".md").values()
        for indent, code in fence.findall(text)
    }
    files = []
    for number, (code, path) in enumerate(found.items()):
        files.append(folder / f"{Path(path).stem}-{number}")
        files[-1].write_text(code, encoding="utf-8")
    return files


def test_shell_is_good_shell(tmp_path: Path) -> None:
    """Each distinct block of bash and each script: `bash -n` and shellcheck."""
    files = blocks(tmp_path, "bash", "sh")
    for key, (_, text) in distinct(".sh").items():
        files.append(tmp_path / key)
        files[-1].write_text(text, encoding="utf-8")

    assert len(files) > 200
    assert lint.bash_errors(files) == ""
    assert lint.shellcheck(files) == ""


def test_blocks_for_mongosh_are_javascript(tmp_path: Path) -> None:
    """Node parses each of them; no server runs them here."""
    files = [file.rename(file.with_suffix(".js")) for file in blocks(tmp_path, "javascript")]

    assert len(files) > 10
    assert lint.javascript_errors(files) == ""


def test_every_link_and_anchor_resolves() -> None:
    """Within each combination every relative link leads to a file of it, and its anchor to a heading there."""
    root, links, anchors = Path("/repository"), {}, {}
    for path, text in distinct(".md").values():
        page = Markdown(root / path)
        page.__dict__["text"] = text  # it lies in no folder
        links[path, text] = [
            (link, str(target.relative_to(root)), anchor) for link, target, anchor in page.links()
        ]
        anchors[path, text] = page.anchors
    lost = {
        f"{path}: {link}"
        for files in matrix().values()
        for path, text in files.items()
        if path.endswith(".md")
        for link, target, anchor in links[path, text]
        if not leads(files, target) or (anchor and anchor not in anchors[target, files[target]])
    }

    assert sum(map(len, links.values())) > 1000
    assert lost == set()


def leads(files: Files, target: str) -> bool:
    """Return whether a path is a file of a copy, or a folder of one."""
    return target in files or any(path.startswith(f"{target}/") for path in files)


def test_nothing_is_left_to_fill_in() -> None:
    """No placeholder and no mark of the template reaches a user."""
    pattern = re.compile(r"your-(?:org|team|app)|OWNER/REPO|\[=|=\]|\[%|%\]|\[~|\bFIXME\b")
    todo = re.compile(r"\bTODO\b")

    left = {
        (path, found)
        for path, text in distinct("").values()
        for found in [
            *pattern.findall(text),
            *(todo.findall(text) if Path(path).name not in MENTIONS else []),
        ]
    }

    assert left == set()


def test_the_audit_finds_nothing_above_low(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With people answered for, a fresh copy of each combination keeps the SOP; left is to read the runbooks."""
    for module, name in (
        ("documents", "parse_document"),
        ("runbooks", "Runbook"),
    ):  # each page is parsed once
        place = f"mainstay.audit.facts.{module}"
        monkeypatch.setattr(sys.modules[place], name, functools.cache(getattr(sys.modules[place], name)))
    answers = {ANSWERS_FILE: "_commit: v1.0.0\n_src_path: gh:acme/mainstay\n"}
    copy, found = Copy(tmp_path), dict[str, set[str]]()
    for combination, files in matrix().items():
        report = run_audit(copy.hold({**files, **answers}), clock=FixedClock(NOW))
        unread = {f"{result.check.id} unread: {result.reason}" for result in report.incomplete}
        findings = {
            f"{result.check.id} {finding.at}: {finding.message}"
            for result in report.results
            for finding in result.findings
            if result.check.id != "RB203"  # it is low: nobody has read the pages yet
        }
        if problems := unread | findings:
            found[str(combination)] = problems

    assert found == {}
