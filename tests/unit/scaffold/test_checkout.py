"""Of a template's repository only what is rendered is checked out; where that cannot be told, everything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from helpers.templates import commit, git
from mainstay.scaffold.checkout import checking_out_less

EVERYTHING = "Copier's own clone was asked"
FILES = {
    "copier.yml": "_subdirectory: template # all of it\n",
    "README.md": "top\n",
    "tests/test_it.py": "not rendered\n",
    "template/a.md.jinja": "[% import 'template/_parts/b.jinja' as b %]{%- include \"template/c\" %}\n",
    "template/_parts/b.jinja": "include 'elsewhere' is only said here\n",
}


def checked_out(tmp_path: Path, files: Mapping[str, str], ref: str = "v1.0.0") -> tuple[Path, bool]:
    """Clone a template that holds these files; return where it was put, and whether Copier's own clone was asked."""
    repository, location = tmp_path / "repository", tmp_path / "location"
    commit(repository, files)
    git(repository, "tag", "-a", "v1.0.0", "-m", "v1.0.0")
    location.mkdir()

    def clone(url: str, asked: str, into: str) -> str:
        assert (url, asked, into) == (str(repository), ref, str(location))
        assert list(location.iterdir()) == []
        return EVERYTHING

    said = checking_out_less(clone)(str(repository), ref, location=str(location))
    assert said in {EVERYTHING, str(location)}
    return location, said == EVERYTHING


def test_what_is_rendered_is_there_and_nothing_else(tmp_path: Path) -> None:
    """The files at the top, and the folder of the template."""
    location, _ = checked_out(tmp_path, FILES)

    files = sorted(path.relative_to(location).as_posix() for path in location.rglob("*") if path.is_file())
    assert [file for file in files if not file.startswith(".git/")] == [
        "README.md",
        "copier.yml",
        "template/_parts/b.jinja",
        "template/a.md.jinja",
    ]


def test_the_revision_is_known_and_the_work_tree_clean(tmp_path: Path) -> None:
    """Copier records what `git describe` says, and modes from the index."""
    location, _ = checked_out(tmp_path, FILES)

    assert git(location, "describe", "--tags", "--always").strip() == "v1.0.0"
    assert git(location, "-c", "core.sparseCheckout=true", "status", "--porcelain") == ""
    assert "tests/test_it.py" in git(location, "ls-files", "--stage")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"copier.yml": "a: 1\n"}, id="the top is rendered"),
        pytest.param({"copier.yml": "_subdirectory: '[[ kind ]]'\n"}, id="an answer names the folder"),
        pytest.param(
            {"copier.yml": "_subdirectory: template\n---\n!include parts.yml\n"}, id="settings elsewhere"
        ),
        pytest.param({"copier.yaml": "_subdirectory: template\n"}, id="another file of settings"),
        pytest.param({".gitmodules": ""}, id="submodules"),
        pytest.param({"template/x.jinja": "[% include 'parts/x' %]"}, id="a part elsewhere"),
        pytest.param({"template/x.jinja": "[% include 'template/../parts/x' %]"}, id="a path that leaves"),
        pytest.param({"template/x.jinja": "[%- from parts import x %]"}, id="a part that an answer names"),
    ],
)
def test_everything_is_checked_out_where_more_may_be_read(tmp_path: Path, files: Mapping[str, str]) -> None:
    """A render that lacked a file would fail, or say something else."""
    assert checked_out(tmp_path, {**FILES, **files})[1]


@pytest.mark.parametrize("ref", ["HEAD", "v9.9.9", "--upload-pack=touch /tmp/x"])
def test_copier_answers_for_what_is_no_revision(tmp_path: Path, ref: str) -> None:
    """`HEAD` of a local template takes uncommitted changes along; what does not exist gets Copier's own error."""
    assert checked_out(tmp_path, FILES, ref)[1]
