"""Workflows, runs, environments, and the names of secrets and variables."""

from __future__ import annotations

from typing import Any

from fakes.github.routing import NOT_FOUND, Request, Rows, route


@route("GET …/actions/workflows")
def workflows(request: Request) -> Rows:
    """Answer with all workflows."""
    return Rows(request.repository.workflows, key="workflows")


@route("GET …/actions/workflows/{workflow_id}/runs")
def runs(request: Request) -> Rows:
    """Answer with the runs of a workflow, newest first."""
    repo, query = request.repository, request.query
    asked = request.names["workflow_id"]
    known = {name for each in repo.workflows for name in (str(each["id"]), each["path"].rpartition("/")[2])}
    if asked not in known:
        raise NOT_FOUND
    mine = [run for run in repo.runs if asked in {str(run["workflow_id"]), run["path"].rpartition("/")[2]}]
    found = [run for run in mine if _wanted(run, query)]
    narrowed = {"event", "branch", "status", "created"} & set(query)
    newest = sorted(found, key=lambda run: (run["created_at"], run["id"]), reverse=True)
    given = newest[: repo.runs_at_most] if narrowed else newest
    return Rows(given, key="workflow_runs", total=len(newest))


def _wanted(run: dict[str, Any], query: dict[str, str]) -> bool:
    return (
        query.get("event", run["event"]) == run["event"]
        and query.get("branch", run["head_branch"]) == run["head_branch"]
        and query.get("status", run["status"]) in {run["status"], run["conclusion"]}
    )


@route("GET …/actions/secrets")
def secrets(request: Request) -> Rows:
    """Answer with the names of secrets; GitHub tells nobody their values."""
    return Rows([{"name": name} for name in sorted(request.repository.secrets)], key="secrets")


@route("GET …/actions/organization-secrets")
def shared_secrets(request: Request) -> Rows:
    """Answer with the names of the organisation's."""
    return Rows([{"name": name} for name in sorted(request.repository.shared_secrets)], key="secrets")


@route("GET …/actions/variables")
def variables(request: Request) -> Rows:
    """Answer with variables."""
    pairs = request.repository.variables.items()
    return Rows([{"name": name, "value": value} for name, value in pairs], key="variables")


@route("GET …/actions/organization-variables")
def shared_variables(request: Request) -> Rows:
    """Answer with the organisation's."""
    pairs = request.repository.shared_variables.items()
    return Rows([{"name": name, "value": value} for name, value in pairs], key="variables")


@route("GET …/environments/{environment_name}")
def environment(request: Request) -> dict[str, Any]:
    """Answer with an environment."""
    _environment(request)
    return {"id": 1, "name": request.names["environment_name"]}


@route("GET …/environments/{environment_name}/secrets")
def environment_secrets(request: Request) -> Rows:
    """Answer with the names of an environment's secrets."""
    return Rows([{"name": name} for name in sorted(_environment(request)["secrets"])], key="secrets")


@route("GET …/environments/{environment_name}/variables")
def environment_variables(request: Request) -> Rows:
    """Answer with an environment's variables."""
    named = sorted(_environment(request)["variables"])
    return Rows([{"name": name, "value": "x"} for name in named], key="variables")


def _environment(request: Request) -> dict[str, set[str]]:
    found = request.repository.environments.get(request.names["environment_name"])
    if found is None:
        raise NOT_FOUND
    return found
