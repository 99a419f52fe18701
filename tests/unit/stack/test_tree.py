from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.templates import commit, git, write
from mainstay.errors import MainstayError
from mainstay.platform.git import GitError
from mainstay.stack import GitTree, LocalTree, detect_stack, tree
from mainstay.stack.tree import MAX_READ_BYTES


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder with a manifest, ignored output and a nested application; not a git repository."""
    root = tmp_path / "app"
    files = {
        "package.json": '{"dependencies": {"pg": "8"}}',
        "api/Dockerfile": "FROM debian\n",
        "build/Cargo.toml": "[package]\n",
        ".gitignore": "build/\n",
    }
    return write(root, files)


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


def test_a_branch_or_a_tag_is_read_without_being_checked_out(tmp_path: Path) -> None:
    """What stands in the work tree does not matter, nor does an index."""
    app = commit(tmp_path / "app", {"fly.toml": "", "web/package.json": '{"dependencies": {"pg": "8"}}'})
    git(app, "tag", "v1")
    commit(app, {"fly.toml": "", "web/package.json": "{}", "vercel.json": "{}"})

    tree = GitTree(app, "v1")

    assert sorted(tree.paths()) == ["fly.toml", "web/package.json"]
    assert tree.read("web/package.json") == '{"dependencies": {"pg": "8"}}'
    assert sorted(GitTree(app / "web", "v1").paths()) == ["package.json"]
    assert [part.name for part in detect_stack(tree).databases] == ["postgresql"]


def test_links_submodules_and_large_files_of_a_commit_are_not_read(tmp_path: Path) -> None:
    """As for the files of a work tree."""
    app = tmp_path / "app"
    write(app, {"Gemfile": "x" * (MAX_READ_BYTES + 1), "bytes.txt": "a"})
    (app / "go.mod").symlink_to("/etc/passwd")
    (app / "bytes.txt").write_bytes(b"\xff\xfe\0")
    commit(app, {})
    git(app, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib")
    git(app, "commit", "-q", "-m", "Submodule")

    tree = GitTree(app, "HEAD")

    assert sorted(tree.paths()) == ["Gemfile", "bytes.txt", "go.mod", "lib"]
    assert [tree.read(path) for path in ("Gemfile", "go.mod", "lib", "missing")] == [None] * 4
    assert tree.read("bytes.txt") == "\ufffd\ufffd\0"


@pytest.mark.parametrize("ref", ["nowhere", "--output=x", "", "v1:fly.toml"])
def test_a_ref_that_is_none_is_an_error(tmp_path: Path, ref: str) -> None:
    """An empty tree would say that there is nothing to update."""
    app = commit(tmp_path / "app", {"fly.toml": ""})

    with pytest.raises(GitError, match="is no branch, tag or commit"):
        GitTree(app, ref)


def test_a_hostile_folder_is_detected_all_the_same(tmp_path: Path) -> None:
    """Links in circles, a huge manifest, bytes that are no text, YAML that is too deep: said, and nothing is lost."""
    app = write(tmp_path / "app", {"Cargo.toml": '[package]\nname = "x"\n', "web/fly.toml": ""})
    (app / "web/loop").symlink_to("..", target_is_directory=True)
    (app / "go.mod").symlink_to("go.mod")
    (app / "compose.yml").write_text("a: " + "[" * 50_000 + "\n  x:\n    image: postgres:17\n")
    (app / "pnpm-workspace.yaml").write_text("- " * 50_000)
    (app / "package.json").write_text('{"dependencies":' * 20_000)
    (app / "pom.xml").write_bytes(b"<project>\xff\xfe\0" * 100_000)
    (app / "requirements.txt").write_bytes(bytes(range(256)) * 4)

    for folder in (app, commit(app, {})):
        stack = detect_stack(LocalTree(folder))

        assert "cargo" in {each.name for each in stack.ecosystems}
        assert [part.name for part in stack.databases] == ["postgresql"]
        assert [part.name for part in stack.platforms] == ["fly"]
        assert "package.json is not JSON: its dependencies are unknown" in stack.notes
        assert any(note.startswith("pom.xml could not be read") for note in stack.notes)
