"""Git, as far as mainstay needs it: where a repository begins, what is in it, whether it is clean."""

from __future__ import annotations

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
