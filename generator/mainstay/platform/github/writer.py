"""Commits made through GitHub: written beside the branch, which is then moved if it is still where it was read."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from mainstay.errors import GitHubError
from mainstay.platform.github import calls
from mainstay.platform.github.client import Client
from mainstay.platform.github.contents import ContentCalls

_TRIES = 12
"""Of two writers one always gets through, so this is enough for as many at once."""
_FILE = {"mode": "100644", "type": "blob"}
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Tip:
    """Where a branch is: its commit and the tree of that."""

    sha: str
    tree: str


@dataclass(frozen=True, slots=True)
class _Sha:
    sha: str


class WriterCalls:
    """Implements Writer."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._contents = ContentCalls(client)

    def append(
        self, branch: str, path: str, make_lines: Callable[[str], Iterable[str]], *, message: str
    ) -> str | None:
        """Add lines to the end of a file on a branch and return the commit; None when there was nothing to add."""
        landed: list[str] = []

        def longer(tip: _Tip | None) -> list[Entry]:
            before = self._text(tip, path)
            if landed and before.startswith(landed[-1]):
                return []  # it was done after all, and somebody has written after us
            lines = [*make_lines(before)]
            if not lines:
                return []
            start = before if before.endswith("\n") or not before else before + "\n"
            landed.append(start + "".join(f"{line}\n" for line in lines))
            return [{"path": path, **_FILE, "content": landed[-1]}]

        return self._advance(branch, longer, message)

    def create_branch(self, name: str, sha: str) -> None:
        """Begin a branch at a commit; one that is there at the same commit is no error."""
        try:
            self._client.ask(calls.CREATE_REF, data={"ref": f"refs/heads/{name}", "sha": sha})
        except GitHubError:
            if self._sha(name) != sha:
                raise

    def commit(self, branch: str, files: Mapping[str, bytes | None], *, message: str) -> str:
        """Commit files onto a branch and return the commit; None for a file deletes it."""
        entries = [self._entry(path, content) for path, content in files.items()]
        made = self._advance(branch, lambda _: entries, message)
        if made is None:
            raise GitHubError(f"cannot commit to {branch} in {self._client.name}: there is nothing to commit")
        return made

    def _advance(
        self, branch: str, change: Callable[[_Tip | None], Sequence[Entry]], message: str
    ) -> str | None:
        """Put a commit on a branch, anew from where the branch is each time that somebody else was quicker."""
        made: str | None = None
        for _ in range(_TRIES):
            tip = self._tip(branch)
            entries = change(tip)
            if not entries:
                return made
            made = self._commit(tip, entries, message)
            if self._move(branch, tip, made):
                return made
            self._client.sleep(self._client.pause_seconds * (0.5 + SystemRandom().random()))
        raise GitHubError(
            f"cannot commit to {branch} in {self._client.name}: others were quicker {_TRIES} times"
        )

    def _commit(self, tip: _Tip | None, entries: Sequence[Entry], message: str) -> str:
        base = {"base_tree": tip.tree} if tip else {}
        tree = self._client.one(calls.CREATE_TREE, _Sha, dict, data={**base, "tree": [*entries]})
        commit = {"message": message, "tree": tree.sha, "parents": [tip.sha] if tip else []}
        return self._client.one(calls.CREATE_COMMIT, _Sha, dict, data=commit).sha

    def _move(self, branch: str, tip: _Tip | None, sha: str) -> bool:
        """Return whether the branch is at the commit now; False when it was moved by somebody else."""
        try:
            if tip is None:
                self._client.ask(calls.CREATE_REF, data={"ref": f"refs/heads/{branch}", "sha": sha})
            else:
                self._client.ask(calls.MOVE_REF, data={"sha": sha, "force": False}, ref=f"heads/{branch}")
        except GitHubError:
            there = self._sha(branch)
            if there == (tip and tip.sha):
                raise  # nobody moved it: the refusal is meant
            return there == sha
        return True

    def _tip(self, branch: str) -> _Tip | None:
        sha = self._sha(branch)
        if sha is None:
            return None
        return self._client.one(
            calls.GIT_COMMIT, _Tip, lambda data: {"sha": sha, "tree": data["tree"]["sha"]}, commit_sha=sha
        )

    def _sha(self, branch: str) -> str | None:
        found = self._client.find(calls.GIT_REF, _Sha, lambda data: data["object"], ref=f"heads/{branch}")
        return None if found is None else found.sha

    def _text(self, tip: _Tip | None, path: str) -> str:
        entries = self._contents.tree(tip.tree) if tip else ()
        for entry in entries:
            if entry.path == path and entry.kind == "blob":
                return self._decoded(path, self._contents.blob(entry.sha))
        return ""

    def _decoded(self, path: str, content: bytes) -> str:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise GitHubError(f"cannot add to {path} in {self._client.name}: it is not UTF-8") from error

    def _entry(self, path: str, content: bytes | None) -> Entry:
        if content is None:
            return {"path": path, **_FILE, "sha": None}
        data = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        return {"path": path, **_FILE, "sha": self._client.one(calls.CREATE_BLOB, _Sha, dict, data=data).sha}
