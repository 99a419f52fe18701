"""Files, commits and branches. A branch moves only forward, whoever asks first."""

from __future__ import annotations

import base64
from typing import Any

from fakes.github.gitdata import Commit
from fakes.github.repository import FakeRepository, account
from fakes.github.routing import NOT_FOUND, Refused, Request, Rows, route

Json = dict[str, Any]
_CONTENT_AT_MOST_BYTES = 1 << 20
"""From there on GitHub leaves the content out of the answer."""


@route("GET …/contents/{path}")
def contents(request: Request) -> Json:
    """Answer with a file."""
    repo, path = request.repository, request.names["path"]
    commit = repo.git.resolve(request.query.get("ref", repo.default_branch))
    entry = repo.git.files(commit).get(path)
    if commit is None or entry is None:
        raise NOT_FOUND
    told = {"type": "file", "path": path, "name": path.rpartition("/")[2], "sha": entry[1]}
    content = repo.git.blobs[entry[1]]
    if len(content) >= _CONTENT_AT_MOST_BYTES:
        return {**told, "size": len(content), "encoding": "none", "content": ""}
    return {**told, **_encoded(content)}


@route("GET …/commits")
def commits(request: Request) -> Rows:
    """Answer with commits, newest first."""
    repo, query = request.repository, request.query
    start = repo.git.resolve(query.get("sha", repo.default_branch))
    if start is None:
        raise NOT_FOUND
    shas = repo.git.touching(start, query.get("path"))
    return Rows([_listed(repo, sha) for sha in shas if repo.git.commits[sha].at >= query.get("since", "")])


def _listed(repo: FakeRepository, sha: str) -> Json:
    commit = repo.git.commits[sha]
    who = {"name": commit.login, "email": f"{commit.login}@example.com", "date": commit.at}
    return {
        "sha": sha,
        "author": account(commit.login),
        "committer": account(commit.login),
        "commit": {"message": commit.message, "author": who, "committer": who, "tree": {"sha": commit.tree}},
        "html_url": f"{repo.html_url}/commit/{sha}",
        "parents": [{"sha": parent} for parent in commit.parents],
    }


@route("GET …/git/ref/{ref}")
def ref(request: Request) -> Json:
    """Answer with where a branch is."""
    name = request.names["ref"].removeprefix("heads/")
    if name not in request.repository.git.branches:
        raise NOT_FOUND
    return _ref(request.repository, name)


def _ref(repo: FakeRepository, name: str) -> Json:
    return {"ref": f"refs/heads/{name}", "object": {"type": "commit", "sha": repo.git.branches[name]}}


@route("GET …/git/commits/{commit_sha}")
def commit(request: Request) -> Json:
    """Answer with a commit."""
    return _commit(request.repository, request.names["commit_sha"])


def _commit(repo: FakeRepository, sha: str) -> Json:
    if sha not in repo.git.commits:
        raise NOT_FOUND
    found = repo.git.commits[sha]
    return {"sha": sha, "message": found.message, "tree": {"sha": found.tree}}


@route("GET …/git/trees/{tree_sha}")
def tree(request: Request) -> Json:
    """Answer with a tree and everything below it."""
    git, asked = request.repository.git, request.names["tree_sha"]
    commit_sha = git.resolve(asked)
    sha = git.commits[commit_sha].tree if commit_sha else asked
    if sha not in git.trees:
        raise NOT_FOUND
    files = git.trees[sha].items()
    entries = [
        {"path": path, "mode": mode, "type": "blob", "sha": blob, "size": len(git.blobs[blob])}
        for path, (mode, blob) in files
    ]
    return {"sha": sha, "tree": entries, "truncated": False}


@route("GET …/git/blobs/{file_sha}")
def blob(request: Request) -> Json:
    """Answer with content."""
    sha = request.names["file_sha"]
    if sha not in request.repository.git.blobs:
        raise NOT_FOUND
    return {"sha": sha, **_encoded(request.repository.git.blobs[sha])}


def _encoded(content: bytes) -> Json:
    """Return content as GitHub does, in lines of 60."""
    return {"size": len(content), "encoding": "base64", "content": base64.encodebytes(content).decode()}


@route("POST …/git/blobs", 201)
def create_blob(request: Request) -> Json:
    """Store content."""
    content = request.data["content"]
    encoded = request.data.get("encoding") == "base64"
    return {"sha": request.repository.git.blob(base64.b64decode(content) if encoded else content.encode())}


@route("POST …/git/trees", 201)
def create_tree(request: Request) -> Json:
    """Store a tree."""
    git = request.repository.git
    base = request.data.get("base_tree")
    if base is not None and base not in git.trees:
        raise Refused(404, "Not Found")
    files = dict(git.trees[base]) if base else {}
    for entry in request.data["tree"]:
        if "content" in entry:
            files[entry["path"]] = (entry["mode"], git.blob(entry["content"].encode()))
        elif entry["sha"] is None:
            files.pop(entry["path"], None)
        elif entry["sha"] in git.blobs:
            files[entry["path"]] = (entry["mode"], entry["sha"])
        else:
            raise Refused(422, f"tree.sha {entry['sha']} is not a valid blob")
    return {"sha": git.tree(files), "tree": [], "truncated": False}


@route("POST …/git/commits", 201)
def create_commit(request: Request) -> Json:
    """Store a commit."""
    repo, data = request.repository, request.data
    if data["tree"] not in repo.git.trees or any(
        sha not in repo.git.commits for sha in data.get("parents", ())
    ):
        raise Refused(422, "Tree SHA does not exist")
    made = Commit(
        data["tree"],
        tuple(data.get("parents", ())),
        data["message"],
        request.github.actor,
        request.github.now(),
    )
    return _commit(repo, repo.git.commit(made))


@route("POST …/git/refs", 201)
def create_ref(request: Request) -> Json:
    """Begin a branch."""
    repo, data = request.repository, request.data
    name = data["ref"].removeprefix("refs/heads/")
    if name in repo.git.branches:
        raise Refused(422, "Reference already exists")
    if data["sha"] not in repo.git.commits:
        raise Refused(422, "Object does not exist")
    repo.git.branches[name] = data["sha"]
    return _ref(repo, name)


@route("PATCH …/git/refs/{ref}")
def move_ref(request: Request) -> Json:
    """Move a branch: only to a commit that follows on where it is."""
    repo, data = request.repository, request.data
    name = request.names["ref"].removeprefix("heads/")
    if name not in repo.git.branches:
        raise Refused(422, "Reference does not exist")
    if any(rule["type"] == "update" for rule in repo.rules.get(name, ())):
        raise Refused(422, "Repository rule violations found")
    if not data.get("force") and repo.git.branches[name] not in repo.git.history(data["sha"]):
        raise Refused(422, "Update is not a fast forward")
    repo.git.branches[name] = data["sha"]
    return _ref(repo, name)
