"""The demo takes the template that belongs to the package that runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mainstay.demo import template
from mainstay.demo.application import make_application
from mainstay.demo.template import template_source
from mainstay.scaffold import TemplateSource, init_target

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.skipif(not (CHECKOUT / ".git").exists(), reason="the tests run from an archive without git")
def test_a_checkout_gives_its_own_git(tmp_path: Path) -> None:
    """What the real copier copies is the commit that is checked out."""
    assert template_source(tmp_path) == TemplateSource(str(CHECKOUT), "HEAD")


def test_an_unpacked_archive_gets_a_git_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who downloads the source without its history sees the same demo, and the download stays as it is."""
    archive, folder = tmp_path / "archive", tmp_path / "folder"
    shutil.copytree(CHECKOUT / "template", archive / "template")
    shutil.copy(CHECKOUT / "copier.yml", archive)
    folder.mkdir()
    monkeypatch.setattr(template, "_CHECKOUT", archive)

    source = template_source(folder)
    created = init_target(make_application(tmp_path / "bookshop").root, {}, source).created

    assert ".github/mainstay.yml" in created
    assert sorted(path.name for path in archive.iterdir()) == ["copier.yml", "template"]
