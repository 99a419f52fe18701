"""A small template with releases, and a repository that has adopted one, for tests about updates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from copier import Settings, run_update
from plumbum import local

from helpers.templates import FILES, commit, git
from mainstay.scaffold import ANSWERS_FILE, OnExisting, TemplateSource, init_target

LINES = "".join(f"line {number}\n" for number in range(1, 31))
PAGE = "docs/page.md"
TEMPLATE = {**FILES, f"template/{PAGE}": LINES}


@dataclass(frozen=True)
class Template:
    """A template in git whose releases are annotated tags."""

    folder: Path

    def release(self, tag: str, files: Mapping[str, str | bytes | None]) -> str:
        """Change files of the template, remove those that are None, tag that, and return the commit."""
        put(self.folder, {f"template/{path}": content for path, content in files.items()})
        commit(self.folder, {}, tag)
        git(self.folder, "tag", "-a", tag, "-m", tag)
        return git(self.folder, "rev-parse", "HEAD").strip()

    def adopt(self, root: Path, **answers: object) -> Path:
        """Copy the newest release into the repository at `root`, which is made when needed, and commit."""
        commit(root, {})
        init_target(root, answers, TemplateSource(str(self.folder)), on_existing=OnExisting.KEEP)
        return commit(root, {}, "Adopt")


def new_template(folder: Path) -> Template:
    """Return a template with a release v1.0.0."""
    commit(folder, TEMPLATE)
    template = Template(folder)
    template.release("v1.0.0", {})
    return template


def put(root: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write files below a folder, remove those that are None, and return the folder."""
    for path, content in files.items():
        if content is None:
            (root / path).unlink()
            continue
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def edited(text: str, number: int, by: str) -> str:
    """Return the text with one of its lines changed."""
    lines = text.splitlines(keepends=True)
    lines[number - 1] = f"{by} {number}\n"
    return "".join(lines)


def copier_update(root: Path, ref: str | None = None, **answers: object) -> None:
    """Update with Copier alone, as `copier update --defaults` does."""
    with hermetic(root.parent / "copier-cache"):
        run_update(
            str(root),
            answers_file=ANSWERS_FILE,
            data=answers,
            vcs_ref=ref,
            settings=Settings(),
            defaults=True,
            overwrite=True,
            quiet=True,
        )


@contextmanager
def hermetic(cache: Path) -> Iterator[None]:
    """Keep Copier away from the settings of whoever runs the tests."""
    import os  # noqa: PLC0415 - the environment as this test has it

    # plumbum, through which copier calls git, has its own copy of the environment.
    names = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")
    with (
        mock.patch.dict("os.environ", {"COPIER_CACHE_DIR": str(cache)}),
        local.env(**{name: os.environ[name] for name in names if name in os.environ}),
    ):
        yield


def files_of(root: Path) -> dict[str, bytes]:
    """Return path -> content of every file outside `.git`."""
    found = (
        path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts
    )
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}
