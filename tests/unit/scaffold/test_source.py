from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.rendering import REPOSITORY
from mainstay.errors import ScaffoldError, UsageError
from mainstay.platform.redact import redact
from mainstay.scaffold import ANSWERS_FILE, TemplateSource, find_source, source
from mainstay.scaffold.source import checkout_source, installed_source


def test_an_address_that_is_asked_for_wins(tmp_path: Path) -> None:
    """Without a ref it means the newest release."""
    (tmp_path / ANSWERS_FILE).write_text("_src_path: gh:acme/other\n", encoding="utf-8")

    assert find_source(tmp_path, url="gh:acme/mainstay") == TemplateSource("gh:acme/mainstay", None)
    assert find_source(tmp_path, url="gh:acme/mainstay", ref="v1.2.0").ref == "v1.2.0"


def test_a_folder_is_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copier resolves relative folders against wherever the next update is run."""
    (tmp_path / "kit").mkdir()
    monkeypatch.chdir(tmp_path)

    assert find_source(tmp_path, url="kit") == TemplateSource(str(tmp_path / "kit"))


def test_the_place_that_an_answers_file_records_comes_next(tmp_path: Path) -> None:
    """A repository stays with the template that it came from; a password that stands there is not used."""
    (tmp_path / ANSWERS_FILE).write_text(
        "_src_path: https://user:s3cret@github.com/a/b.git\n", encoding="utf-8"
    )

    assert find_source(tmp_path) == TemplateSource("https://github.com/a/b.git")


def test_then_the_checkout_that_holds_this_package(tmp_path: Path) -> None:
    """Whoever develops mainstay tries the template that they are editing."""
    assert find_source(tmp_path) == TemplateSource(str(REPOSITORY), "HEAD")


def test_a_package_without_a_template_beside_it_is_no_checkout(tmp_path: Path) -> None:
    """Site-packages hold no copier.yml."""
    assert checkout_source(tmp_path / "site-packages" / "mainstay") is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/acme/mainstay", "https://github.com/acme/mainstay"),
        ("https://git.example.com/acme/mainstay", "git+https://git.example.com/acme/mainstay"),
        ("https://git.example.com/acme/mainstay.git", "https://git.example.com/acme/mainstay.git"),
        ("https://user:s3cret@github.com/a/b", "https://github.com/a/b"),
        ("https://ghp_token@github.com/a/b", "https://github.com/a/b"),
        ("ssh://git@github.com/a/b.git", "ssh://git@github.com/a/b.git"),
    ],
)
def test_then_the_repository_that_pip_installed_from(url: str, expected: str) -> None:
    """PEP 610 records address and commit; Copier must know the address for git's."""
    record = {"url": url, "vcs_info": {"vcs": "git", "commit_id": "0" * 40}}

    assert installed_source(lambda: json.dumps(record)) == TemplateSource(expected, "0" * 40)


@pytest.mark.parametrize(
    "record",
    [
        None,
        "",
        "no json",
        "[]",
        '{"url": "file:///x", "dir_info": {"editable": true}}',
        '{"url": 1, "vcs_info": {"commit_id": 2}}',
        '{"url": "https://x/y", "vcs_info": {"vcs": "hg", "commit_id": "1"}}',
    ],
)
def test_an_installation_from_elsewhere_records_no_source(record: str | None) -> None:
    """From a package index, a folder or another version control system."""
    assert installed_source(lambda: record) is None


def test_without_any_of_these_the_error_says_how_to_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is guessed: no owner is written into this package."""
    monkeypatch.setattr(source, "checkout_source", lambda: None)
    monkeypatch.setattr(source, "installed_source", lambda: None)

    with pytest.raises(ScaffoldError, match="where the template comes from is not known") as caught:
        find_source(tmp_path)

    assert caught.value.hint == "name it: --source gh:OWNER/REPO"


@pytest.mark.parametrize(
    "url",
    [
        "https://user:s3cretword@github.com/a/b.git",
        "https://s3cretword@github.com/a/b",
        "git+https://x:s3cretword@example.com/a",
        "ssh://git:s3cretword@example.com/a.git",
        "https://example.com/a.git?token=s3cretword",
    ],
)
def test_credentials_in_an_address_are_refused_and_never_shown(tmp_path: Path, url: str) -> None:
    """Copier would write them into the answers file, which is committed."""
    with pytest.raises(UsageError, match="holds credentials") as caught:
        find_source(tmp_path, url=url)

    assert "s3cretword" not in str(caught.value) + str(caught.value.hint)


def test_a_password_that_was_seen_is_masked_from_then_on(tmp_path: Path) -> None:
    """Git repeats addresses in its messages."""
    with pytest.raises(UsageError):
        find_source(tmp_path, url="https://user:hunter2-long@github.com/a/b.git")

    assert "hunter2-long" not in redact("fatal: hunter2-long was refused")


@pytest.mark.parametrize("url", ["", "  ", "--upload-pack=touch x", "gh:a/b\n", "gh:a\x1b[2J"])
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    """An address must not become an option of git, nor steer a terminal."""
    with pytest.raises(UsageError, match="is not the address of a template"):
        find_source(tmp_path, url=url)


@pytest.mark.parametrize("ref", ["", "--force", "v1 v2", "-x", "a\nb"])
def test_what_is_no_ref_is_refused(tmp_path: Path, ref: str) -> None:
    """A ref must not become an option of git."""
    with pytest.raises(UsageError, match="is not a tag, branch or commit"):
        find_source(tmp_path, url="gh:a/b", ref=ref)
