"""The calls about vulnerabilities and secrets that GitHub has found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mainstay.platform.github import calls
from mainstay.platform.github.client import Client
from mainstay.platform.github.records import DependabotAlert, ScanningAlert, SecurityUpdates


class AlertCalls:
    """Implements Alerts."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def dependabot(self, state: str | None = None) -> tuple[DependabotAlert, ...]:
        """Return Dependabot's alerts, of one state or of all."""
        query = {"state": state}
        return self._client.all(calls.DEPENDABOT_ALERTS, DependabotAlert, _dependabot, query=query)

    def secret_scanning(self) -> tuple[ScanningAlert, ...]:
        """Return the open alerts of secret scanning. The secrets stay at GitHub."""
        query = {"state": "open", "hide_secret": "true"}
        return self._client.all(calls.SECRET_ALERTS, ScanningAlert, _secret, query=query)

    def code_scanning(self) -> tuple[ScanningAlert, ...]:
        """Return the open alerts of code scanning."""
        return self._client.all(calls.CODE_ALERTS, ScanningAlert, _code, query={"state": "open"})

    def security_updates(self) -> SecurityUpdates:
        """Return whether Dependabot opens pull requests for alerts."""
        return self._client.one(calls.SECURITY_UPDATES, SecurityUpdates, dict)


def _dependabot(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    dependency, advisory = data["dependency"], data["security_advisory"]
    vulnerability = data["security_vulnerability"]
    return {
        **data,
        "severity": vulnerability["severity"],
        "package": dependency["package"]["name"],
        "ecosystem": dependency["package"]["ecosystem"],
        "manifest_path": dependency["manifest_path"],
        "advisory": advisory["ghsa_id"],
        "summary": advisory["summary"],
        "url": data["html_url"],
        "fixed_in": (vulnerability["first_patched_version"] or {}).get("identifier"),
        "dismissed_by": (data["dismissed_by"] or {}).get("login"),
    }


def _secret(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    return {
        "number": data["number"],
        "kind": data["secret_type"],
        "severity": None,
        "created_at": data["created_at"],
        "url": data["html_url"],
    }


def _code(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    rule = data["rule"]
    return {
        **data,
        "kind": rule.get("id") or rule.get("name") or "",
        "severity": rule.get("security_severity_level") or rule.get("severity"),
        "url": data["html_url"],
    }
