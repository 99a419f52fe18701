"""Git, as far as mainstay needs it: where a repository begins, what is in it, whether it is clean."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mainstay.errors import MainstayError
from mainstay.platform import process


class GitError(MainstayError):
    """Git refused, or there is no repository."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree of git.

    Attributes:
        root: Its top folder.
    """

    root: Path

    @classmethod
    def containing(cls, path: Path) -> Repository:
        """Return the repository that `path` stands in.

        Raises:
            GitError: There is none.
        """
        done = process.run(["git", "-C", path, "rev-parse", "--show-toplevel"], check=False)
        if done.returncode != 0:
            raise GitError(
                f"{path} is not in a git repository", hint="make one first: git init && git commit"
            )
        return cls(Path(done.stdout.strip()))

    def git(self, *words: str) -> str:
        """Run a git command in the repository and return its output, without the final newline."""
        return process.run(["git", "-C", self.root, *words]).stdout.rstrip("\n")

    def changes(self) -> list[str]:
        """Return the paths that differ from the last commit, and those that git does not know yet."""
        status = self.git("status", "--porcelain", "--untracked-files=all", "-z")
        return [entry[3:] for entry in status.split("\0") if len(entry) > 3]  # noqa: PLR2004 - "XY path"

    def files(self) -> list[str]:
        """Return the tracked files and the untracked ones that are not ignored, with forward slashes."""
        listed = self.git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return sorted(set(filter(None, listed.split("\0"))))

    def has_commit(self) -> bool:
        """Return whether anything was committed yet."""
        return (
            process.run(
                ["git", "-C", self.root, "rev-parse", "-q", "--verify", "HEAD"], check=False
            ).returncode
            == 0
        )

    def ignored(self, paths: Sequence[str]) -> list[str]:
        """Return those of `paths` that .gitignore would keep out of a commit."""
        question = ("git", "-C", self.root, "check-ignore", "-z", "--stdin")
        done = process.run(question, stdin="\0".join(paths), check=False)
        return sorted(filter(None, done.stdout.split("\0")))


def remote_tags(url: str) -> list[str]:
    """Return the names of the tags of a remote repository.

    Raises:
        GitError: It cannot be read.
    """
    environment = {
        # An address from a file may be `ext::sh -c ...`, which runs a program; and nobody can answer a prompt.
        "GIT_ALLOW_PROTOCOL": "https:ssh:file",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
    }
    done = process.run(
        ["git", "ls-remote", "--tags", "--refs", "--", url], env=environment, timeout_seconds=60, check=False
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["git said nothing"])[-1]
        raise GitError(f"the tags of {url} cannot be read: {last}", hint=f"try: git ls-remote --tags {url}")
    return [line.rpartition("refs/tags/")[2] for line in done.stdout.splitlines()]
