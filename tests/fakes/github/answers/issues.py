"""Issues, their comments and their history."""

from __future__ import annotations

from typing import Any

from fakes.github.repository import account
from fakes.github.routing import NOT_FOUND, Refused, Request, Rows, route

Json = dict[str, Any]


def _issue(request: Request) -> Json:
    """Return the issue, or the pull request, that the path names."""
    repo, number = request.repository, int(request.names["issue_number"])
    if number not in repo.issues and number not in repo.pulls:
        raise NOT_FOUND
    if not repo.has_issues and number in repo.issues:
        raise Refused(410, "Issues has been disabled in this repository.")
    return repo.issues[number] if number in repo.issues else _as_issue(repo.pulls[number])


def _as_issue(pull: Json) -> Json:
    return {
        **pull,
        "pull_request": {"url": "u", "html_url": pull["html_url"], "diff_url": "u", "patch_url": "u"},
    }


@route("GET …/issues")
def issues(request: Request) -> Rows:
    """Answer with issues and, as GitHub does, pull requests."""
    repo, query = request.repository, request.query
    if not repo.has_issues:
        raise Refused(410, "Issues has been disabled in this repository.")
    labels = set(filter(None, query.get("labels", "").lower().split(",")))
    state = query.get("state", "open")
    everything = [*repo.issues.values(), *map(_as_issue, repo.pulls.values())]
    found = [
        issue
        for issue in everything
        if state in {"all", issue["state"]}
        and labels <= {label["name"].lower() for label in issue["labels"]}
        and issue["updated_at"] >= query.get("since", "")
        and query.get("creator", issue["user"]["login"]) == issue["user"]["login"]
    ]
    key, newest = query.get("sort", "created"), query.get("direction", "desc") == "desc"
    return Rows(sorted(found, key=lambda issue: (issue[f"{key}_at"], issue["number"]), reverse=newest))


@route("POST …/issues", 201)
def create(request: Request) -> Json:
    """Open an issue. Labels that are new come into being."""
    repo, data = request.repository, request.data
    if not repo.has_issues:
        raise Refused(410, "Issues has been disabled in this repository.")
    repo.label(*(name for name in data.get("labels", ()) if name.lower() not in repo.labels))
    return repo.issue(
        data["title"], data.get("body"), *data.get("labels", ()), assignees=data.get("assignees", ())
    )


@route("GET …/issues/{issue_number}")
def issue(request: Request) -> Json:
    """Answer with an issue."""
    return _issue(request)


@route("PATCH …/issues/{issue_number}")
def edit(request: Request) -> Json:
    """Change an issue, and note what happened to it."""
    repo, found, data, now = request.repository, _issue(request), request.data, request.github.now()
    if data.get("title", found["title"]) != found["title"]:
        rename = {"from": found["title"], "to": data["title"]}
        repo.event(found["number"], "renamed", rename=rename)
    if data.get("state", found["state"]) != found["state"]:
        closed = data["state"] == "closed"
        repo.event(found["number"], "closed" if closed else "reopened")
        found["closed_at"] = now if closed else None
        found["state_reason"] = data.get("state_reason", "completed") if closed else "reopened"
    found.update({key: data[key] for key in ("title", "body", "state") if key in data}, updated_at=now)
    return found


@route("GET …/issues/{issue_number}/comments")
def comments(request: Request) -> Rows:
    """Answer with the comments of an issue."""
    return Rows(request.repository.comments.get(_issue(request)["number"], []))


@route("POST …/issues/{issue_number}/comments", 201)
def comment(request: Request) -> Json:
    """Comment on an issue."""
    return request.repository.comment(_issue(request)["number"], request.data["body"])


@route("PATCH …/issues/comments/{comment_id}")
def edit_comment(request: Request) -> Json:
    """Replace a comment."""
    for each in (each for all_ in request.repository.comments.values() for each in all_):
        if each["id"] == int(request.names["comment_id"]):
            each.update(body=request.data["body"], updated_at=request.github.now())
            return each
    raise NOT_FOUND


@route("GET …/issues/{issue_number}/events")
def events(request: Request) -> Rows:
    """Answer with what happened to an issue."""
    return Rows(request.repository.events.get(_issue(request)["number"], []))


@route("POST …/issues/{issue_number}/labels")
def add_labels(request: Request) -> Rows:
    """Put labels on an issue."""
    repo, found = request.repository, _issue(request)
    there = {label["name"] for label in found["labels"]}
    for name in request.data["labels"]:
        if name not in there:
            found["labels"].append({"name": name})
            repo.event(found["number"], "labeled", label={"name": name, "color": "ededed"})
    return Rows([repo.labels.get(label["name"].lower(), label) for label in found["labels"]])


@route("DELETE …/issues/{issue_number}/labels/{name}")
def remove_label(request: Request) -> Rows:
    """Take a label off an issue."""
    found, name = _issue(request), request.names["name"]
    kept = [label for label in found["labels"] if label["name"] != name]
    if len(kept) == len(found["labels"]):
        raise Refused(404, "Label does not exist")
    found["labels"] = kept
    request.repository.event(found["number"], "unlabeled", label={"name": name, "color": "ededed"})
    return Rows(kept)


@route("POST …/issues/{issue_number}/assignees", 201)
def assign(request: Request) -> Json:
    """Assign people; GitHub leaves out, silently, who has no access."""
    found = _issue(request)
    for login in request.data["assignees"]:
        if login in request.repository.collaborators:
            found["assignees"].append(account(login))
            request.repository.event(found["number"], "assigned", assignee=account(login))
    return found


@route("GET …/issues/{issue_number}/sub_issues")
def sub_issues(request: Request) -> Rows:
    """Answer with the issues under an issue."""
    repo = request.repository
    return Rows([repo.issues[number] for number in repo.children.get(_issue(request)["number"], [])])


@route("POST …/issues/{issue_number}/sub_issues", 201)
def add_sub_issue(request: Request) -> Json:
    """Put one issue under another."""
    repo, parent = request.repository, _issue(request)
    child = next(each for each in repo.issues.values() if each["id"] == request.data["sub_issue_id"])
    under = repo.children.setdefault(parent["number"], [])
    if child["number"] in under:
        raise Refused(422, "Issue may not contain duplicate sub-issues")
    under.append(child["number"])
    return child
