"""Pull requests."""

from __future__ import annotations

from typing import Any

from fakes.github.routing import NOT_FOUND, Refused, Request, Rows, route

Json = dict[str, Any]


@route("GET …/pulls")
def pulls(request: Request) -> Rows:
    """Answer with pull requests."""
    repo, query = request.repository, request.query
    state, owner = query.get("state", "open"), repo.full_name.partition("/")[0]
    found = [
        pull
        for pull in repo.pulls.values()
        if state in {"all", pull["state"]}
        and query.get("head", f"{owner}:{pull['head']['ref']}") == f"{owner}:{pull['head']['ref']}"
        and query.get("base", pull["base"]["ref"]) == pull["base"]["ref"]
    ]
    newest = query.get("direction", "desc") == "desc"
    return Rows(sorted(found, key=lambda pull: (pull["created_at"], pull["number"]), reverse=newest))


@route("POST …/pulls", 201)
def create(request: Request) -> Json:
    """Open a pull request; its branches must exist, and one pair of them has one open at a time."""
    repo, data = request.repository, request.data
    for end in ("head", "base"):
        if data[end] not in repo.git.branches:
            raise Refused(
                422, "Validation Failed", {"resource": "PullRequest", "field": end, "code": "invalid"}
            )
    for pull in repo.pulls.values():
        if pull["state"] == "open" and all(pull[end]["ref"] == data[end] for end in ("head", "base")):
            said = {"resource": "PullRequest", "code": "custom", "message": "A pull request already exists"}
            raise Refused(422, "Validation Failed", said)
    more = {key: data[key] for key in ("head", "base", "draft") if key in data}
    return repo.pull(data["title"], data.get("body"), **more)


@route("PATCH …/pulls/{pull_number}")
def edit(request: Request) -> Json:
    """Change a pull request."""
    pull = request.repository.pulls.get(int(request.names["pull_number"]))
    if pull is None:
        raise NOT_FOUND
    pull.update(request.data, updated_at=request.github.now())
    if pull["state"] == "closed" and not pull["closed_at"]:
        pull["closed_at"] = request.github.now()
    return pull


@route("GET …/pulls/{pull_number}/reviews")
def reviews(request: Request) -> Rows:
    """Answer with the reviews of a pull request."""
    number = int(request.names["pull_number"])
    if number not in request.repository.pulls:
        raise NOT_FOUND
    return Rows(request.repository.reviews.get(number, []))
