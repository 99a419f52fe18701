from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from helpers.audits import NOW, healthy
from helpers.commands import mainstay
from helpers.cpu import cpu_seconds
from helpers.rendering import git_environment
from mainstay.audit import exit_code, run_audit
from mainstay.errors import ExitCode
from mainstay.platform import process
from mainstay.platform.clock import FixedClock

FILES = 50_000


def monorepo(root: Path) -> Path:
    """Return a repository that keeps the SOP, with fifty thousand tracked files."""
    healthy(root)
    env = git_environment()

    def git(*words: str, stdin: str | None = None) -> str:
        return process.run(["git", "-C", root, *words], env=env, stdin=stdin).stdout

    git("init", "--quiet")
    git("add", "--all")
    empty = git("hash-object", "-w", "--stdin", stdin="").strip()
    rest = FILES - len(git("ls-files").splitlines())
    paths = [f"apps/app{number % 50}/src/pkg{number % 997}/file{number}.ts" for number in range(rest)]
    git("update-index", "--index-info", stdin="".join(f"100644 {empty}\t{path}\n" for path in paths))
    git("checkout-index", "--all", "--force")
    git("commit", "--quiet", "--message", "Everything")
    assert len(git("ls-files").splitlines()) == FILES
    return root


def test_fifty_thousand_files_take_less_than_three_seconds_of_cpu(tmp_path: Path) -> None:
    """The whole program, git included: files come from the index, few are read, and nothing is asked."""
    root = monorepo(tmp_path / "shop")

    spent = min(cpu_seconds(lambda: mainstay("audit", "--format", "json", cwd=root)) for _ in range(2))

    assert spent < 3.0


def test_an_offline_audit_opens_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even to find out that there is no network."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket was asked for")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    report = run_audit(healthy(tmp_path / "shop"), clock=FixedClock(NOW))

    assert exit_code(report) == ExitCode.OK
