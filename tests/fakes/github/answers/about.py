"""The repository, its settings, and who may do what."""

from __future__ import annotations

from typing import Any

from fakes.github.routing import INTEGRATION, NOT_FOUND, Refused, Request, Rows, route


@route("GET …")
def repository(request: Request) -> dict[str, Any]:
    """Answer with the repository."""
    repo = request.repository
    owner, _, name = repo.full_name.partition("/")
    told = {
        "id": repo.id,
        "name": name,
        "full_name": repo.full_name,
        "owner": {"login": owner, "type": "Organization"},
        "private": repo.private,
        "archived": repo.archived,
        "has_issues": repo.has_issues,
        "default_branch": repo.default_branch,
        "pushed_at": repo.pushed_at,
        "html_url": repo.html_url,
    }
    if repo.security is None:
        return told
    return told | {
        "security_and_analysis": {name: {"status": status} for name, status in repo.security.items()}
    }


@route("GET /user")
def user(request: Request) -> dict[str, Any]:
    """Answer with whose token it is; a workflow's own token may not ask."""
    if request.github.login is None:
        raise Refused(403, INTEGRATION)
    return {"login": request.github.login, "type": "User", "user_view_type": "public"}


@route("GET /rate_limit")
def rate_limit(_: Request) -> dict[str, Any]:
    """Answer with what is left."""
    core = {"limit": 1000, "remaining": 990, "reset": 1795000000, "used": 10}
    return {"resources": {"core": core, "search": core}, "rate": core}


@route("GET …/branches/{branch}")
def branch(request: Request) -> dict[str, Any]:
    """Answer with a branch."""
    repo, name = request.repository, request.names["branch"]
    if name not in repo.git.branches:
        raise Refused(404, "Branch not found")
    protected = bool(repo.rules.get(name) or name in repo.protection)
    return {"name": name, "protected": protected, "commit": {"sha": repo.git.branches[name]}}


@route("GET …/rules/branches/{branch}")
def rules(request: Request) -> Rows:
    """Answer with the rules of a branch; a branch that does not exist has those of its name."""
    return Rows(request.repository.rules.get(request.names["branch"], []))


@route("GET …/branches/{branch}/protection")
def protection(request: Request) -> dict[str, Any]:
    """Answer with the classic protection of a branch."""
    repo, name = request.repository, request.names["branch"]
    if name not in repo.git.branches:
        raise Refused(404, "Branch not found")
    if name not in repo.protection:
        raise Refused(404, "Branch not protected")
    return {"url": f"{request.github.url}{request.path}", **repo.protection[name]}


@route("GET …/labels")
def labels(request: Request) -> Rows:
    """Answer with all labels."""
    return Rows([*request.repository.labels.values()])


@route("POST …/labels", 201)
def create_label(request: Request) -> dict[str, Any]:
    """Make a label."""
    repo, name = request.repository, request.data["name"]
    if name.lower() in repo.labels:
        error = {"resource": "Label", "code": "already_exists", "field": "name"}
        raise Refused(422, "Validation Failed", error)
    repo.label(name)
    repo.labels[name.lower()].update(request.data)
    return repo.labels[name.lower()]


@route("GET …/releases")
def releases(request: Request) -> Rows:
    """Answer with all releases, newest first."""
    return Rows(request.repository.releases[::-1])


@route("GET …/collaborators")
def collaborators(request: Request) -> Rows:
    """Answer with everybody who has access."""
    roles = request.repository.collaborators
    return Rows([{"login": login, "role_name": role} for login, role in roles.items()])


@route("GET …/collaborators/{username}/permission")
def permission(request: Request) -> dict[str, Any]:
    """Answer with somebody's role."""
    login, roles = request.names["username"], request.repository.collaborators
    if login not in request.github.users | set(roles):
        raise Refused(404, f"{login} is not a user")
    role = roles.get(login, "none" if request.repository.private else "read")
    legacy = {"maintain": "write", "triage": "read"}.get(role, role)
    return {"permission": legacy, "role_name": role, "user": {"login": login, "role_name": role}}


@route("GET /users/{username}")
def account(request: Request) -> dict[str, Any]:
    """Answer with an account."""
    if request.names["username"] not in request.github.users:
        raise NOT_FOUND
    return {"login": request.names["username"], "type": "User", "user_view_type": "public"}


@route("GET /orgs/{org}/teams/{team_slug}")
def team(request: Request) -> dict[str, Any]:
    """Answer with a team."""
    if f"{request.names['org']}/{request.names['team_slug']}" not in request.github.teams:
        raise NOT_FOUND
    return {"slug": request.names["team_slug"]}


@route("GET /orgs/{org}/teams")
def teams(request: Request) -> Rows:
    """Answer with the teams of an organisation."""
    names = [name.partition("/") for name in sorted(request.github.teams)]
    return Rows([{"slug": slug} for org, _, slug in names if org == request.names["org"]])
