from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.platform.git import GitError, Repository, remote_tags


def test_the_tags_of_a_remote_are_named(tmp_path: Path) -> None:
    """Annotated tags once, branches not at all."""
    repository = Repository(tmp_path)
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "one"], ["branch", "v3.0.0"]):
        repository.git(*words)
    repository.git("tag", "v1.0.0")
    repository.git("tag", "-a", "v1.1.0", "-m", "two")

    assert remote_tags(str(tmp_path)) == ["v1.0.0", "v1.1.0"]


@pytest.mark.parametrize(
    "url", ["ext::sh -c 'touch {marker}'", "--upload-pack=touch {marker}", "/missing", ""]
)
def test_an_address_that_is_none_runs_nothing(tmp_path: Path, url: str) -> None:
    """Git can be told by an address to run a program; a file of the repository must not do that."""
    marker = tmp_path / "ran"

    with pytest.raises(GitError, match="cannot be read"):
        remote_tags(url.format(marker=marker))

    assert not marker.exists()
