"""Runs the suite against the built wheel, in a checkout without the source tree. `script/test-wheel` calls it."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess  # noqa: TID251 - it stands where a user stands
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PARTS = {
    "portable": ("tests/unit", "tests/cli", "tests/project/test_packaging.py"),
    "quick": (
        "tests/unit/policy",
        "tests/unit/evidence",
        "tests/cli/test_backup.py",
        "tests/cli/test_policy.py",
        "tests/action/test_inputs.py",
        "tests/action/test_composite.py",
        "tests/project/test_packaging.py",
    ),
    "all": ("tests",),
}
"""What can be run: without servers and emitted shell, on any system; a look at every edge in a minute; everything."""
CHECKOUT_ONLY = (
    # The package finds its template in the checkout that it runs from. Installed from an index it has none.
    "tests/unit/scaffold/test_source.py::test_then_the_checkout_that_holds_this_package",
    "tests/cli/test_init.py::test_init_shows_what_it_found_writes_the_sop_and_says_what_is_next",
    "tests/cli/test_init.py::test_an_existing_dependabot_yml_gets_what_it_lacks",
    "tests/cli/test_init.py::test_an_existing_dependabot_yml_can_be_kept",
    "tests/cli/test_init.py::test_a_dependabot_yml_that_cannot_be_merged_stops_everything",
    "tests/demo",  # the demo asks the same place
)
TOOLS = (".tools", ".linters", ".contrib")
"""What other scripts have built and git ignores."""


def run(*words: str | Path, cwd: Path = REPOSITORY, **env: str) -> str:
    """Run a program, show what it says when it fails, and return its output."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=os.environ | env,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\nerror: {Path(str(words[0])).name} ended with {done.returncode}")
    return done.stdout.strip()


def build(into: Path) -> Path:
    """Build the wheel of the last commit's date from the working tree."""
    epoch = run("git", "log", "-1", "--format=%ct")
    run(
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "--directory",
        into,
        SOURCE_DATE_EPOCH=epoch,
    )
    return wheel_in(into)


def wheel_in(folder: Path) -> Path:
    """Return the one wheel of a folder."""
    (wheel,) = folder.resolve().glob("*.whl")
    return wheel


def install(uv: str, wheel: Path, venv: Path) -> Path:
    """Install the wheel with nothing but its locked requirements, use it, then add what the tests need."""
    run(uv, "venv", "--quiet", "--no-python-downloads", "--python", sys.executable, venv)
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    target = ("--quiet", "--python", venv)
    run(uv, "pip", "sync", *target, "--require-hashes", REPOSITORY / "requirements/runtime.txt")
    run(uv, "pip", "install", *target, "--no-deps", "--offline", wheel)
    version = run(python, "-I", "-m", "mainstay", "--version", cwd=venv)
    print(version, "runs with its locked requirements alone", flush=True)  # noqa: T201 - it is a script
    run(uv, "pip", "sync", *target, "--require-hashes", REPOSITORY / "requirements/dev.txt")
    run(uv, "pip", "install", *target, "--no-deps", "--offline", wheel)
    return python


def tree(into: Path, python: Path) -> Path:
    """Return a checkout as it is now, but for the source: in its place is what the wheel installed."""
    run("git", "clone", "--quiet", "--no-hardlinks", REPOSITORY, into)
    for name in run("git", "ls-files", "--deleted").splitlines():
        (into / name).unlink(missing_ok=True)
    for name in run("git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (REPOSITORY / name).is_file() and not name.startswith("generator/mainstay/"):
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, into / name)
    shutil.rmtree(into / "generator/mainstay")
    installed = Path(run(python, "-I", "-c", "import mainstay; print(mainstay.__path__[0])", cwd=into))
    if "site-packages" not in installed.parts:
        sys.exit(f"error: mainstay comes from {installed}, not from the wheel")
    # The Action runs in place, from files: from those that the wheel holds.
    shutil.copytree(installed, into / "generator/mainstay", ignore=shutil.ignore_patterns("__pycache__"))
    for name in TOOLS:
        if (REPOSITORY / name).exists():
            (into / name).symlink_to(REPOSITORY / name)
    return into


def _venv_of_scripts(root: Path, venv: Path) -> None:
    """Let script/* of the checkout use this environment: to them it is made already."""
    (root / ".venv").symlink_to(venv)
    stamp = (
        'wanted=$(cat pyproject.toml requirements/dev.txt | cksum; script/python); printf "%s\\n" "$wanted"'
    )
    (venv / ".mainstay-stamp").write_text(run("sh", "-c", stamp, cwd=root) + "\n", encoding="utf-8")


def main() -> int:
    """Build or take the wheel, install it, and run the tests that were asked for."""
    parser = argparse.ArgumentParser(prog="script/test-wheel")
    parser.add_argument("uv")
    for part in PARTS:
        parser.add_argument(f"--{part}", action="store_const", dest="part", const=part, default="portable")
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("words", nargs="*")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mainstay-wheel-") as name:
        work = Path(name).resolve()
        work.chmod(0o755)  # a throw-away server of root's runs as nobody, who has to read its programs
        wheel = wheel_in(asked.wheel) if asked.wheel else build(work / "dist")
        python = install(asked.uv, wheel, work / "venv")
        root = tree(work / "tree", python)
        if os.name != "nt":
            _venv_of_scripts(root, work / "venv")
        words = [python, "-P", "-m", "pytest", "-p", "no:cacheprovider", "--numprocesses", "2"]
        words += [f"--deselect={each}" for each in CHECKOUT_ONLY] + list(asked.words or PARTS[asked.part])
        return subprocess.run([str(word) for word in words], cwd=root, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
