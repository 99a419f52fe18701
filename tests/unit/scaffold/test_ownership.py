from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from helpers.rendering import REPOSITORY, rendered
from mainstay.scaffold.ownership import FILES, Ownership, ownership_of, ownership_page, row_of, seeded_paths


def emitted(folder: Path) -> set[str]:
    """Return every file of a copy."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_every_emitted_file_has_an_owner_and_every_row_emits_a_file() -> None:
    """The table is what the template does, neither more nor less."""
    files = emitted(rendered(database="postgresql"))

    assert {path for path in files if row_of(path) is None} == set()
    assert {row.path for row in FILES} == {row.path for path in files if (row := row_of(path))}


def test_a_repository_without_a_database_gets_nothing_about_backups() -> None:
    """What a repository does not need is not emitted, and nothing else is missing."""
    files = emitted(rendered(database="none"))

    missing = {path for path in emitted(rendered(database="postgresql")) - files if "runbooks" not in path}
    assert missing == {
        ".github/workflows/backup-prune.yml",
        ".github/workflows/backup.yml",
        ".github/workflows/restore-drill.yml",
        "scripts/backup-database.sh",
    }


def test_copier_leaves_out_exactly_the_seeded_files_on_an_update() -> None:
    """Seeded files are the user's: the `_exclude` block of copier.yml and the table name the same ones."""
    copier = YAML(typ="safe").load((REPOSITORY / "copier.yml").read_text(encoding="utf-8"))
    block = next(pattern for pattern in copier["_exclude"] if "_copier_operation" in pattern)

    assert [line.removeprefix("/") for line in block.splitlines() if line.startswith("/")] == seeded_paths()


def test_a_path_has_one_owner() -> None:
    """The first row that matches counts, so a seeded file may stand in a managed folder."""
    assert ownership_of("docs/runbooks/README.md") is Ownership.SEEDED
    assert ownership_of("docs/runbooks/site-down.md") is Ownership.MANAGED
    assert ownership_of(".github/dependabot.yml") is Ownership.SHARED
    assert ownership_of("src/main.py") is None


def test_the_page_in_the_documentation_is_current() -> None:
    """Run `python -c 'from mainstay.scaffold.ownership import ownership_page as p; print(p(), end="")'` for it."""
    assert (REPOSITORY / "docs/ownership.md").read_text(encoding="utf-8") == ownership_page()
