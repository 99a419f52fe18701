"""The demo and its machine stay apart: settings, temporary files."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from mainstay.demo.isolation import environment, workshop
from mainstay.demo.stores import s3_store
from mainstay.errors import StoreError


def test_an_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was dropped, changed or added for the block is as before after it, also when it fails."""
    monkeypatch.setenv("AWS_PROFILE", "mine")
    before = dict(os.environ)

    def fail_inside() -> None:
        with environment({"AWS_REGION": "demo"}, without=("AWS_",)):
            assert [name for name in os.environ if name.startswith("AWS_")] == ["AWS_REGION"]
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail_inside()

    assert before == dict(os.environ)


def test_a_workshop_takes_all_temporary_files_and_no_foreign_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Variables that lead to the caller's database or repository are gone inside; the folder is gone afterwards."""
    monkeypatch.setenv("PGHOST", "production.example.invalid")
    monkeypatch.setenv("GIT_DIR", "/somewhere/.git")
    outside = tempfile.gettempdir()

    with workshop() as folder:
        made = Path(tempfile.mkdtemp())
        assert made.is_relative_to(folder)
        assert os.environ["TMPDIR"] == tempfile.gettempdir()
        assert not {"PGHOST", "GIT_DIR"} & set(os.environ)

    assert not folder.exists()
    assert outside == tempfile.gettempdir()


def test_an_s3_endpoint_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Moto is a development dependency: the error says what brings it."""
    monkeypatch.setitem(sys.modules, "moto.server", None)

    with pytest.raises(StoreError, match="moto") as caught, s3_store(tmp_path):
        pass

    assert caught.value.hint is not None
    assert "script/demo" in caught.value.hint
