"""The sample application is a repository as teams have them, and mainstay understands it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.demo.application import make_application
from mainstay.scaffold import answers_for
from mainstay.stack import LocalTree, detect_stack


def test_its_stack_is_detected_without_doubt(tmp_path: Path) -> None:
    """Every answer follows from a file; none is left open."""
    root = make_application(tmp_path / "bookshop").root

    answers, left_open = answers_for(detect_stack(LocalTree(root)), "bookshop")

    assert left_open == []
    assert answers == {
        "project_name": "bookshop",
        "package_manager": "pnpm",
        "database": "postgresql",
        "migrations": "prisma",
        "platform": "vercel",
        "ecosystems": ["docker", "github-actions", "npm"],
        "ecosystem_directories": {},
    }


def test_it_is_committed_without_the_callers_identity_and_hooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signing key or a hook of whoever runs the demo has no part in it."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-commit").chmod(0o755)
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[commit]\n\tgpgsign = true\n[core]\n\thooksPath = {hooks}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))

    repository = make_application(tmp_path / "bookshop")

    assert repository.changes() == []
    assert repository.git("log", "--format=%an %s") == "mainstay demo Sell books"
