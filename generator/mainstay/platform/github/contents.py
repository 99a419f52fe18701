"""The calls that read files and commits."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mainstay.errors import GitHubError
from mainstay.platform.github import calls
from mainstay.platform.github.client import Client
from mainstay.platform.github.records import Commit, TreeEntry
from mainstay.platform.github.shapes import login


@dataclass(frozen=True, slots=True)
class _Blob:
    content: bytes


@dataclass(frozen=True, slots=True)
class _Kind:
    kind: str


@dataclass(frozen=True, slots=True)
class _Tree:
    entries: tuple[TreeEntry, ...]
    truncated: bool


class ContentCalls:
    """Implements Contents."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def file(self, path: str, ref: str | None = None) -> bytes | None:
        """Return a file at a branch, tag or commit (the default branch without one); None when it is not there."""
        found = self._client.ask(calls.CONTENT, query={"ref": ref}, path=path)
        if found is None or self._client.build(calls.CONTENT, _Kind, found, _kind).kind != "file":
            return None
        if found.get("encoding") == "none":  # from 1 MB on
            return self.blob(str(found["sha"]))
        return self._client.build(calls.CONTENT, _Blob, found, _blob).content

    def blob(self, sha: str) -> bytes:
        """Return the content that git knows by this name."""
        return self._client.one(calls.GIT_BLOB, _Blob, _blob, file_sha=sha).content

    def tree(self, ref: str) -> tuple[TreeEntry, ...]:
        """Return everything in a commit."""
        data = self._client.ask(calls.GIT_TREE, query={"recursive": "1"}, tree_sha=ref)
        tree = self._client.build(calls.GIT_TREE, _Tree, data, _tree)
        if tree.truncated:
            raise GitHubError(
                f"cannot {calls.GIT_TREE.what} in {self._client.name}: GitHub gave only a part of it"
            )
        return tree.entries

    def commits(
        self,
        *,
        path: str | None = None,
        ref: str | None = None,
        since: datetime | None = None,
        at_most: int | None = None,
    ) -> tuple[Commit, ...]:
        """Return the commits that touch a path, newest first."""
        query = {"path": path, "sha": ref, "since": since and since.astimezone(UTC).isoformat()}
        return self._client.all(calls.COMMITS, Commit, _commit, query=query, at_most=at_most)


def _kind(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    """Return what is at a path; a folder is answered with the list of what it holds."""
    if isinstance(data, list):
        return {"kind": "dir" if all(entry["name"] for entry in data) else None}
    return {"kind": data["type"]}


def _blob(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    if data["encoding"] != "base64":
        raise ValueError(data["encoding"])
    return {"content": base64.b64decode("".join(data["content"].split()), validate=True)}


def _tree(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    entries = [{**entry, "kind": entry["type"], "size_bytes": entry.get("size")} for entry in data["tree"]]
    return {"entries": entries, "truncated": data["truncated"]}


def _commit(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    commit = data["commit"]
    return {
        "sha": data["sha"],
        "author": login(data["author"]),
        "authored_at": commit["author"]["date"],
        "committed_at": commit["committer"]["date"],
        "message": commit["message"],
        "url": data["html_url"],
    }
