"""What is shipped: locks that fit, hashes for everything, no address of anybody's registry, a fast start."""

from __future__ import annotations

import re
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.rendering import REPOSITORY
from mainstay import __version__
from mainstay.platform import process

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("runtime.txt", "dev.txt", "uv.txt", "bench.txt")


def lock_text(lock: str) -> str:
    return (REPOSITORY / "requirements" / lock).read_text(encoding="utf-8")


def locked(lock: str) -> dict[str, Requirement]:
    """Return what a lock pins, by canonical name."""
    lines = re.findall(r"^([A-Za-z0-9][^\s]*(?: ; [^\\\n]*)?)", lock_text(lock), re.MULTILINE)
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}


def declared(lock: str) -> list[Requirement]:
    runtime = PROJECT["project"]["dependencies"]
    dev = PROJECT["dependency-groups"]["dev"]
    return [Requirement(text) for text in (runtime if lock == "runtime.txt" else [*runtime, *dev])]


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt"])
def test_the_lock_fits_what_is_declared(lock: str) -> None:
    """`script/lock` was run after the last change of pyproject.toml."""
    pins = locked(lock)

    for requirement in declared(lock):
        pin = pins[canonicalize_name(requirement.name)]
        (specifier,) = pin.specifier
        assert specifier.operator == "=="
        assert requirement.specifier.contains(specifier.version)


def test_runtime_and_development_agree() -> None:
    """What is tested is what is shipped."""
    dev = locked("dev.txt")

    assert {name: dev[name].specifier for name in locked("runtime.txt")} == {
        name: pin.specifier for name, pin in locked("runtime.txt").items()
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_address(lock: str) -> None:
    """An install is the same bytes everywhere, from whichever index a machine uses."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", lock_text(lock), flags=re.MULTILINE)[1:]

    assert blocks
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert not re.search(r"https?://|--index|--find-links|file:", lock_text(lock))


def test_uv_lock_stays_out_of_git() -> None:
    """It records download addresses."""
    assert "uv.lock" in (REPOSITORY / ".gitignore").read_text(encoding="utf-8").split()


def test_the_version_is_the_same_everywhere() -> None:
    """pyproject.toml, the package and the newest heading of the changelog name one version."""
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")

    assert PROJECT["project"]["version"] == __version__
    assert f"## [{__version__}]" in changelog or "## [Unreleased]" in changelog


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["backup", "--help"], ["audit", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    """`--help` is instant because copier, PyGithub, obstore, psycopg, PyMySQL and rich are not loaded for it."""
    code = (
        "import sys\nfrom mainstay.cli import cli\n"
        f"try: cli.main({words!r})\nexcept SystemExit: pass\n"
        "print(sorted({'copier', 'github', 'obstore', 'psycopg', 'pymysql', 'rich', 'moto'} & set(sys.modules)))"
    )

    printed = process.run([sys.executable, "-c", code]).stdout

    assert printed.splitlines()[-1] == "[]"
