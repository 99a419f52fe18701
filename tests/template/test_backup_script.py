from __future__ import annotations

from pathlib import Path

import pytest

from helpers.rendering import rendered
from mainstay.platform.process import Completed, run

SCRIPT = "scripts/backup-database.sh"
URL = "postgresql://ana:s3cret-word@db.example.com/app"


def backup(
    tmp_path: Path, *arguments: str, url: str = URL, database: str = "postgresql", **programs: str
) -> Completed:
    """Run the script with nothing on PATH but the machine's shell tools and these programs."""
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    for name, body in programs.items():
        (bin_dir / name).write_text(f"#!/bin/sh\n{body}\n")
        (bin_dir / name).chmod(0o755)
    (bin_dir / "dirname").symlink_to("/usr/bin/dirname")
    environment = {"PATH": str(bin_dir), "DATABASE_URL": url}
    return run([rendered(database=database) / SCRIPT, *arguments], env=environment, cwd=tmp_path, check=False)


def test_the_script_can_be_run_as_it_is() -> None:
    """Cron calls it by its path; any POSIX shell reads it."""
    script = rendered() / SCRIPT

    assert script.stat().st_mode & 0o111 == 0o111
    run(["sh", "-n", script])


def test_it_takes_the_backup_with_the_mainstay_that_is_installed(tmp_path: Path) -> None:
    """In the repository, wherever it is called from, with the arguments that it was given."""
    done = backup(tmp_path, "--database", "my app", mainstay='pwd; printf "<%s>" "$@"')

    assert done.returncode == 0
    assert done.stdout == f"{rendered(database='postgresql')}\n<backup><take><--database><my app>"


def test_it_fetches_the_revision_of_the_workflow_otherwise(tmp_path: Path) -> None:
    """Without an installation, uv runs the very commit that the workflows run."""
    done = backup(tmp_path, uvx='echo "$@"')

    words = done.stdout.split()
    workflow = (rendered() / ".github/workflows/backup.yml").read_text()
    assert words[0] == "--from"
    assert words[2:] == ["mainstay", "backup", "take"]
    assert f"uses: {words[1].removeprefix('git+https://github.com/')} #" in workflow


def test_a_failed_backup_is_a_failed_script(tmp_path: Path) -> None:
    """The SOP's own script ended with 0 when it had failed."""
    assert backup(tmp_path, mainstay="exit 4").returncode == 4


def test_programs_of_one_s_own_need_no_url(tmp_path: Path) -> None:
    """They find their database by themselves."""
    done = backup(tmp_path, url="", database="command", mainstay='echo "$@"')

    assert done.stdout == "backup take\n"


@pytest.mark.parametrize(
    ("url", "message"), [("", "DATABASE_URL is empty"), (URL, "neither mainstay nor uvx is on PATH")]
)
def test_what_is_missing_is_said_and_the_url_is_not(tmp_path: Path, url: str, message: str) -> None:
    """Cron mails standard error to somebody."""
    done = backup(tmp_path, url=url)

    assert done.returncode == 2
    assert message in done.stderr
    assert "s3cret" not in done.stdout + done.stderr
