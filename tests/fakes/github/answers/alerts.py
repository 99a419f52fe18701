"""Vulnerabilities and secrets."""

from __future__ import annotations

from typing import Any

from fakes.github.routing import NOT_FOUND, Refused, Request, Rows, route


@route("GET …/dependabot/alerts")
def dependabot(request: Request) -> Rows:
    """Answer with Dependabot's alerts."""
    alerts = request.repository.dependabot
    if alerts is None:
        raise Refused(403, "Dependabot alerts are disabled for this repository.")
    states = set(filter(None, request.query.get("state", "").split(",")))
    return Rows([alert for alert in alerts[::-1] if not states or alert["state"] in states], cursor=True)


@route("GET …/secret-scanning/alerts")
def secret_scanning(request: Request) -> Rows:
    """Answer with the alerts of secret scanning."""
    alerts = request.repository.secret_alerts
    if alerts is None:
        raise Refused(404, "Secret scanning is disabled on this repository.")
    return Rows([alert for alert in alerts if alert["state"] == request.query.get("state", alert["state"])])


@route("GET …/code-scanning/alerts")
def code_scanning(request: Request) -> Rows:
    """Answer with the alerts of code scanning."""
    alerts = request.repository.code_alerts
    if alerts is None:
        raise Refused(404, "no analysis found")
    return Rows([alert for alert in alerts if alert["state"] == request.query.get("state", alert["state"])])


@route("GET …/automated-security-fixes")
def security_updates(request: Request) -> dict[str, Any]:
    """Answer with whether Dependabot opens pull requests for alerts."""
    if request.repository.security_updates is None:
        raise NOT_FOUND
    return request.repository.security_updates
