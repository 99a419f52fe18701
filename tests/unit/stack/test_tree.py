from __future__ import annotations

import os
from pathlib import Path

import pytest

from mainstay.errors import MainstayError
from mainstay.platform import process
from mainstay.stack import LocalTree, detect_stack, tree


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder with a manifest, ignored output and a nested application; not a git repository."""
    root = tmp_path / "app"
    for path, text in {
        "package.json": '{"dependencies": {"pg": "8"}}',
        "api/Dockerfile": "FROM debian\n",
        "build/Cargo.toml": "[package]\n",
        ".gitignore": "build/\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def git(root: Path, *words: str) -> None:
    """Run git in a folder."""
    process.run(["git", "-C", root, *words])


def test_in_a_git_repository_the_files_are_those_that_git_would_commit(app: Path) -> None:
    """Ignored files are left out, files that are not committed yet are not, deleted ones are."""
    git(app, "init", "-q")
    (app / "gone.txt").write_text("x", encoding="utf-8")
    git(app, "add", "gone.txt")
    (app / "gone.txt").unlink()

    assert LocalTree(app).paths() == [".gitignore", "api/Dockerfile", "package.json"]


def test_a_folder_of_a_git_repository_is_a_tree_of_its_own(app: Path) -> None:
    """Paths are relative to the folder that was asked about."""
    git(app, "init", "-q")

    assert LocalTree(app / "api").paths() == ["Dockerfile"]


def test_outside_git_all_files_are_walked(app: Path) -> None:
    """Without .gitignore to ask, everything counts but what is never an application's own."""
    (app / "node_modules" / "x").mkdir(parents=True)
    (app / "node_modules" / "x" / "package.json").write_text("{}", encoding="utf-8")

    assert LocalTree(app).paths() == [".gitignore", "api/Dockerfile", "build/Cargo.toml", "package.json"]


@pytest.mark.parametrize("in_git", [True, False])
def test_links_are_not_followed(app: Path, *, in_git: bool) -> None:
    """A link may lead out of the repository, or in circles."""
    outside = app.parent / "outside"
    outside.mkdir()
    (outside / "Cargo.toml").write_text("[package]\n", encoding="utf-8")
    (app / "linked").symlink_to(outside)
    (app / "circle").symlink_to(app)
    (app / "Cargo.toml").symlink_to(outside / "Cargo.toml")
    if in_git:
        git(app, "init", "-q")
    local = LocalTree(app)

    assert local.read("Cargo.toml") is None
    assert local.read("linked/Cargo.toml") is None
    assert local.read("circle/package.json") is None
    assert "linked/Cargo.toml" not in local.paths()
    proved = {evidence.path for each in detect_stack(local).ecosystems for evidence in each.evidence}
    assert not {path for path in proved if path.startswith(("linked", "circle", "Cargo"))}


@pytest.mark.parametrize("path", ["missing.json", "api", "../outside.json", "\0"])
def test_what_is_no_file_of_the_tree_reads_as_nothing(app: Path, path: str) -> None:
    """A missing file, a folder, a path that leads out, a name that no file can have."""
    (app.parent / "outside.json").write_text("{}", encoding="utf-8")

    assert LocalTree(app).read(path) is None


def test_a_file_that_is_too_large_is_not_read(app: Path) -> None:
    """Memory stays bounded."""
    with (app / "package.json").open("wb") as file:
        file.truncate(tree.MAX_READ_BYTES + 1)

    assert LocalTree(app).read("package.json") is None


def test_bytes_that_are_no_text_are_read_all_the_same(app: Path) -> None:
    """A byte order mark is no part of the text; what is not UTF-8 is replaced."""
    (app / "package.json").write_bytes(b"\xef\xbb\xbf{}\xff")

    assert LocalTree(app).read("package.json") == "{}\ufffd"


def test_file_names_may_hold_anything(app: Path) -> None:
    """Names with line ends or bytes that are no text neither fail nor hide other files."""
    for name in (b"a\nb.json", b"caf\xe9.txt"):
        Path(os.fsdecode(os.fsencode(app) + b"/" + name)).write_text("x", encoding="utf-8")
    git(app, "init", "-q")

    assert "package.json" in LocalTree(app).paths()


def test_too_many_files_outside_git_are_refused(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a list would be a wrong answer."""
    monkeypatch.setattr(tree, "MAX_WALKED_FILES", 3)

    with pytest.raises(MainstayError, match="more than 3 files"):
        LocalTree(app).paths()


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    """An empty list would say that there is nothing to update."""
    with pytest.raises(MainstayError, match="is not a folder"):
        LocalTree(tmp_path / "nowhere").paths()
