"""Git, as far as mainstay needs it: where a repository begins, what is in it, whether it is clean."""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mainstay.errors import MainstayError
from mainstay.platform import process
from mainstay.platform.redact import redact, remember


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


@contextmanager
def second_work_tree(repository: Repository) -> Iterator[Repository]:
    """Yield a work tree of its own at the commit that is checked out; it is removed afterwards, its commits stay."""
    with tempfile.TemporaryDirectory(prefix="mainstay-") as scratch:
        folder = Path(scratch) / repository.root.name
        # Hooks of the repository are for people.
        repository.git(
            "-c", "core.hooksPath=/dev/null", "worktree", "add", "--quiet", "--detach", str(folder)
        )
        try:
            yield Repository(folder)
        finally:
            repository.git("worktree", "remove", "--force", str(folder))


@dataclass(frozen=True, slots=True)
class Remote:
    """Where `origin` of a repository is, and a token that may write there.

    Attributes:
        repository: The repository.
        server_url: The server that the token is for: no other one is shown it.
        token: The token.
    """

    repository: Repository
    server_url: str
    token: str = field(repr=False)

    def tip(self, branch: str) -> tuple[str, str] | None:
        """Return commit and message at the tip of a branch; None when there is no such branch.

        Raises:
            GitError: The remote cannot be read.
        """
        ref = f"refs/heads/{branch}"
        if not self._git("ls-remote", "origin", ref).strip():
            return None
        url = self.repository.git("remote", "get-url", "origin")
        with tempfile.TemporaryDirectory(prefix="mainstay-") as scratch:
            # Fetched into the repository itself, a single commit would make all of it a shallow clone.
            process.run(["git", "init", "--quiet", "--bare", scratch])
            beside = Remote(Repository(Path(scratch)), self.server_url, self.token)
            beside._git("fetch", "--quiet", "--depth=1", "--no-tags", "--filter=tree:0", "--", url, ref)
            commit, _, message = beside.repository.git(
                "log", "-1", "--format=%H%n%B", "FETCH_HEAD"
            ).partition("\n")
        return commit, message

    def push(self, branch: str, *, instead_of: str | None) -> None:
        """Make the commit that is checked out the tip of a branch, if that is still at `instead_of`.

        Raises:
            GitError: Somebody else was there meanwhile, or the remote refuses.
        """
        ref = f"refs/heads/{branch}"
        lease = f"--force-with-lease={ref}:{instead_of or ''}"
        self._git("push", "--quiet", "--no-verify", lease, "origin", f"HEAD:{ref}")

    def _git(self, *words: str) -> str:
        basic = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        remember(self.token)
        remember(basic)
        environment = {
            **_CAUTIOUS,
            # In the environment, where no list of processes shows it; and for one server only.
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{self.server_url.rstrip('/')}/.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
        }
        done = process.run(
            ["git", "-C", self.repository.root, *words], env=environment, timeout_seconds=300, check=False
        )
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["git said nothing"])[-1]
            raise GitError(
                f"git {words[0]} failed: {redact(last)}", hint="may the app write contents and workflows?"
            )
        return done.stdout


_CAUTIOUS = {
    # An address from a file may be `ext::sh -c ...`, which runs a program; and nobody can answer a prompt.
    "GIT_ALLOW_PROTOCOL": "https:ssh:file",
    "GIT_TERMINAL_PROMPT": "0",
}


def remote_tags(url: str) -> list[str]:
    """Return the names of the tags of a remote repository.

    Raises:
        GitError: It cannot be read.
    """
    environment = {
        **_CAUTIOUS,
        "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
    }
    done = process.run(
        ["git", "ls-remote", "--tags", "--refs", "--", url], env=environment, timeout_seconds=60, check=False
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["git said nothing"])[-1]
        raise GitError(f"the tags of {url} cannot be read: {last}", hint=f"try: git ls-remote --tags {url}")
    return [line.rpartition("refs/tags/")[2] for line in done.stdout.splitlines()]
